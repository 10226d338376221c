/** Images whose signatures and attestations are of a form that no tool writes, and that cosign reads in its own way. */
import { attestation, claim, signature, statement } from "../../support/image-workshop";
import { PROVENANCE, VULNERABILITIES } from "./matrix-images";

import type { RegistryClient } from "../../../core/registry";
import type { ImageWorkshop, Layer, SigningKey } from "../../support/image-workshop";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const SCHEMA_1 = "application/vnd.docker.distribution.manifest.v1+json";
const SIGNATURE = "dev.cosignproject.cosign/signature";

/** In the name of an image with JSON that gives a key twice in one object: what Go makes of that is not followed here. */
export const TWICE = "with a key twice";

/** A `.sig` manifest with one good signature. */
interface SignatureManifest extends Record<string, unknown> {
    config: Record<string, unknown>;
    layers: [Record<string, unknown> & { annotations: Record<string, unknown> }, ...unknown[]];
}

/** What is put under the tag in place of a manifest as cosign writes it. */
const MANIFESTS: Readonly<Record<string, (manifest: SignatureManifest) => object>> = {
    "a configuration that is none": (manifest) => ({ ...manifest, config: 1 }),
    "a configuration with a bad digest": (manifest) => ({ ...manifest, config: { digest: "sha256:zz" } }),
    "no configuration": ({ schemaVersion, layers }) => ({ schemaVersion, layers }),
    "the layer for a configuration": (manifest) => ({ ...manifest, config: { ...manifest.layers[0], size: 5 } }),
    "a version in quotes": (manifest) => ({ ...manifest, schemaVersion: "2" }),
    "a media type that is a number": (manifest) => ({ ...manifest, mediaType: 5 }),
    "annotations that are numbers": (manifest) => ({ ...manifest, annotations: { a: 1 } }),
    "an annotation that is null": (manifest) => {
        manifest.layers[0].annotations.x = null;
        return manifest;
    },
    "a subject that is none": (manifest) => ({ ...manifest, subject: "x" }),
    "null among the layers": (manifest) => ({ ...manifest, layers: [null, ...manifest.layers] }),
    "layers in capitals": ({ layers, ...manifest }) => ({ ...manifest, LAYERS: layers }),
    "layers that are taken back": (manifest) => ({ ...manifest, Layers: [] }),
    "an odd platform": (manifest) => ({ ...manifest, layers: [{ ...manifest.layers[0], platform: { os: 5 } }] }),
    "two sizes for one digest": (manifest) => ({
        ...manifest,
        layers: [{ ...manifest.layers[0], size: 3, annotations: { [SIGNATURE]: "AAAA" } }, ...manifest.layers],
    }),
    "a type of Docker's first form": (manifest) => ({ ...manifest, mediaType: SCHEMA_1 }),
};

const LAYER_SIZE = /"size":(\d+)(?=,"annotations")/;

/** The same, of what JSON.stringify does not write. */
const MANIFEST_TEXTS: Readonly<Record<string, (text: string) => string>> = {
    "a size with a point": (text) => text.replace(LAYER_SIZE, '"size":$1.0'),
    "a size with an exponent": (text) => text.replace(LAYER_SIZE, '"size":$1e0'),
    "a number with a point in a field that nobody knows": (text) => text.replace(/\}$/, ',"other":1.0}'),
    "garbage behind the manifest": (text) => `${text}}garbage`,
    "a second manifest behind the first": (text) => `${text}{"layers":[]}`,
    "layers that are given again in capitals": (text) => text.replace(/\}$/, ',"Layers":[{}]}'),
    "layers under an old letter": (text) => text.replace('"layers"', '"layer\u017f"'),
    [`layers ${TWICE}`]: (text) => text.replace(/\}$/, ',"layers":[{}]}'),
    [`a version ${TWICE}`]: (text) => text.replace('"schemaVersion"', '"schemaVersion":"x","schemaVersion"'),
};

/** What is signed in place of a claim as cosign writes it. */
const CLAIMS: Readonly<Record<string, (text: string) => string>> = {
    "a claim that is taken back in capitals": (text) =>
        text.replace('"optional"', '"Critical":{"image":{"docker-manifest-digest":"sha256:0"}},"optional"'),
    "a claim that is put right in capitals": (text) =>
        text.replace('"critical"', '"critical":{"image":{"docker-manifest-digest":"sha256:0"}},"Critical"'),
    "a claim whose image is given again in capitals": (text) => text.replace('"type"', '"Image":{},"type"'),
    "a claim with a number with a point": (text) => text.replace("null", '{"a":347.0}'),
    [`a claim ${TWICE}`]: (text) => text.replace('"type"', '"image":{},"type"'),
    [`a claim ${TWICE}, first of another type`]: (text) => text.replace('"type"', '"type":5,"type"'),
    "a claim with a number beyond all": (text) => text.replace("null", '{"a":1e999}'),
    "a claim with a text for annotations": (text) => text.replace("null", '"x"'),
};

const AT = "2026-01-01T00:00:00Z";

