import { canonical } from "../canonical";
import { CATALOGUE, RuleKind } from "../catalogue";
import { checkManifest } from "../check";
import { validateDocument } from "../document";
import { errorsOf } from "../finding";
import { formatPath } from "../path";
import { specOfManifest } from "../unrender";
import { isRecord } from "../shape";
import { Constants } from "./constants";
import { commentText } from "./literal";
import { policyFields } from "./policy";
import { call, LINE_WIDTH, list, namesIn, object, print, value } from "./source";
import { BASE64, BASE64_DECLARATION, trustRootFields } from "./trust-root";

import type { Finding } from "../finding";
import type { ClusterImagePolicyManifestSpec, TrustRootManifestSpec } from "../manifest";
import type { Surroundings } from "./authority";
import type { Field, Source } from "./source";

/** How a program is to be. */
export interface ProgramOptions {
    /**
     * Whether the program is to take over objects that are in the cluster already.
     *
     * @default false
     */
    adopt?: boolean;
}

/** What the package exports and a program may use. */
const EXPORTS = [
    ...["Attestation", "Authority", "ClusterImagePolicy", "HashAlgorithm", "Images", "LabelSelectorOperator"],
    ...["MatchResource", "Policy", "PolicyMode", "PolicyType", "SignatureFormat", "StaticAction", "TrustRoot"],
];

interface Imported {
    kind: "ClusterImagePolicy" | "TrustRoot";
    name: string;
    spec: unknown;
    findings: readonly Finding[];
}

/**
 * The program of existing policies and trust roots: TypeScript that renders the same objects. Whatever stands in them,
 * none of it becomes code.
 *
 * @param documents ClusterImagePolicies and TrustRoots in which `importRefusals` finds nothing, with names that differ
 */
export function programOf(documents: readonly unknown[], { adopt = false }: ProgramOptions = {}): string {
    const imported = documents.map(importedOf);
    const constants = new Constants([BASE64]);
    // The trust roots come first, as policies name them.
    const roots = imported.filter(({ kind }) => kind === "TrustRoot");
    const policies = imported.filter(({ kind }) => kind !== "TrustRoot");
    const trustRoots = new Map(roots.map(({ name }) => [name, constants.unusedName(`${name}-trust-root`)]));
    const made = [...roots, ...policies].map((document) => ({
        document,
        source: sourceOf(document, { policy: document.name, constants, trustRoots }, adopt),
    }));
    const used = new Set(made.flatMap(({ source }) => namesIn(source)));
    const statements = made.map(({ document, source }) => {
        const constant = document.kind === "TrustRoot" ? trustRoots.get(document.name) : undefined;
        const declaration = constant !== undefined && used.has(constant) ? `const ${constant} = ` : "";
        return [...remarksOn(document.findings), `${print(source, declaration)};`].join("\n");
    });
    return [
        importStatement(EXPORTS.filter((name) => used.has(name))),
        ...(used.has(BASE64) ? [BASE64_DECLARATION] : []),
        ...constants.declarations(),
        ...statements,
    ]
        .join("\n\n")
        .concat("\n");
}

/** Why a document cannot be imported: the cluster would refuse it, or the package does. Lints are no reason. */
export function importRefusals(document: unknown): Finding[] {
    return errorsOf(checkManifest(document)).filter(({ code }) => CATALOGUE[code]?.kind !== RuleKind.Lint);
}

function importedOf(document: unknown): Imported {
    const { kind, spec } = validateDocument(document);
    const metadata = isRecord(document) ? document.metadata : undefined;
    const name = isRecord(metadata) ? metadata.name : undefined;
    if (kind === undefined || typeof name !== "string") {
        throw new TypeError("only a policy or a trust root with a name can be made into a program");
    }
    return { kind, name, spec: canonical(spec), findings: checkManifest(document) };
}

function sourceOf({ kind, name, spec, findings }: Imported, around: Surroundings, adopt: boolean): Source {
    const fields =
        kind === "TrustRoot"
            ? trustRootFields(spec as TrustRootManifestSpec, around)
            : [...policyFields(specOfManifest(spec as ClusterImagePolicyManifestSpec), around), ...ignored(findings)];
    const adoption: Field[] = adopt ? [{ name: "adopt", source: value(true) }] : [];
    return call(`new ${kind}`, value(name), object([...fields, ...adoption]));
}

/** What the cluster's own copy of a v1beta1 policy has not, and the program has. */
function remarksOn(findings: readonly Finding[]): string[] {
    return findings
        .filter(({ code }) => code === "conversion-drops-field")
        .map(({ path, cluster }) => `// ${commentText(`${formatPath(path)}: ${cluster}`)}`);
}

/** Lints that would stop the preview, left out by name, each with what the cluster does about it. */
function ignored(findings: readonly Finding[]): Field[] {
    const stopping = errorsOf(findings);
    const codes = Array.from(new Set(stopping.map(({ code }) => code)));
    const comments = stopping.map(
        ({ code, path }) =>
            `${formatPath(path)}: ${CATALOGUE[code]?.title ?? code}. ${CATALOGUE[code]?.why ?? ""} [${code}]`,
    );
    return codes.length === 0 ? [] : [{ name: "ignoreLints", source: list(codes.map(value)), comments }];
}

function importStatement(names: readonly string[]): string {
    const line = `import { ${names.join(", ")} } from "signed-images";`;
    return line.length <= LINE_WIDTH
        ? line
        : `import {\n${names.map((name) => `    ${name},\n`).join("")}} from "signed-images";`;
}
