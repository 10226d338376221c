import { createPublicKey, X509Certificate } from "node:crypto";

import { attestation, claim, ecKey, rsaKey, signature, statement } from "../../support/image-workshop";
import { CI, SigstoreInstance } from "../../support/sigstore-instance";

import type { Certified, ImageWorkshop, Layer, SigningKey } from "../../support/image-workshop";
import type { KeylessParts, Somebody } from "../../support/sigstore-instance";

export const PROVENANCE = "https://slsa.dev/provenance/v0.2";
export const VULNERABILITIES = "https://cosign.sigstore.dev/attestation/vuln/v1";
/** Who signs in the matrix. */
export interface Signers {
    acme: SigningKey;
    stranger: SigningKey;
    p384: SigningKey;
    /** The same curve, and the hash that policy-controller takes for every key. */
    p384WithSha256: SigningKey;
    p521: SigningKey;
    rsa: SigningKey;
    sigstore: SigstoreInstance;
    /** No TrustRoot names it. */
    otherSigstore: SigstoreInstance;
}

export async function makeSigners(): Promise<Signers> {
    const p384 = ecKey("P-384", "sha384");
    return {
        acme: ecKey(),
        stranger: ecKey(),
        p384,
        p384WithSha256: { ...p384, hash: "sha256" },
        p521: ecKey("P-521", "sha512"),
        rsa: rsaKey(),
        sigstore: await SigstoreInstance.create(),
        otherSigstore: await SigstoreInstance.create(),
    };
}

/** Where signatures lie that are not beside their image. */
export const ELSEWHERE = "signatures/of-acme";
/** What tags of signatures begin with that have a prefix. */
export const TAG_PREFIX = "release-";
/** One that makes them longer than the 128 characters that a tag may have. */
export const LONG_TAG_PREFIX = "p".repeat(60);

/**
 * Pushes the images of the matrix, one repository each, with what is signed beside them.
 *
 * @param host `localhost:5000`
 * @returns references by what is special about the image
 */
export async function pushMatrixImages(
    workshop: ImageWorkshop,
    host: string,
    signers: Signers,
): Promise<ReadonlyMap<string, string>> {
    const images = new Map<string, string>();
    const made = new MatrixMaker(workshop, host, images);
    await pushSigned(made, signers);
    await pushDamaged(made, signers);
    await pushAttested(made, signers);
    await pushCertified(made, signers);
    await pushMoving(made, workshop, signers);
    return images;
}

class MatrixMaker {
    public constructor(
        private readonly workshop: ImageWorkshop,
        private readonly host: string,
        public readonly images: Map<string, string>,
    ) {}

    /** The same for a signature that takes a while. @returns what is claimed of the image */
    public async pushLater(name: string, sign: (claimed: Buffer) => Promise<Layer>): Promise<Buffer> {
        const digest = await this.push(name, () => []);
        const repository = repositoryOf(name);
        const claimed = claim(this.workshop.repository(repository), digest);
        await this.workshop.attach(repository, digest, "sig", [await sign(claimed)]);
        return claimed;
    }

    /** Pushes an image, and what `layersOf` makes for it under its `.sig` or `.att` tag. */
    public async push(
        name: string,
        layersOf: (digest: string, claimed: Buffer) => readonly Layer[],
        suffix: "sig" | "att" = "sig",
    ): Promise<string> {
        const repository = repositoryOf(name);
        const digest = await this.workshop.image(repository);
        const layers = layersOf(digest, claim(this.workshop.repository(repository), digest));
        if (layers.length > 0) {
            await this.workshop.attach(repository, digest, suffix, layers);
        }
        this.images.set(name, `${this.host}/${repository}@${digest}`);
        return digest;
    }
}

function repositoryOf(name: string): string {
    return `acme/${name.replaceAll(/[ ,]+/g, "-")}`;
}

async function pushSigned(made: MatrixMaker, signers: Signers): Promise<void> {
    const { acme, stranger, p384, p384WithSha256, p521, rsa } = signers;
    await made.push("unsigned", () => []);
    await made.push("signed", (_, claimed) => [signature(acme, claimed)]);
    await made.push("signed by a stranger", (_, claimed) => [signature(stranger, claimed)]);
    await made.push("signed by both", (_, claimed) => [signature(stranger, claimed), signature(acme, claimed)]);
    await made.push("signed with p384", (_, claimed) => [signature(p384, claimed)]);
    await made.push("signed with p384 and sha256", (_, claimed) => [signature(p384WithSha256, claimed)]);
    await made.push("signed with p521", (_, claimed) => [signature(p521, claimed)]);
    await made.push("signed with rsa", (_, claimed) => [signature(rsa, claimed)]);
}

