import * as fs from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import * as path from "node:path";
import { expect } from "chai";
import { inTemporaryFolder } from "../support/project";
import { type Outcome, spawnProgram } from "./support";

/** A kubeconfig with the one context `prod`; without TLS, the client demands the word for it. */
function kubeconfig(server: string): string {
    return JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "c", cluster: { server, "insecure-skip-tls-verify": true } }],
        users: [{ name: "u", user: {} }],
        contexts: [{ name: "prod", context: { cluster: "c", user: "u" } }],
        "current-context": "prod",
    });
}

function disarm(server: string, ...args: string[]): Promise<Outcome> {
    return inTemporaryFolder(async (folder) => {
        const file = path.join(folder, "kubeconfig");
        fs.writeFileSync(file, kubeconfig(server));
        return spawnProgram(["disarm", ...args], { env: { KUBECONFIG: file } });
    });
}

/** Stands in for an API server that has nothing of policy-controller, or refuses everything. */
async function withServer<T>(status: number, message: string, work: (url: string) => Promise<T>): Promise<T> {
    const server = http.createServer((_, response) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify({ kind: "Status", apiVersion: "v1", code: status, message }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    try {
        return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    } finally {
        server.close();
        server.closeAllConnections();
    }
}

// What it does to a cluster is told in tests/cluster/controller-life.test.ts.
describe("signed-images disarm", function () {
    this.timeout(60_000);

    it("takes no current context for consent", async () => {
        const { exitCode, stderr } = await disarm("http://127.0.0.1:59999");
        expect(exitCode).to.equal(2);
        expect(stderr).to.include("--context NAME is missing");
    });

    it("names the contexts that there are", async () => {
        const { exitCode, stderr } = await disarm("http://127.0.0.1:59999", "--context", "prd");
        expect(exitCode).to.equal(2);
        expect(stderr).to.include("The kubeconfig has no context prd; it has prod. [no-such-context]");
    });

    it("says that a cluster does not answer, and why", async () => {
        const { exitCode, stderr } = await disarm("http://127.0.0.1:59999", "--context", "prod", "--yes");
        expect(exitCode).to.equal(2);
        expect(stderr).to.include("prod does not answer as it should").and.include("ECONNREFUSED");
    });

    it("says which right is missing", async () => {
        const message = 'User "me" cannot get resource "mutatingwebhookconfigurations"';
        const { exitCode, stderr } = await withServer(403, message, (url) => disarm(url, "--context", "prod", "--yes"));
        expect(exitCode).to.equal(2);
        expect(stderr).to.include(message);
    });

    it("finds nothing to do where there is no policy-controller", async () => {
        const outcome = await withServer(404, "not found", (url) => disarm(url, "--context", "prod"));
        expect(outcome.exitCode).to.equal(0);
        expect(outcome.stdout).to.include("Nothing to disarm");
    });
});
