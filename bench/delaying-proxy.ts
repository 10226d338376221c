import { once } from "node:events";
import { connect, createServer } from "node:net";

import type { AddressInfo, Server, Socket } from "node:net";

/** Ends every request line and nothing else that is sent to a registry while images are verified. */
const REQUEST_LINE = / HTTP\/1\.[01]\r\n/g;

/**
 * A TCP proxy that puts a registry so far away: what it answers arrives a round trip later, in order. It counts the requests that pass.
 *
 * The handshake of a connection is not delayed.
 */
export class DelayingProxy {
    private readonly sockets = new Set<Socket>();
    private count = 0;

    private constructor(
        private readonly server: Server,
        /** `localhost:PORT`. */
        public readonly host: string,
        /** In milliseconds; of what arrives from now on. */
        public roundTripMs: number,
    ) {}

    /**
     * @param target `localhost:PORT`, which speaks plain HTTP
     * @param roundTripMs in milliseconds
     */
    public static async start(target: string, roundTripMs: number): Promise<DelayingProxy> {
        const port = Number(target.slice(target.lastIndexOf(":") + 1));
        const server = createServer({ noDelay: true }, (client) => {
            proxy.join(client, connect({ host: "localhost", port, noDelay: true }));
        });
        server.listen(0, "localhost");
        await once(server, "listening");
        const host = `localhost:${(server.address() as AddressInfo).port}`;
        const proxy = new DelayingProxy(server, host, roundTripMs);
        return proxy;
    }

    /** The requests that passed since the last call. */
    public takeRequests(): number {
        const { count } = this;
        this.count = 0;
        return count;
    }

    public async stop(): Promise<void> {
        const closed = once(this.server, "close");
        this.server.close();
        this.sockets.forEach((socket) => socket.destroy());
        await closed;
    }

    private join(client: Socket, registry: Socket): void {
        for (const socket of [client, registry]) {
            this.sockets.add(socket);
            socket.on("close", () => this.sockets.delete(socket));
            socket.on("error", () => {
                client.destroy();
                registry.destroy();
            });
        }
        client.on("data", (piece) => {
            this.count += piece.toString("latin1").match(REQUEST_LINE)?.length ?? 0;
            registry.write(piece);
        });
        client.on("end", () => registry.end());
        registry.on("data", (piece) => {
            later(this.roundTripMs, () => client.write(piece));
        });
        registry.on("end", () => {
            later(this.roundTripMs, () => client.end());
        });
    }
}

function later(ms: number, work: () => unknown): void {
    if (ms === 0) {
        work();
    } else {
        setTimeout(work, ms);
    }
}