async function pushDamaged(made: MatrixMaker, { acme }: Signers): Promise<void> {
    const other = `sha256:${"b".repeat(64)}`;
    const sayings = (claimed: Buffer, change: (text: string) => string) =>
        signature(acme, Buffer.from(change(claimed.toString())));
    await made.push("tampered payload", (_, claimed) => [
        { ...signature(acme, claimed), payload: Buffer.from(claimed.toString().replace("null", '{"a":1}')) },
    ]);
    await made.push("claim for another digest", (digest, claimed) => [
        sayings(claimed, (text) => text.replace(digest, other)),
    ]);
    await made.push("claim for another repository", (_, claimed) => [
        sayings(claimed, (text) => text.replace("acme/", "evil/")),
    ]);
    await made.push("claim of another type", (_, claimed) => [
        sayings(claimed, (text) => text.replace("cosign container image signature", "anything")),
    ]);
    await made.push("claim with annotations", (_, claimed) => [
        sayings(claimed, (text) => text.replace("null", '{"builder":"ci"}')),
    ]);
    await made.push("claim that is no json", (_, claimed) => [sayings(claimed, (text) => text.slice(0, -1))]);
    await made.push("signature that is no base64", (_, claimed) => [
        { ...signature(acme, claimed), annotations: { "dev.cosignproject.cosign/signature": "?" } },
    ]);
    await made.push("signature without annotation", (_, claimed) => [{ ...signature(acme, claimed), annotations: {} }]);
    await made.push("garbage before the signature", (_, claimed) => [
        { mediaType: "text/plain", payload: Buffer.from("garbage"), annotations: {} },
        signature(acme, claimed),
    ]);
}

async function pushAttested(made: MatrixMaker, { acme, stranger }: Signers): Promise<void> {
    const provenance = (digest: string) => statement(digest, PROVENANCE);
    await made.push("attested", (digest) => [attestation(acme, provenance(digest))], "att");
    await made.push("attested by a stranger", (digest) => [attestation(stranger, provenance(digest))], "att");
    await made.push(
        "attested as something else",
        (digest) => [attestation(acme, statement(digest, "https://example.com/review/v1"))],
        "att",
    );
    await made.push("attested for another digest", () => [attestation(acme, provenance("sha256:00"))], "att");
    await made.push(
        "attested twice",
        (digest) => [
            attestation(acme, provenance(digest)),
            attestation(acme, statement(digest, VULNERABILITIES, { scanner: { uri: "x" } })),
        ],
        "att",
    );
    await made.push(
        "attested and tampered",
        (digest) => {
            const { payload, ...layer } = attestation(acme, provenance(digest));
            const forged = Buffer.from(statement(digest, PROVENANCE, { made: "badly" })).toString("base64");
            const changed = payload.toString().replace(/"payload":"[^"]*"/, `"payload":"${forged}"`);
            return [{ ...layer, payload: Buffer.from(changed) }];
        },
        "att",
    );
}

async function pushCertified(made: MatrixMaker, signers: Signers): Promise<void> {
    const { sigstore, otherSigstore, acme } = signers;
    const by = async (name: string, instance: SigstoreInstance, somebody: Somebody, parts?: KeylessParts) => {
        await made.pushLater(name, async (payload) => {
            const annotations = await instance.sign(payload, somebody, parts);
            return { ...signature(acme, payload), annotations };
        });
    };
    await by("certified", sigstore, CI);
    await by("certified for somebody else", sigstore, { ...CI, subject: CI.subject.replace("acme", "evil") });
    await by("certified by another issuer", sigstore, { ...CI, issuer: "https://issuer.example.com" });
    await by("certified by an unknown authority", otherSigstore, CI);
    await by("certified and logged", sigstore, CI, { withLogEntry: true });
    await by("certified and timestamped", sigstore, CI, { withTimestamp: true });
    await by("certified, logged and timestamped", sigstore, CI, { withLogEntry: true, withTimestamp: true });
    await by("certified and logged elsewhere", otherSigstore, CI, { withLogEntry: true, withTimestamp: true });
    await by("certificate taken away", sigstore, CI, { withCertificate: false, withLogEntry: true });

    const certified = await certify(sigstore);
    await made.push(
        "certified attestation",
        (digest) => [attestation(certified.key, statement(digest, PROVENANCE), certified)],
        "att",
    );
    // A certificate beside a key's signature is looked at as well.
    await made.push("signed beside a certificate", (_, claimed) => [signature(acme, claimed, certified)]);
    const claims = await made.pushLater("signed and logged", async (payload) => {
        const layer = signature(acme, payload);
        const bytes = Buffer.from(layer.annotations["dev.cosignproject.cosign/signature"] ?? "", "base64");
        const bundle = await sigstore.logEntry(payload, bytes, acme.pem);
        return { ...layer, annotations: { ...layer.annotations, "dev.sigstore.cosign/bundle": bundle } };
    });
    await made.pushLater("signed and logged for another image", async (payload) => {
        const layer = signature(acme, payload);
        const other = signature(acme, claims);
        const bytes = Buffer.from(other.annotations["dev.cosignproject.cosign/signature"] ?? "", "base64");
        const bundle = await sigstore.logEntry(claims, bytes, acme.pem);
        return { ...layer, annotations: { ...layer.annotations, "dev.sigstore.cosign/bundle": bundle } };
    });
}

