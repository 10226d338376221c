import { error, type Finding, isKnown, type MaybeUnknown, parseReference, show } from "../core/policy";
import { validatePublicKey } from "./generation-rules";

/** What the rules look at. */
export interface SignatureRequest {
    image: string;
    publicKey: string;
    privateKey?: string;
    password?: string;
    program?: string[];
}

/** The rules for `ImageSignatureArgs`, as far as they are known. */
export function validateImageSignatureArgs(known: MaybeUnknown<SignatureRequest>): Finding[] {
    if (!isKnown(known)) {
        return [];
    }
    const { image, publicKey, privateKey, password, program } = known;
    return [
        ...(isKnown(image) ? validateImage(image) : []),
        ...(isKnown(publicKey) ? validatePublicKey(publicKey, ["publicKey"]) : []),
        ...(privateKey === undefined ? [missing("privateKey")] : []),
        ...(password === undefined ? [missing("password")] : []),
        ...(isKnown(program) && program.length === 0 ? [programEmpty()] : []),
    ];
}

/** A signature is for a digest: what a tag means may change between the signature and the deployment. */
export function validateImage(image: string): Finding[] {
    const reference = typeof image === "string" ? parseReference(image) : undefined;
    if (reference?.digest !== undefined) {
        return [];
    }
    return [
        error(reference === undefined ? "image-unreadable" : "image-not-pinned", ["image"], {
            found: show(image),
            cluster: "The cluster verifies a digest, and would find no signature of what a tag means by then.",
            instead: "Write HOST/REPOSITORY@sha256:… with the digest that the build's push printed.",
        }),
    ];
}

function missing(property: "privateKey" | "password"): Finding {
    return error("signing-key-missing", [property], {
        found: "nothing",
        cluster: "The cluster would refuse the image: nothing could sign it.",
        instead: `Ask the key pair for it: new CosignKeyPair(…, { privateKey: "output" }), then its ${property}.`,
    });
}

function programEmpty(): Finding {
    return error("program-empty", ["program"], {
        found: "an empty list",
        cluster: "The cluster would refuse the image: nothing could sign it.",
        instead: 'Write the words that start the program, such as ["signed-images"], or leave program out.',
    });
}
