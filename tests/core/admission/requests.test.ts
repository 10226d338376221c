import { expect } from "chai";

import { DelayingProxy } from "../../../bench/delaying-proxy";
import { Admission } from "../../../core/admission";
import { RegistryClient } from "../../../core/registry";
import { signImage } from "../../../core/signatures/sign/sign-image";
import { keySigner } from "../../../core/signatures/sign/signer";
import { Gate } from "../../../policy-pack/gate";
import { pushImage, referenceOf } from "../../support/images";
import { RegistryProcess } from "../../support/registry-process";
import { ACME, keyOf, policy } from "./support";

import type { RepositoryName } from "../../../core/registry";

const MOST = 12;

/** A Deployment with each image in two containers. */
function deployment(name: string, images: readonly string[]) {
    const containers = [...images, ...images].map((image, index) => ({ name: `c${index}`, image }));
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: "shop" },
        spec: { template: { spec: { containers, initContainers: containers } } },
    };
}

describe("the requests that verdicts take", function () {
    this.timeout(60_000);

    let registry: RegistryProcess;
    let proxy: DelayingProxy;
    let images: string[];
    let first: RepositoryName;

    const policies = (count: number) => Array.from({ length: count }, (_, index) => policy(`p${index}`, [keyOf(ACME)]));

    before(async () => {
        registry = await RegistryProcess.start();
        proxy = await DelayingProxy.start(registry.host, 0);
        const client = new RegistryClient({ environment: {} });
        const signer = keySigner(ACME.privateKey);
        const pushed = await Promise.all(
            Array.from({ length: MOST }, async (_, index) => {
                const image = await pushImage(
                    client,
                    { registry: proxy.host, repository: `acme/${index}` },
                    `${index}`,
                );
                await signImage(client, image, signer);
                return image;
            }),
        );
        first = { registry: proxy.host, repository: "acme/0" };
        await pushImage(client, first, "0", "two");
        await client.close();
        images = pushed.map(referenceOf);
    });

    after(async () => {
        await proxy.stop();
        await registry.stop();
    });

    /** How many go over the wire while work is done with a client that knows nothing yet. */
    async function requestsOf(rules: object[], work: (admission: Admission) => Promise<{ verdict: string }[]>) {
        const client = new RegistryClient({ environment: {} });
        try {
            proxy.takeRequests();
            const verdicts = await work(new Admission({ policies: rules }, { registry: client }));
            expect(new Set(verdicts.map(({ verdict }) => verdict))).to.deep.equal(new Set(["admitted"]));
            return proxy.takeRequests();
        } finally {
            await client.close();
        }
    }

    const judgeAll = (names: readonly string[]) => (admission: Admission) =>
        Promise.all(names.map((image) => admission.judge({ image })));

    it("are one for each distinct digest", async () => {
        for (const count of [1, 3, 6, MOST]) {
            expect(await requestsOf(policies(1), judgeAll(images.slice(0, count))), `${count} images`).to.equal(count);
        }
    });

    it("are none for a digest that comes again, at once or later", async () => {
        const again = async (admission: Admission) => [
            ...(await judgeAll([...images, ...images])(admission)),
            ...(await judgeAll(images)(admission)),
        ];
        expect(await requestsOf(policies(1), again)).to.equal(MOST);
    });

    it("are no more for many policies with one key", async () => {
        expect(await requestsOf(policies(25), judgeAll(images))).to.equal(MOST);
    });

    it("are one more for each further tag of one digest, which has to be resolved", async () => {
        const tags = ["latest", "two"].map((tag) => `${first.registry}/${first.repository}:${tag}`);
        const names = [images[0] ?? "", ...tags, ...tags];
        expect(await requestsOf(policies(3), judgeAll(names))).to.equal(1 + tags.length);
    });

    it("are no more for many containers of many objects", async () => {
        const workloads = Array.from({ length: 20 }, (_, index) => deployment(`web-${index}`, images));
        const count = await requestsOf(policies(3), async (admission) =>
            (await Promise.all(workloads.map((workload) => admission.judgeWorkload({ workload })))).flatMap(
                (verdict) => verdict?.images ?? [],
            ),
        );
        expect(count).to.equal(MOST);
    });

    for (const isFirst of [true, false]) {
        it(`are one for each digest in a stack of many objects whose policies come ${isFirst ? "first" : "last"}`, async () => {
            const gate = new Gate("/");
            const add = ({ kind, metadata, ...rest }: { kind: string; metadata: { name: string } }, group: string) => {
                const type = `kubernetes:${group}:${kind}`;
                const urn = `urn:pulumi:dev::shop::${type}::${metadata.name}`;
                return gate.add({ urn, type, properties: { ...rest, kind, metadata } });
            };
            const addPolicies = async () => {
                for (const each of policies(3)) {
                    await add(each as ReturnType<typeof deployment>, "policy.sigstore.dev/v1alpha1");
                }
            };
            proxy.takeRequests();
            const labels = { "policy.sigstore.dev/include": "true" };
            await add({ kind: "Namespace", metadata: { name: "shop", labels } as { name: string } }, "core/v1");
            if (isFirst) {
                await addPolicies();
            }
            for (let index = 0; index < 20; index++) {
                await add(deployment(`web-${index}`, images), "apps/v1");
            }
            if (!isFirst) {
                await addPolicies();
            }
            const { resources } = await gate.judgeStack();
            expect(resources.flatMap((resource) => resource.images).map(({ verdict }) => verdict)).to.deep.equal(
                Array.from({ length: 20 * MOST * 4 }, () => "admitted"),
            );
            expect(proxy.takeRequests()).to.equal(MOST);
        });
    }
});
