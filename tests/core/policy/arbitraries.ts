/**
 * Policies and trust roots at random: valid, nearly valid, and broken in every field. What the real webhook and this
 * package say of each must be the same; the cluster tests take them from here.
 */
import fc from "fast-check";

import * as samples from "./samples";

import type { Samples } from "./samples";

/** A manifest as YAML would give it. */
export type Document = Record<string, unknown>;

/** How wild the documents are: of a thousand choices, how many are odd, and how many of a wrong type or shape. */
interface Odds {
    odd: number;
    wrong: number;
}

const VALID: Odds = { odd: 0, wrong: 0 };
const NEARLY_VALID: Odds = { odd: 60, wrong: 4 };
const BROKEN: Odds = { odd: 300, wrong: 30 };

/** Values of the wrong type, as somebody's template might produce them. */
const WRONG_TYPES = fc.constantFrom<unknown>(0, 1.5, true, "", "text", null, [], {}, [null], ["x"], { x: "y" });

type Fields = Record<string, fc.Arbitrary<unknown>>;

/** The parts of a document, all with the same odds. */
class Parts {
    public constructor(private readonly odds: Odds) {}

    /** Mostly what is wanted, now and then something odd or wrong. */
    public mostly(good: fc.Arbitrary<unknown>, odd: fc.Arbitrary<unknown> = good): fc.Arbitrary<unknown> {
        const { odd: oddWeight, wrong } = this.odds;
        return fc.oneof(
            { weight: 1000 - oddWeight - wrong, arbitrary: good },
            { weight: oddWeight, arbitrary: odd },
            { weight: wrong, arbitrary: WRONG_TYPES },
        );
    }

    public sample({ good, odd }: Samples): fc.Arbitrary<unknown> {
        return this.mostly(fc.constantFrom(...good), fc.constantFrom(...odd));
    }

    public value(good: readonly unknown[], odd: readonly unknown[] = good): fc.Arbitrary<unknown> {
        return this.mostly(fc.constantFrom(...good), fc.constantFrom(...odd));
    }

    public text(): fc.Arbitrary<unknown> {
        return this.value(["a", "some-name"], [""]);
    }

    public flag(): fc.Arbitrary<unknown> {
        return this.value([true, false]);
    }

    /** An object that has all the required fields and some of the others; seldom it lacks one or has one too many. */
    public object(required: Fields, optional: Fields = {}): fc.Arbitrary<unknown> {
        const good = fc.record({ ...required, ...optional }, { requiredKeys: Object.keys(required) });
        const odd = fc.record({ ...required, ...optional }, { requiredKeys: [] });
        const extra = good.map((fields) => ({ ...fields, Name: "x" }));
        return this.mostly(good, fc.oneof({ weight: 9, arbitrary: odd }, { weight: 1, arbitrary: extra }));
    }

    /** An object with one of the fields; seldom with none or several. */
    public oneOf(fields: Fields): fc.Arbitrary<unknown> {
        const names = Object.keys(fields);
        const some = (chosen: string[]): fc.Arbitrary<unknown> =>
            fc.record(Object.fromEntries(chosen.map((name) => [name, fields[name] ?? fc.constant("x")])));
        return this.mostly(
            fc.constantFrom(...names).chain((name) => some([name])),
            fc.subarray(names).chain(some),
        );
    }

    public list(entry: fc.Arbitrary<unknown>, maxLength = 2): fc.Arbitrary<unknown> {
        return this.mostly(
            fc.array(entry, { minLength: 1, maxLength }),
            fc.array(fc.option(entry, { nil: null }), { maxLength: maxLength + 1 }),
        );
    }
}

/** One object with the fields of several. */
function merged(...parts: fc.Arbitrary<unknown>[]): fc.Arbitrary<unknown> {
    return fc
        .tuple(...parts)
        .map((objects) => Object.assign({}, ...objects.filter((part) => typeof part === "object")) as unknown);
}

function keyOf(parts: Parts): fc.Arbitrary<unknown> {
    const secretRef = parts.object(
        { name: parts.text() },
        { namespace: parts.value(["cosign-system", ""], ["default"]) },
    );
    const source = { data: parts.sample(samples.PEMS), kms: parts.sample(samples.KMS), secretRef };
    return merged(parts.oneOf(source), parts.object({}, { hashAlgorithm: parts.sample(samples.HASHES) }));
}

