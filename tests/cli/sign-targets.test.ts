import { expect } from "chai";

import { findTarget, requireUnmoved } from "../../cli/sign/targets";
import { RegistryError, type Descriptor, type ImageReference } from "../../core/registry";
import { MemoryRegistry } from "../support/memory-registry";

const REPOSITORY = { registry: "ghcr.io", repository: "acme/app" };
const IMAGE = "ghcr.io/acme/app:1.4";
const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** A stand-in for a registry from which the image can be taken away. */
class ForgetfulRegistry extends MemoryRegistry {
    public isEmpty = false;

    public override resolve(image: ImageReference): Promise<Descriptor> {
        return this.isEmpty
            ? Promise.reject(new RegistryError("has no 1.4", { ...REPOSITORY, code: "not-found" }))
            : super.resolve(image);
    }
}

async function refusalOf(promise: Promise<unknown>): Promise<unknown> {
    return promise.then(
        () => undefined,
        (error: unknown) => error,
    );
}

describe("the tag of an image to be signed", () => {
    let registry: ForgetfulRegistry;

    async function tag(content: string): Promise<string> {
        return (await registry.putManifest(REPOSITORY, "1.4", MANIFEST, Buffer.from(content))).digest;
    }

    beforeEach(() => {
        registry = new ForgetfulRegistry();
    });

    it("is read once, and may stay", async () => {
        const digest = await tag("{}");
        const target = await findTarget(registry, IMAGE, false);
        expect(target.images).to.deep.equal([{ repository: REPOSITORY, digest }]);
        await requireUnmoved(registry, target, false);
    });

    it("is noticed when it moves, with both digests, and what is signed by then", async () => {
        const before = await tag("{}");
        const target = await findTarget(registry, IMAGE, false);
        const after = await tag('{"moved":true}');
        const early = await refusalOf(requireUnmoved(registry, target, false));
        expect(early).to.have.property("code", "tag-moved");
        expect(String(early)).to.include(before).and.include(after).and.include("Nothing was signed");
        expect(String(await refusalOf(requireUnmoved(registry, target, true)))).to.include(
            "What it stood for is signed, and what it stands for now is not",
        );
    });

    it("is noticed when it disappears", async () => {
        await tag("{}");
        const target = await findTarget(registry, IMAGE, false);
        registry.isEmpty = true;
        expect(await refusalOf(requireUnmoved(registry, target, true))).to.have.property("code", "not-found");
    });

    it("does not matter to an image that is named by digest", async () => {
        const digest = await tag("{}");
        const target = await findTarget(registry, `ghcr.io/acme/app@${digest}`, false);
        await tag('{"moved":true}');
        await requireUnmoved(registry, target, true);
    });
});
