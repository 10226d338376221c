/**
 * The fields that there are and their types: what the API server checks by the CRDs, and what the webhook's decoder
 * checks on top of it (URLs and base64 are plain strings in the CRDs, config/300-*.yaml of policy-controller).
 */

/** What a field may hold. */
export type Shape =
    | "string"
    | "boolean"
    /** A string that Go's net/url can read. */
    | "url"
    /** Bytes: a string in base64. */
    | "bytes"
    /** Strings by any name. */
    | "strings"
    /** Not looked at here. */
    | "any"
    | ListShape
    | ObjectShape;

/** A list. */
export interface ListShape {
    items: Shape;
}

/** An object. */
export interface ObjectShape {
    fields: Readonly<Record<string, Shape>>;
}

function list(items: Shape): ListShape {
    return { items };
}

function object(fields: Record<string, Shape>): ObjectShape {
    return { fields };
}

const SECRET_REF = object({ name: "string", namespace: "string" });

const KEY_REF = object({ data: "string", secretRef: SECRET_REF, kms: "string", hashAlgorithm: "string" });

const POLICY = object({
    type: "string",
    data: "string",
    configMapRef: object({ name: "string", namespace: "string", key: "string" }),
    remote: object({ url: "url", sha256sum: "string" }),
    fetchConfigFile: "boolean",
    includeSpec: "boolean",
    includeObjectMeta: "boolean",
    includeTypeMeta: "boolean",
});

const IDENTITY_FIELDS = {
    issuer: "string",
    issuerRegExp: "string",
    subject: "string",
    subjectRegExp: "string",
} as const;

const KEYLESS_FIELDS = {
    url: "url",
    identities: list(object(IDENTITY_FIELDS)),
    trustRootRef: "string",
    insecureIgnoreSCT: "boolean",
} as const;

const AUTHORITY_FIELDS = {
    name: "string",
    key: KEY_REF,
    static: object({ action: "string", message: "string" }),
    source: list(
        object({ oci: "string", signaturePullSecrets: list(object({ name: "string" })), tagPrefix: "string" }),
    ),
    ctlog: object({ url: "url", trustRootRef: "string" }),
    attestations: list(object({ name: "string", predicateType: "string", policy: POLICY })),
    rfc3161timestamp: object({ trustRootRef: "string" }),
    signatureFormat: "string",
} as const;

const MATCH = object({
    group: "string",
    version: "string",
    resource: "string",
    selector: object({
        matchLabels: "strings",
        matchExpressions: list(object({ key: "string", operator: "string", values: list("string") })),
    }),
});

const COMMON_SPEC_FIELDS = { mode: "string", match: list(MATCH), policy: POLICY } as const;

/** `ClusterImagePolicySpec`, the typed form. */
export const POLICY_SPEC = object({
    ...COMMON_SPEC_FIELDS,
    images: list("string"),
    authorities: list(
        object({ ...AUTHORITY_FIELDS, keyless: object({ ...KEYLESS_FIELDS, ...IDENTITY_FIELDS, caCert: KEY_REF }) }),
    ),
});

const MANIFEST_SPEC = object({
    ...COMMON_SPEC_FIELDS,
    images: list(object({ glob: "string" })),
    authorities: list(object({ ...AUTHORITY_FIELDS, keyless: object({ ...KEYLESS_FIELDS, "ca-cert": KEY_REF }) })),
});

const CERTIFICATE_AUTHORITY = object({
    subject: object({ organization: "string", commonName: "string" }),
    uri: "url",
    certChain: "bytes",
});

const TRANSPARENCY_LOG = object({ baseURL: "url", hashAlgorithm: "string", publicKey: "bytes" });

/** `TrustRootSpec`, which has the same fields in both forms. */
export const TRUST_ROOT_SPEC = object({
    remote: object({ root: "bytes", mirror: "url", targets: "string", trustedRootTarget: "string" }),
    repository: object({ root: "bytes", mirrorFS: "bytes", targets: "string", trustedRootTarget: "string" }),
    sigstoreKeys: object({
        certificateAuthorities: list(CERTIFICATE_AUTHORITY),
        tLogs: list(TRANSPARENCY_LOG),
        ctLogs: list(TRANSPARENCY_LOG),
        timestampAuthorities: list(CERTIFICATE_AUTHORITY),
    }),
});

function manifest(spec: Shape): ObjectShape {
    return object({ apiVersion: "string", kind: "string", metadata: "any", spec, status: "any" });
}

/** A ClusterImagePolicy as YAML has it; v1alpha1 and v1beta1 have the same fields. */
export const POLICY_MANIFEST = manifest(MANIFEST_SPEC);

/** A TrustRoot as YAML has it. */
export const TRUST_ROOT_MANIFEST = manifest(TRUST_ROOT_SPEC);
