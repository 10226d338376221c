import { error, show, warning } from "./finding";
import { API_GROUP, API_VERSION } from "./manifest";
import { POLICY_MANIFEST, TRUST_ROOT_MANIFEST } from "./schema";
import { isRecord, readShape } from "./shape";
import { UNKNOWN } from "./unknown";
import { validateMetadata } from "./rules/metadata";
import { conversionFindings } from "./rules/conversion";

import type { Finding } from "./finding";
import type { ObjectShape } from "./schema";

/** The two kinds. */
export type ManifestKind = "ClusterImagePolicy" | "TrustRoot";

/** A document of which the outside can be relied on. */
export interface ReadDocument {
    /** Undefined for a document that is neither. */
    kind?: ManifestKind;
    /** `spec`, with types checked; UNKNOWN where there is nothing to look at. */
    spec: unknown;
    findings: Finding[];
}

const SHAPES: Readonly<Record<ManifestKind, ObjectShape>> = {
    ClusterImagePolicy: POLICY_MANIFEST,
    TrustRoot: TRUST_ROOT_MANIFEST,
};

const VERSIONS: Readonly<Record<ManifestKind, readonly string[]>> = {
    ClusterImagePolicy: [API_VERSION, `${API_GROUP}/v1beta1`],
    TrustRoot: [API_VERSION],
};

/** Which kind a parsed document is, undefined for anything that is none of this group. */
export function manifestKind(document: unknown): ManifestKind | undefined {
    if (
        !isRecord(document) ||
        typeof document.apiVersion !== "string" ||
        !document.apiVersion.startsWith(`${API_GROUP}/`)
    ) {
        return undefined;
    }
    return document.kind === "ClusterImagePolicy" || document.kind === "TrustRoot" ? document.kind : undefined;
}

/** Reads a document's outside: kind, version, metadata, and the types of everything inside. */
export function validateDocument(document: unknown): ReadDocument {
    if (!isRecord(document)) {
        return nothing(
            error("document-not-an-object", [], {
                found: show(document),
                cluster: "the object provided is unrecognized",
                instead: "Write an object with apiVersion, kind, metadata and spec.",
            }),
        );
    }
    const { apiVersion } = document;
    const kind = document.kind === "ClusterImagePolicy" || document.kind === "TrustRoot" ? document.kind : undefined;
    if (kind === undefined) {
        return nothing(
            error("kind-unknown", ["kind"], {
                found: show(document.kind),
                cluster: `no matches for kind ${show(document.kind)}`,
                instead: "Write kind: ClusterImagePolicy or kind: TrustRoot.",
            }),
        );
    }
    if (typeof apiVersion !== "string" || !VERSIONS[kind].includes(apiVersion)) {
        return nothing(
            error("api-version-unknown", ["apiVersion"], {
                found: show(apiVersion),
                cluster: `no matches for kind ${show(kind)} in version ${show(apiVersion)}`,
                instead: `Write apiVersion: ${API_VERSION}.`,
            }),
        );
    }
    // Go decodes an absent `spec` to an empty one.
    const { value, findings } = readShape({ ...document, spec: document.spec ?? {} }, SHAPES[kind], []);
    const spec = isRecord(value) ? value.spec : UNKNOWN;
    return {
        kind,
        spec,
        findings: [
            ...validateMetadata(document.metadata),
            ...(apiVersion === API_VERSION ? [] : [olderVersion(apiVersion), ...conversionFindings(spec)]),
            ...findings,
        ],
    };
}

function olderVersion(apiVersion: string): Finding {
    return warning("api-version-converted", ["apiVersion"], {
        found: show(apiVersion),
        cluster: "The cluster would convert the policy to v1alpha1, and read it back through its webhook each time.",
        instead: `Write apiVersion: ${API_VERSION}; the fields are the same.`,
    });
}

function nothing(finding: Finding): ReadDocument {
    return { spec: UNKNOWN, findings: [finding] };
}
