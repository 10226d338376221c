import * as http from "node:http";
import type { AddressInfo } from "node:net";

/** How the proxy answers whatever it is asked. */
export type ProxyAnswer = { readonly status: number; readonly body: string } | "nothing";

/** A Go module proxy that has no modules: it refuses, lies, or never answers. */
export class ModuleProxy {
    private constructor(
        private readonly server: http.Server,
        public readonly url: string,
    ) {}

    public static async start(answer: (path: string) => ProxyAnswer): Promise<ModuleProxy> {
        const server = http.createServer((request, response) => {
            const chosen = answer(request.url ?? "");
            if (chosen === "nothing") {
                server.emit("kept-waiting");
                return;
            }
            response.writeHead(chosen.status, { "content-type": "text/plain" }).end(chosen.body);
        });
        await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
        return new ModuleProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    }

    /** Resolves once somebody waits for an answer that does not come. */
    public keepsSomebodyWaiting(): Promise<void> {
        return new Promise((resolve) => this.server.once("kept-waiting", resolve));
    }

    public async stop(): Promise<void> {
        this.server.closeAllConnections();
        await new Promise((resolve) => this.server.close(resolve));
    }
}