/** A fresh key, and a certificate for it in the name of the continuous integration. */
async function certify(sigstore: SigstoreInstance): Promise<Certified & { key: SigningKey }> {
    const key = ecKey();
    const certificate = await sigstore.certificate(createPublicKey(key.pem), CI);
    const root = new X509Certificate(Buffer.from(sigstore.authority.rootCertificate.buffer));
    return { key, certificate: certificate.toString(), chain: root.toString() };
}

async function pushMoving(made: MatrixMaker, workshop: ImageWorkshop, { acme, stranger }: Signers): Promise<void> {
    const { images } = made;
    const at = (name: string, end: string) => `${workshop.repository("").registry}/${repositoryOf(name)}${end}`;
    const sign = async (repository: string, digest: string, key = acme, tagPrefix = "") => {
        const layers = [signature(key, claim(workshop.repository(repository), digest))];
        await workshop.attach(repository, digest, "sig", layers, tagPrefix);
    };

    await sign("acme/tagged", await workshop.image("acme/tagged", "1.2"));
    images.set("signed tag", at("tagged", ":1.2"));
    images.set("tag that is missing", at("tagged", ":1.3"));
    images.set("tag and digest", `${at("tagged", ":gone")}@${await workshop.image("acme/tagged", "later")}`);
    images.set("repository that is missing", at("nowhere", ":1"));
    images.set("digest that is missing", `${at("nowhere", "")}@sha256:${"c".repeat(64)}`);
    images.set("reference that is none", at("Tagged", ":1"));
    images.set("another host", "registry.invalid/acme/app:1");

    const first = await workshop.image("acme/moved", "1");
    await sign("acme/moved", first);
    await workshop.image("acme/moved", "1");
    images.set("moved tag", at("moved", ":1"));
    images.set("digest before the move", at("moved", `@${first}`));

    const absent = `sha256:${"d".repeat(64)}`;
    await sign("acme/absent", absent);
    images.set("signed and missing", at("absent", `@${absent}`));

    const platforms = [await workshop.image("acme/index", "amd64"), await workshop.image("acme/index", "arm64")];
    const index = await workshop.index("acme/index", platforms);
    await sign("acme/index", index);
    images.set("signed index", at("index", ":1"));
    images.set("platform of a signed index", at("index", `@${platforms[0] ?? ""}`));
    const lone = await workshop.image("acme/platforms", "amd64");
    await sign("acme/platforms", lone);
    await workshop.index("acme/platforms", [lone, await workshop.image("acme/platforms", "arm64")]);
    images.set("index with a signed platform", at("platforms", ":1"));
    images.set("signed platform", at("platforms", `@${lone}`));

    for (const [name, content] of [
        ["broken signature manifest", "{"],
        ["signature manifest without layers", '{"schemaVersion":2,"config":{},"layers":[]}'],
        ["signature manifest that is a list", "[]"],
    ] as const) {
        const digest = await workshop.image(repositoryOf(name));
        await workshop.putRaw(repositoryOf(name), `${digest.replace(":", "-")}.sig`, content);
        images.set(name, at(name, `@${digest}`));
    }

    const bundled = await workshop.image("acme/bundled");
    await workshop.bundle("acme/bundled", bundled, acme);
    images.set("signed in a bundle", at("bundled", `@${bundled}`));
    const attested = await workshop.image("acme/bundle-attested");
    await workshop.bundle("acme/bundle-attested", attested, acme, statement(attested, PROVENANCE));
    images.set("attested in a bundle", at("bundle-attested", `@${attested}`));

    const elsewhere = await workshop.image("acme/elsewhere");
    const layers = [signature(acme, claim(workshop.repository("acme/elsewhere"), elsewhere))];
    await workshop.attach(ELSEWHERE, elsewhere, "sig", layers);
    images.set("signed elsewhere", at("elsewhere", `@${elsewhere}`));
    const prefixed = await workshop.image("acme/prefixed");
    await sign("acme/prefixed", prefixed, acme, TAG_PREFIX);
    await sign("acme/prefixed", prefixed, stranger);
    images.set("signed under a prefix", at("prefixed", `@${prefixed}`));
    const longPrefixed = await workshop.image("acme/long-prefixed");
    await sign("acme/long-prefixed", longPrefixed, acme, LONG_TAG_PREFIX);
    images.set("signed under a long prefix", at("long-prefixed", `@${longPrefixed}`));
}
