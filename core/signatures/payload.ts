import { asRecord, goField, goText, parseRecord } from "./go-json";
import { fitsGoType, type GoType } from "./go-types";

import type { SignedImage } from "./stored";

/**
 * What cosign signs for an image, byte for byte (sigstore's pkg/signature/payload/payload.go): without annotations, it
 * follows from the image, and need not be fetched.
 *
 * @param annotations `optional` of the payload, as Go writes it: keys in order
 */
export function simpleSigningPayload(
    { repository: { registry, repository }, digest }: SignedImage,
    annotations: Readonly<Record<string, string>> = {},
): Buffer {
    const keys = Object.keys(annotations).sort(byBytes);
    return goJson({
        critical: {
            identity: { "docker-reference": `${registry}/${repository}` },
            image: { "docker-manifest-digest": digest },
            type: "cosign container image signature",
        },
        optional: keys.length === 0 ? null : Object.fromEntries(keys.map((key) => [key, annotations[key]])),
    });
}

/** `SimpleContainerImage` of the same file. */
const CLAIM: GoType = {
    struct: {
        critical: {
            struct: {
                identity: { struct: { "docker-reference": "string" } },
                image: { struct: { "docker-manifest-digest": "string" } },
                type: "string",
            },
        },
        optional: { map: "interface" },
    },
};

/**
 * The digest that a payload claims, empty where it claims none; undefined where cosign cannot read the payload.
 *
 * `SimpleClaimVerifier` (cosign's pkg/cosign/verifiers.go) compares nothing else: not the repository, and not the type.
 */
export function claimedDigest(payload: Uint8Array): string | undefined {
    const claim = parseRecord(payload);
    if (claim === undefined || !fitsGoType(claim, CLAIM)) {
        return undefined;
    }
    const image = asRecord(goField(asRecord(goField(claim, "critical")), "image"));
    return goText(goField(image, "docker-manifest-digest"));
}

/** As Go's encoding/json writes: compact, and these characters escaped for HTML. */
function goJson(value: unknown): Buffer {
    const text = JSON.stringify(value).replaceAll(
        /[<>&\u2028\u2029]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
    return Buffer.from(text, "utf8");
}

/** Go sorts map keys by their bytes. */
function byBytes(left: string, right: string): number {
    return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
