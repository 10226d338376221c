import { expect } from "chai";

import { readSimpleSignatures } from "../../../core/signatures";
import { signImage } from "../../../core/signatures/sign/sign-image";
import { simpleSigningPayload } from "../../../core/signatures/payload";
import { PayloadBudget, TooMuchToRead } from "../../../core/signatures/payload-budget";
import { attachmentTag } from "../../../core/signatures/stored-layers";
import { digestOf } from "../../support/image-workshop";
import { MemoryRegistry } from "../../support/memory-registry";
import { IMAGE, keyCheck, RELEASE, signedLayer, storeLayers, verdicts } from "./support";

import type { Descriptor } from "../../../core/registry";

const TAG = attachmentTag(IMAGE.digest, "sig");
const PAYLOAD = simpleSigningPayload(IMAGE);
const ELSEWHERE = { repository: { registry: "ghcr.io", repository: "acme/signatures" }, tagPrefix: "prod-" };

describe("reading an image's signatures", () => {
    it("finds none where there is no tag", async () => {
        expect(await readSimpleSignatures(new MemoryRegistry(), IMAGE)).to.deep.equal([]);
    });

    it("asks for one manifest where the payload is cosign's own", async () => {
        const registry = new MemoryRegistry();
        await signImage(registry, IMAGE, RELEASE);
        registry.questions.length = 0;
        expect(await verdicts(registry, keyCheck())).to.deep.equal(["verified"]);
        expect(registry.questions).to.deep.equal([`manifest acme/app:${TAG}`]);
    });

    it("fetches a payload that says more", async () => {
        const registry = new MemoryRegistry();
        await signImage(registry, IMAGE, RELEASE, { annotations: { commit: "abc" } });
        registry.questions.length = 0;
        expect(await verdicts(registry, keyCheck())).to.deep.equal(["verified"]);
        expect(registry.questions.map((question) => question.split(" ")[0])).to.deep.equal(["manifest", "blob"]);
    });

    it("looks in the source, under the prefix", async () => {
        const registry = new MemoryRegistry();
        await signImage(registry, IMAGE, RELEASE, ELSEWHERE);
        expect(await verdicts(registry, keyCheck())).to.deep.equal([]);
        expect(await verdicts(registry, keyCheck(), ELSEWHERE)).to.deep.equal(["verified"]);
    });

    it("does not believe a size that is not the payload's", async () => {
        const registry = new MemoryRegistry();
        await signImage(registry, IMAGE, RELEASE);
        const { content, mediaType } = await registry.manifest(IMAGE.repository, TAG);
        const lying = JSON.stringify(content).replaceAll(`"size":${PAYLOAD.length}`, `"size":${PAYLOAD.length + 1}`);
        await registry.putManifest(IMAGE.repository, TAG, mediaType, Buffer.from(lying));
        expect(await verdicts(registry, keyCheck())).to.deep.equal(["payload-unreadable"]);
    });

    /** The verdicts once something is changed in the manifest of a good signature. */
    async function verdictsWith(
        change: (manifest: Record<string, unknown>, layers: object[]) => object,
    ): Promise<string[]> {
        const registry = new MemoryRegistry();
        await signImage(registry, IMAGE, RELEASE);
        const { content, mediaType } = await registry.manifest(IMAGE.repository, TAG);
        const manifest = content as Record<string, unknown> & { layers: object[] };
        const changed: { mediaType?: string } = change(manifest, manifest.layers);
        await registry.putManifest(
            IMAGE.repository,
            TAG,
            changed.mediaType ?? mediaType,
            Buffer.from(JSON.stringify(changed)),
        );
        return verdicts(registry, keyCheck());
    }

    for (const [what, change] of [
        ["a configuration that is none", { config: 1 }],
        ["a configuration with a bad digest", { config: { digest: "sha256:zz" } }],
        ["a version in quotes", { schemaVersion: "2" }],
        ["annotations that are no texts", { annotations: { a: 1 } }],
        ["a subject that is none", { subject: "x" }],
        ["Docker's first form for a type", { mediaType: "application/vnd.docker.distribution.manifest.v1+json" }],
    ] as const) {
        it(`refuses a manifest with ${what}, which the controller reads as a whole or not at all`, async () => {
            expect(await verdictsWith((manifest) => ({ ...manifest, ...change }))).to.deep.equal([
                "signature-list-malformed",
            ]);
        });
    }

    it("passes over what is null among the layers", async () => {
        const found = await verdictsWith((manifest, layers) => ({ ...manifest, layers: [null, ...layers] }));
        expect(found).to.deep.equal(["signature-malformed", "verified"]);
    });

    it("takes the size of a payload from the first descriptor of its digest, and that is the configuration's", async () => {
        const found = await verdictsWith((manifest, layers) => ({ ...manifest, config: { ...layers[0], size: 5 } }));
        expect(found).to.deep.equal(["payload-unreadable"]);
    });

    it("takes a payload from the manifest itself, where it is there", async () => {
        const withData = (data: Buffer) => (manifest: object, layers: object[]) => ({
            ...manifest,
            // Not as cosign would write it, so that it is not rebuilt.
            layers: [{ ...layers[0], digest: digestOf(data), size: data.length, data: data.toString("base64") }],
        });
        const other = simpleSigningPayload(IMAGE, { a: "b" });
        expect(await verdictsWith(withData(other))).to.deep.equal(["signature-invalid"]);
        const wrong = (manifest: object, layers: object[]) => {
            const made = withData(other)(manifest, layers);
            return { ...made, layers: [{ ...made.layers[0], data: "AAAA" }] };
        };
        expect(await verdictsWith(wrong)).to.deep.equal(["payload-unreadable"]);
    });

    it("does not look into an index under the tag, and says so", async () => {
        const mediaType = "application/vnd.oci.image.index.v1+json";
        const found = await verdictsWith(() => ({ schemaVersion: 2, mediaType, manifests: [] }));
        expect(found).to.deep.equal(["signature-list-form"]);
    });

    it("refuses one signature whose payload is not there, and verifies the others", async () => {
        const registry = new MemoryRegistry();
        await signImage(registry, IMAGE, RELEASE);
        const { content, mediaType } = await registry.manifest(IMAGE.repository, TAG);
        const { layers } = content as { layers: Record<string, unknown>[] };
        const missing = { ...layers[0], digest: `sha256:${"c".repeat(64)}` };
        const bytes = Buffer.from(JSON.stringify({ layers: [missing, ...layers] }));
        await registry.putManifest(IMAGE.repository, TAG, mediaType, bytes);
        expect(await verdicts(registry, keyCheck())).to.deep.equal(["payload-unreadable", "verified"]);
    });

    it("reads 1000 signatures and none of 1001, as cosign does", async () => {
        for (const [count, expected] of [
            [1000, "verified"],
            [1001, "too-many-signatures"],
        ] as const) {
            const registry = new MemoryRegistry();
            await putLayers(registry, Array<unknown>(count).fill(await ownLayer()));
            expect(await verdicts(registry, keyCheck()))
                .to.include(expected)
                .and.to.have.length(count === 1000 ? 1000 : 1);
        }
    });

    it("stops reading payloads that are many after a minute, and goes on with those that were read", () => {
        let time = 0;
        const budget = new PayloadBudget(() => time);
        const payloads = Array.from({ length: 20 }, () => ({ mediaType: "", digest: "", size: 1 }));
        const spend = (payload: Descriptor) => {
            budget.spend(payload);
            time += 7_000;
        };
        expect(() => {
            payloads.forEach(spend);
        }).to.throw(TooMuchToRead, "60000 ms");
        payloads.slice(0, 9).forEach(spend);
        expect(() => {
            payloads.slice(9).forEach(spend);
        }).to.throw(TooMuchToRead);
    });

    it("stops reading payloads at 64 MiB, and says that it did", async () => {
        const registry = new MemoryRegistry();
        const large = Buffer.alloc(20 * 1024 * 1024, " ");
        const layers = [0, 1, 2, 3].map((first) => {
            const payload = Buffer.from(large);
            payload[0] = 48 + first;
            return signedLayer(payload, "AAAA");
        });
        await storeLayers(registry, layers);
        const counted = await verdicts(registry, keyCheck());
        expect(counted.filter((verdict) => verdict === "too-much-work")).to.have.length(1);
    });

    for (const content of ["{}", '{"layers":null}', '{"layers":[]}']) {
        it(`finds none in ${content}`, async () => {
            const registry = new MemoryRegistry();
            await registry.putManifest(IMAGE.repository, TAG, "application/json", Buffer.from(content));
            expect(await verdicts(registry, keyCheck())).to.deep.equal([]);
        });
    }

    for (const content of ['{"layers":{}}', '{"layers":[7]}', '{"layers":[{"digest":"md5:00","size":1}]}']) {
        it(`refuses the list ${content}`, async () => {
            const registry = new MemoryRegistry();
            await registry.putManifest(IMAGE.repository, TAG, "application/json", Buffer.from(content));
            expect(await verdicts(registry, keyCheck())).to.deep.equal(["signature-list-malformed"]);
        });
    }

    async function ownLayer(): Promise<unknown> {
        const registry = new MemoryRegistry();
        await signImage(registry, IMAGE, RELEASE);
        const { content } = await registry.manifest(IMAGE.repository, TAG);
        return (content as { layers: unknown[] }).layers[0];
    }

    async function putLayers(registry: MemoryRegistry, layers: readonly unknown[]): Promise<void> {
        const bytes = Buffer.from(JSON.stringify({ layers }));
        await registry.putManifest(IMAGE.repository, TAG, "application/vnd.oci.image.manifest.v1+json", bytes);
    }
});
