import { checkAttestation } from "../check-attestation";
import { IN_TOTO_PAYLOAD_TYPE, preAuthenticationEncoding, readEnvelope } from "../envelope";
import { digestOf } from "../../registry/digest";
import { SIGNATURE_ANNOTATION } from "../annotations";
import { predicateTypeUri } from "../predicate-types";
import { attachmentTag, storedLayers } from "../stored-layers";
import { asRecord, goField } from "../go-json";
import { appendLayer, type Added, type SignatureRegistry } from "./append";
import { attestKeyless, type KeylessOptions } from "./keyless";
import { isSameStatement, statementOf, type Predicate } from "./predicate";

import type { SignatureSource, SignedImage, StoredLayer } from "../stored";
import type { Signer } from "./signer";

/** Where an attestation is to lie, and when it is made. */
export interface AttestingOptions extends SignatureSource {
    /** @default now */
    readonly now?: Date;
}

const ENVELOPE_TYPE = "application/vnd.dsse.envelope.v1+json";

/** cosign writes it for those that look for attestations of one type; it is not part of what is signed. */
const PREDICATE_TYPE_ANNOTATION = "predicateType";

/**
 * Attests something of an image in cosign's legacy form, a DSSE envelope under the `.att` tag, beside what others have
 * attested. Where this key has attested the same already, there is nothing to do.
 *
 * @throws RegistryError, SigningError
 */
export function attestImage(
    registry: SignatureRegistry,
    image: SignedImage,
    signer: Signer,
    predicate: Predicate,
    { repository = image.repository, tagPrefix, now = new Date() }: AttestingOptions = {},
): Promise<Added> {
    const statement = statementOf(image, predicate, now);
    const predicateType = predicateTypeUri(predicate.type);
    const isOwn = async (layer: StoredLayer): Promise<boolean> => {
        const { outcome } = await checkAttestation({ ...layer, kind: "attestation" }, image.digest, {
            signer: { kind: "key", ...signer },
            transparencyLog: { kind: "ignored" },
            engine: "0.15",
        });
        if (outcome.verdict !== "verified") {
            return false;
        }
        const envelope = readEnvelope(await layer.payload());
        return !("verdict" in envelope) && isSameStatement(envelope.payload, statement);
    };
    return appendLayer(registry, {
        repository,
        tag: attachmentTag(image.digest, "att", tagPrefix),
        layer: {
            mediaType: ENVELOPE_TYPE,
            payload: sealEnvelope(statement, signer),
            annotations: { [SIGNATURE_ANNOTATION]: "", [PREDICATE_TYPE_ANNOTATION]: predicateType },
        },
        isSame: async (layers) => {
            const stored = storedLayers(layers, (descriptor) => registry.blob(repository, descriptor)) ?? [];
            const candidates = stored.filter((layer) => layer.annotations[PREDICATE_TYPE_ANNOTATION] === predicateType);
            return (await Promise.all(candidates.map(isOwn))).includes(true);
        },
    });
}

/**
 * The same with a certificate in place of a key. Every call adds an attestation: none can be told from another of the same
 * identity.
 *
 * @throws RegistryError, SigningError
 */
export async function attestImageKeyless(
    registry: SignatureRegistry,
    image: SignedImage,
    keyless: KeylessOptions,
    predicate: Predicate,
    { repository = image.repository, tagPrefix, now = new Date() }: AttestingOptions = {},
): Promise<Added> {
    const { payload, annotations } = await attestKeyless(statementOf(image, predicate, now), keyless);
    const digest = digestOf(payload);
    return appendLayer(registry, {
        repository,
        tag: attachmentTag(image.digest, "att", tagPrefix),
        layer: {
            mediaType: ENVELOPE_TYPE,
            payload,
            annotations: { ...annotations, [PREDICATE_TYPE_ANNOTATION]: predicateTypeUri(predicate.type) },
        },
        // The envelope has its signature in it.
        isSame: (layers) => Promise.resolve(layers.some((layer) => goField(asRecord(layer), "digest") === digest)),
    });
}

/** A DSSE envelope as cosign writes it. */
function sealEnvelope(statement: Buffer, signer: Signer): Buffer {
    const signature = signer.sign(preAuthenticationEncoding(IN_TOTO_PAYLOAD_TYPE, statement));
    return Buffer.from(
        JSON.stringify({
            payloadType: IN_TOTO_PAYLOAD_TYPE,
            payload: statement.toString("base64"),
            signatures: [{ keyid: "", sig: signature.toString("base64") }],
        }),
    );
}
