import { expect } from "chai";

import { DelayingProxy } from "../../bench/delaying-proxy";
import { RegistryClient } from "../../core/registry";
import { answerManifest, manifestNamed, StandIn } from "../core/registry/support/stand-in";

describe("the delaying proxy", () => {
    let registry: StandIn;
    let proxy: DelayingProxy;
    let reader: RegistryClient;

    beforeEach(async () => {
        registry = await StandIn.start((request, response) => {
            answerManifest(response, manifestNamed(request.url));
        });
        proxy = await DelayingProxy.start(registry.host, 200);
        reader = new RegistryClient({ environment: {} });
    });

    afterEach(async () => {
        await reader.close();
        await proxy.stop();
        await registry.stop();
    });

    const read = (tag: string): Promise<unknown> =>
        reader.manifest({ registry: proxy.host, repository: "acme/app" }, tag);

    it("makes every request take a round trip, and requests at the same time one together", async () => {
        await read("warm");
        const started = performance.now();
        await read("one");
        await read("two");
        const inARow = performance.now() - started;
        expect(inARow).to.be.at.least(396);
        await Promise.all(["a", "b", "c", "d", "e", "f"].map(read));
        expect(performance.now() - started - inARow).to.be.within(198, 900);
    });

    it("counts the requests that pass", async () => {
        await Promise.all(["a", "b", "c"].map(read));
        expect(proxy.takeRequests()).to.equal(3);
        await read("a");
        expect(proxy.takeRequests()).to.equal(0);
    });
});
