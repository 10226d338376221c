import { IncomingMessage, Server, createServer } from "node:http";
import { Socket, connect } from "node:net";
import { Duplex } from "node:stream";

import { Api } from "./api";
import { SandboxError, messageOf } from "./errors";
import { EndpointSlice, Service } from "./objects";

/** The port of 127.0.0.1 where something answers for a pod's address and port, if anything does. */
export type PodRoute = (address: string, port: number) => number | undefined;

/* sockaddr_un holds 108 bytes with the closing zero on Linux, 104 on macOS. */
const MAX_SOCKET_PATH_BYTES = 103;

/**
 * kube-apiserver's way into the cluster network: an HTTP CONNECT proxy on a Unix socket.
 *
 * It does what kube-proxy would do: the address of a Service leads to one of its ready endpoints, and nowhere when none
 * is ready. So a webhook that does not answer yet fails here as it fails in a cluster.
 */
export class EgressProxy {
    private readonly sockets = new Set<Duplex>();

    private constructor(private readonly server: Server) {}

    static async start(socketPath: string, api: () => Api | undefined, route: PodRoute): Promise<EgressProxy> {
        if (Buffer.byteLength(socketPath) > MAX_SOCKET_PATH_BYTES) {
            throw new SandboxError(
                "not-ready",
                `The folder for temporary files is too deep for a Unix socket: ${socketPath} has more than ` +
                    `${MAX_SOCKET_PATH_BYTES} bytes. Set TMPDIR to a shorter path.`,
            );
        }
        const server = createServer();
        const proxy = new EgressProxy(server);
        server.on("connect", (request: IncomingMessage, client: Duplex, head: Buffer) => {
            proxy.track(client);
            resolveTarget(request.url ?? "", api(), route)
                .then((port) => proxy.pipe(client, head, port))
                .catch((error: unknown) => {
                    client.end(`HTTP/1.1 503 ${messageOf(error).replaceAll(/\s+/g, " ")}\r\n\r\n`);
                });
        });
        await new Promise<void>((resolve, reject) => {
            server.once("error", reject);
            server.listen(socketPath, resolve);
        });
        return proxy;
    }

    async close(): Promise<void> {
        const closed = new Promise((resolve) => this.server.close(resolve));
        for (const socket of this.sockets) {
            socket.destroy();
        }
        await closed;
    }

    private async pipe(client: Duplex, head: Buffer, port: number): Promise<void> {
        const target = await dial(port);
        this.track(target);
        client.write("HTTP/1.1 200 Connection established\r\n\r\n");
        target.write(head);
        client.pipe(target).pipe(client);
        client.on("close", () => target.destroy());
        target.on("close", () => client.destroy());
    }

    private track(socket: Duplex): void {
        this.sockets.add(socket);
        socket.on("close", () => this.sockets.delete(socket));
        socket.on("error", () => socket.destroy());
    }
}

function dial(port: number): Promise<Socket> {
    return new Promise((resolve, reject) => {
        const socket = connect(port, "127.0.0.1");
        socket.once("error", reject);
        socket.once("connect", () => {
            socket.off("error", reject);
            resolve(socket);
        });
    });
}

async function resolveTarget(authority: string, api: Api | undefined, route: PodRoute): Promise<number> {
    const [, host = "", portText = ""] = /^\[?(.*?)\]?:(\d+)$/.exec(authority) ?? [];
    const port = Number(portText);
    const service = await findService(host, api);
    if (api === undefined || service === undefined) {
        throw new Error(`no service has the address ${host}`);
    }
    const { name, namespace = "default" } = service.metadata;
    const portName = service.spec.ports?.find((candidate) => candidate.port === port)?.name ?? "";
    const slices = await api.get<{ items: EndpointSlice[] }>(
        `/apis/discovery.k8s.io/v1/namespaces/${namespace}/endpointslices`,
        { labelSelector: `kubernetes.io/service-name=${name}` },
    );
    for (const endpoint of slices.items.flatMap((slice) => readyEndpoints(slice, portName))) {
        const target = route(endpoint.address, endpoint.port);
        if (target !== undefined) {
            return target;
        }
    }
    throw new Error(`connection refused: service ${namespace}/${name} has no ready endpoint for port ${port}`);
}

async function findService(address: string, api: Api | undefined): Promise<Service | undefined> {
    const found = await api?.get<{ items: Service[] }>("/api/v1/services", {
        fieldSelector: `spec.clusterIP=${address}`,
    });
    return found?.items[0];
}

function readyEndpoints(slice: EndpointSlice, portName: string): { address: string; port: number }[] {
    const port = slice.ports?.find((candidate) => (candidate.name ?? "") === portName)?.port;
    if (port === undefined) {
        return [];
    }
    return (slice.endpoints ?? [])
        .filter((endpoint) => endpoint.conditions?.ready !== false)
        .flatMap((endpoint) => endpoint.addresses.map((address) => ({ address, port })));
}