function programOf(parts: Parts, mayAsk: boolean): fc.Arbitrary<unknown> {
    const url = parts.value(["https://example.com/p.rego", "HTTPS://example.com"], samples.URLS.odd);
    const source = {
        data: parts.text(),
        configMapRef: parts.object({ name: parts.text(), key: parts.text() }, { namespace: parts.text() }),
        remote: parts.object({ url, sha256sum: parts.value(["0".repeat(64)], [""]) }),
    };
    const flags = parts.object(
        {},
        Object.fromEntries(
            ["fetchConfigFile", "includeSpec", "includeObjectMeta", "includeTypeMeta"].map((name) => [
                name,
                parts.flag(),
            ]),
        ),
    );
    const type = parts.value(["cue", "rego"], ["Rego", "", "js"]);
    return merged(parts.object({ type }), parts.oneOf(source), mayAsk ? flags : parts.mostly(fc.constant({}), flags));
}

function keylessOf(parts: Parts): fc.Arbitrary<unknown> {
    const expression = parts.sample(samples.EXPRESSIONS);
    const identity = merged(
        parts.oneOf({ issuer: parts.value(["https://issuer.example"], [""]), issuerRegExp: expression }),
        parts.oneOf({ subject: parts.value(["me@example.com"], [""]), subjectRegExp: expression }),
    );
    const anchor = parts.object({}, { url: parts.sample(samples.URLS) });
    return merged(
        parts.mostly(anchor, parts.oneOf({ url: parts.sample(samples.URLS), "ca-cert": keyOf(parts) })),
        parts.object(
            { identities: parts.list(identity) },
            { trustRootRef: parts.text(), insecureIgnoreSCT: parts.flag() },
        ),
    );
}

function authorityOf(parts: Parts): fc.Arbitrary<unknown> {
    const secret = parts.object({ name: parts.text() });
    const attestation = parts.object(
        { name: parts.text(), predicateType: parts.sample(samples.PREDICATE_TYPES) },
        { policy: programOf(parts, false) },
    );
    const verification = parts.object(
        {},
        {
            source: parts.mostly(
                fc.array(
                    parts.object(
                        {},
                        {
                            oci: parts.sample(samples.REPOSITORIES),
                            signaturePullSecrets: parts.list(secret),
                            tagPrefix: parts.text(),
                        },
                    ),
                    { maxLength: 1 },
                ),
                fc.array(fc.option(parts.object({}, { oci: parts.sample(samples.REPOSITORIES) }), { nil: null }), {
                    maxLength: 2,
                }),
            ),
            ctlog: parts.object({}, { url: parts.sample(samples.URLS), trustRootRef: parts.text() }),
            attestations: parts.list(attestation),
            rfc3161timestamp: parts.object({}, { trustRootRef: parts.text() }),
            signatureFormat: parts.value(["legacy", "bundle"], ["Bundle", ""]),
        },
    );
    const answer = parts.object(
        { action: parts.value(["pass", "fail"], ["PASS", "", "deny"]) },
        { message: parts.text() },
    );
    const name = parts.object({}, { name: parts.text() });
    return fc.oneof(
        {
            weight: 3,
            arbitrary: merged(parts.oneOf({ key: keyOf(parts), keyless: keylessOf(parts) }), verification, name),
        },
        {
            weight: 1,
            arbitrary: merged(parts.mostly(fc.constant({}), verification), parts.object({ static: answer }), name),
        },
    );
}