/** Predicates of vulnerability scans: cosign reads them into a structure where an authority asks for them as `vuln`. */
const SCANS: Readonly<Record<string, unknown>> = {
    "a scan": { scanner: { uri: "x", db: {}, result: [1] }, metadata: { scanStartedOn: AT, scanFinishedOn: AT } },
    "a scan without anything": {},
    "a scan at no time": { metadata: { scanStartedOn: "" } },
    "a scan on a day that is none": { metadata: { scanStartedOn: "2026-02-30T00:00:00Z" } },
    "a scan at a time that is null": { metadata: { scanStartedOn: null } },
    "a scan by a text": { scanner: "scanner" },
};

/** Fields of a statement about the image that are of other types. */
const STATEMENTS: Readonly<Record<string, (digest: string) => object>> = {
    "a statement whose type is a number": () => ({ _type: 5 }),
    "a statement about a number": (sha256) => ({ subject: [{ name: 5, digest: { sha256 } }] }),
    "a statement with a digest that is null": (sha256) => ({
        subject: [{ name: "x", digest: { sha1: null, sha256 } }],
    }),
    "a statement whose subject has odd annotations": (sha256) => ({
        subject: [{ name: "x", annotations: "y", digest: { sha256 } }],
    }),
    "a builder that is a text": () => ({ predicate: { builder: "x" } }),
    "a predicate that is a list": () => ({ predicate: [1] }),
};

/** What becomes of the envelope around a good statement. */
const ENVELOPES: Readonly<Record<string, (envelope: { payload: string } & Record<string, unknown>) => object>> = {
    "an envelope in base64 for URLs": ({ payload, ...envelope }) => ({
        ...envelope,
        payload: payload.replaceAll("+", "-").replaceAll("/", "_"),
    }),
    "an envelope in capitals": ({ payload, ...envelope }) => ({ ...envelope, Payload: payload }),
};

/**
 * Pushes them, one repository each.
 *
 * @returns references by what is odd about the image
 */
export async function pushOddImages(
    registry: RegistryClient,
    workshop: ImageWorkshop,
    host: string,
    key: SigningKey,
): Promise<ReadonlyMap<string, string>> {
    const images = new Map<string, string>();
    const push = async (name: string, attach: (repository: string, digest: string) => Promise<void>) => {
        const repository = `odd/${name.replaceAll(/[^a-z0-9]+/gi, "-").toLowerCase()}`;
        const digest = await workshop.image(repository);
        await attach(repository, digest);
        images.set(name, `${host}/${repository}@${digest}`);
    };
    const claimOf = (repository: string, digest: string) => claim(workshop.repository(repository), digest);

    for (const [name, change] of Object.entries(MANIFESTS)) {
        await push(name, async (repository, digest) => {
            const layer = signature(key, claimOf(repository, digest));
            await workshop.attach(repository, digest, "sig", [layer]);
            const tag = `${digest.replace(":", "-")}.sig`;
            const { content } = await registry.manifest(workshop.repository(repository), tag);
            registry.forget(workshop.repository(repository));
            const changed = change(content as SignatureManifest) as { mediaType?: string };
            const type = changed.mediaType === SCHEMA_1 ? SCHEMA_1 : MANIFEST;
            await registry.putManifest(
                workshop.repository(repository),
                tag,
                type,
                Buffer.from(JSON.stringify(changed)),
            );
        });
    }
    for (const [name, change] of Object.entries(MANIFEST_TEXTS)) {
        await push(name, async (repository, digest) => {
            await workshop.attach(repository, digest, "sig", [signature(key, claimOf(repository, digest))]);
            const tag = `${digest.replace(":", "-")}.sig`;
            const { bytes } = await registry.manifest(workshop.repository(repository), tag);
            registry.forget(workshop.repository(repository));
            await workshop.putRaw(repository, tag, change(bytes.toString()));
        });
    }
    for (const [name, change] of Object.entries(CLAIMS)) {
        await push(name, async (repository, digest) => {
            const payload = Buffer.from(change(claimOf(repository, digest).toString()));
            await workshop.attach(repository, digest, "sig", [signature(key, payload)]);
        });
    }
    const attest = (name: string, layerOf: (digest: string) => Layer) =>
        push(name, (repository, digest) => workshop.attach(repository, digest, "att", [layerOf(digest)]));
    for (const [name, predicate] of Object.entries(SCANS)) {
        await attest(name, (digest) => attestation(key, statement(digest, VULNERABILITIES, predicate)));
    }
    for (const [name, fields] of Object.entries(STATEMENTS)) {
        await attest(name, (digest) => {
            const good = JSON.parse(statement(digest, PROVENANCE).toString()) as object;
            return attestation(key, Buffer.from(JSON.stringify({ ...good, ...fields(digest.replace("sha256:", "")) })));
        });
    }
    for (const [name, change] of Object.entries(ENVELOPES)) {
        await attest(name, (digest) => {
            const layer = attestation(key, statement(digest, PROVENANCE, { made: "??>>??>>~~~ÿÿÿ???" }));
            const envelope = JSON.parse(layer.payload.toString()) as { payload: string };
            return { ...layer, payload: Buffer.from(JSON.stringify(change({ ...envelope }))) };
        });
    }
    return images;
}
