import { expect } from "chai";

import {
    OCI_MANIFEST,
    RegistryError,
    type Descriptor,
    type ImageReference,
    type RepositoryName,
} from "../../../core/registry";
import { readSimpleSignatures } from "../../../core/signatures";
import { keySigner } from "../../../core/signatures/sign/signer";
import { signImage } from "../../../core/signatures/sign/sign-image";
import { attachmentTag } from "../../../core/signatures/stored-layers";
import { MemoryRegistry } from "../../support/memory-registry";
import { IMAGE, RELEASE, storeLayers, STRANGER } from "./support";

/** A stand-in for a registry that stops taking anything at some point of a push. */
class RefusingRegistry extends MemoryRegistry {
    public refuses: { what: "blob" | "manifest"; code: "denied" | "immutable-tag" } | undefined;

    public override putBlob(repository: RepositoryName, bytes: Buffer): Promise<Descriptor> {
        return this.refuses?.what === "blob" ? this.refuse(repository) : super.putBlob(repository, bytes);
    }

    public override putManifest(
        repository: RepositoryName,
        reference: string,
        mediaType: string,
        bytes: Buffer,
    ): Promise<Descriptor> {
        return this.refuses?.what === "manifest"
            ? this.refuse(repository)
            : super.putManifest(repository, reference, mediaType, bytes);
    }

    private refuse(repository: RepositoryName): Promise<never> {
        const code = this.refuses?.code ?? "denied";
        return Promise.reject(new RegistryError("does not take it", { ...repository, code }));
    }
}

/** A stand-in for a registry, or a cache in front of one, that stores manifests without their annotations. */
class RewritingRegistry extends MemoryRegistry {
    public override async putManifest(
        repository: RepositoryName,
        reference: string,
        mediaType: string,
        bytes: Buffer,
    ): Promise<Descriptor> {
        const { layers, ...manifest } = JSON.parse(bytes.toString("utf8")) as { layers: Descriptor[] };
        const bare = layers.map(({ mediaType: type, digest, size }) => ({ mediaType: type, digest, size }));
        const rewritten = Buffer.from(JSON.stringify({ ...manifest, layers: bare }));
        await super.putManifest(repository, reference, mediaType, rewritten);
        // Registries answer with what they were sent.
        return new MemoryRegistry().putManifest(repository, reference, mediaType, bytes);
    }
}

/** A stand-in for a registry, or a cache in front of one, that says of no list what it was. */
class ContradictingRegistry extends MemoryRegistry {
    public override async resolve(image: ImageReference): Promise<Descriptor> {
        return { ...(await super.resolve(image)), digest: `sha256:${"0".repeat(64)}` };
    }
}

async function refusalOf(registry: MemoryRegistry): Promise<unknown> {
    try {
        return await signImage(registry, IMAGE, RELEASE);
    } catch (error) {
        return error;
    }
}

describe("a signature that the registry does not take", () => {
    for (const refuses of [
        { what: "blob", code: "denied" },
        { what: "manifest", code: "denied" },
        { what: "manifest", code: "immutable-tag" },
    ] as const) {
        it(`(${refuses.what}: ${refuses.code}) leaves those of others as they were, and names the repository`, async () => {
            const registry = new RefusingRegistry();
            await signImage(registry, IMAGE, keySigner(STRANGER.privateKey));
            registry.refuses = refuses;
            expect(await refusalOf(registry)).to.include({ code: refuses.code, ...IMAGE.repository });
            const left = await readSimpleSignatures(registry, IMAGE);
            expect(left).to.have.length(1);
        });
    }

    it("is not taken for lost to others where the registry changes what it stores", async () => {
        const refusal = await refusalOf(new RewritingRegistry());
        expect(refusal).to.have.property("code", "registry-rewrites");
        expect(String(refusal)).to.include("--source");
    });

    it("does not sign for ever where the registry never says the same twice", async () => {
        const registry = new ContradictingRegistry();
        await storeLayers(registry, [{ payload: Buffer.from("of somebody") }]);
        expect(await refusalOf(registry)).to.have.property("code", "registry-rewrites");
    });

    const layer = { mediaType: "application/octet-stream", digest: `sha256:${"1".repeat(64)}`, size: 1 };
    for (const [what, manifest] of [
        ["is an index", { mediaType: "application/vnd.oci.image.index.v1+json", manifests: [layer] }],
        ["has a layer that nobody can read", { layers: [layer, { ...layer, digest: "none" }] }],
    ] as const) {
        it(`is not stored in place of what ${what}`, async () => {
            const registry = new MemoryRegistry();
            const tag = attachmentTag(IMAGE.digest, "sig");
            const { digest } = await registry.putManifest(
                IMAGE.repository,
                tag,
                OCI_MANIFEST,
                Buffer.from(JSON.stringify({ schemaVersion: 2, ...manifest })),
            );
            expect(await refusalOf(registry)).to.have.property("code", "signature-list-malformed");
            expect((await registry.resolve({ ...IMAGE.repository, tag })).digest).to.equal(digest);
        });
    }
});