function policySpecOf(parts: Parts): fc.Arbitrary<unknown> {
    const expression = parts.object({
        key: parts.value(["app"], ["", "/x"]),
        operator: parts.value(["In"], ["in", ""]),
        values: parts.list(parts.text()),
    });
    const match = merged(
        parts.object(
            {
                resource: parts.value(["pods", "deployments"], ["Pods", "nodes", ""]),
                version: parts.value(["v1"], [""]),
            },
            { group: parts.value(["apps", ""]) },
        ),
        parts.object(
            {},
            {
                selector: parts.object(
                    {},
                    {
                        matchLabels: parts.value([{ app: "x" }, {}], [{ app: 1 }, { app: null }, { "bad key!": "x" }]),
                        matchExpressions: parts.list(expression),
                    },
                ),
            },
        ),
    );
    return parts.object(
        {
            images: parts.list(parts.object({ glob: parts.sample(samples.GLOBS) })),
            authorities: parts.list(authorityOf(parts)),
        },
        {
            mode: parts.value(["enforce", "warn", ""], ["Warn", "audit"]),
            match: parts.list(match),
            policy: programOf(parts, true),
        },
    );
}

function trustRootSpecOf(parts: Parts): fc.Arbitrary<unknown> {
    const subject = parts.object({ organization: parts.text(), commonName: parts.text() });
    const authority = parts.object({
        subject,
        uri: parts.sample(samples.URLS),
        certChain: parts.sample(samples.CHAINS),
    });
    const log = parts.object({
        baseURL: parts.sample(samples.URLS),
        hashAlgorithm: parts.value(["sha-256"], [""]),
        publicKey: parts.sample(samples.LOG_KEYS),
    });
    const root = parts.sample(samples.TUF_ROOTS);
    const folders = { targets: parts.text(), trustedRootTarget: parts.text() };
    return parts.oneOf({
        remote: parts.object({ root, mirror: parts.sample(samples.URLS) }, folders),
        // No archive that a TUF client takes is made up here: those are always refused.
        repository: parts.object({ root, mirrorFS: parts.value(["AAAA", ""]) }, folders),
        sigstoreKeys: parts.object(
            { certificateAuthorities: parts.list(authority) },
            { tLogs: parts.list(log), ctLogs: parts.list(log), timestampAuthorities: parts.list(authority) },
        ),
    });
}

function manifest(kind: string, spec: (parts: Parts) => fc.Arbitrary<unknown>): fc.Arbitrary<Document> {
    return fc.oneof(...[VALID, NEARLY_VALID, BROKEN].map((odds) => spec(new Parts(odds)))).map((value) => ({
        apiVersion: "policy.sigstore.dev/v1alpha1",
        kind,
        metadata: { name: "generated" },
        spec: value,
    }));
}

/** A ClusterImagePolicy, v1alpha1: a third of them valid, a third with about one thing wrong, a third beyond hope. */
export const policyManifest = manifest("ClusterImagePolicy", policySpecOf);

/** A TrustRoot, v1alpha1, in the same thirds. */
export const trustRootManifest = manifest("TrustRoot", trustRootSpecOf);

/** Any JSON at all, as a document or inside of one. */
export const anyDocument: fc.Arbitrary<unknown> = fc
    .tuple(fc.jsonValue(), fc.constantFrom("document", "spec", "authority", "keys"))
    .map(([json, place]) => {
        const spec = {
            document: undefined,
            spec: json,
            authority: { images: [{ glob: "**" }], authorities: [json] },
            keys: { sigstoreKeys: json },
        }[place];
        const kind = place === "keys" ? "TrustRoot" : "ClusterImagePolicy";
        return place === "document"
            ? json
            : { apiVersion: "policy.sigstore.dev/v1alpha1", kind, metadata: { name: "a" }, spec };
    });

const globPiece = fc.constantFrom(
    "*",
    "**",
    "***",
    "ghcr.io",
    "/",
    "acme",
    "app",
    "@",
    ":",
    "sha256",
    "index.docker.io",
    "a",
    "-",
    ".",
    "0",
    "f",
);
/** Globs that the webhook takes, of pieces that occur in images. */
export const anyGlob = fc.array(globPiece, { minLength: 1, maxLength: 9 }).map((pieces) => pieces.join(""));
const imagePiece = fc.constantFrom("acme", "app", "app-evil", "a0", "team");
/** Images without tag and digest. */
export const anyImage = fc
    .tuple(
        fc.constantFrom("", "ghcr.io/", "docker.io/", "index.docker.io/", "localhost:5000/"),
        fc.array(imagePiece, { minLength: 1, maxLength: 3 }),
    )
    .map(([registry, parts]) => registry + parts.join("/"));
