import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { type AddressInfo } from "node:net";

/** A request that the stand-in got. */
export interface Received {
    method: string;
    url: string;
    authorization?: string;
    body: string;
}

export type Handler = (request: Received, response: ServerResponse) => void;

/** A stand-in for a registry or a token server: a real HTTP server on loopback that answers what a test wants, which no real registry would. */
export class StandIn {
    /** What it got, in order. */
    readonly received: Received[] = [];

    private constructor(
        private readonly server: Server,
        /** `localhost:PORT`. */
        readonly host: string,
    ) {}

    static async start(handler: Handler): Promise<StandIn> {
        const server = createServer((message, response) => {
            void readBody(message).then((body) => {
                const { authorization } = message.headers;
                const request = { method: message.method ?? "", url: message.url ?? "", authorization, body };
                standIn.received.push(request);
                handler(request, response);
            });
        });
        server.listen(0, "localhost");
        await once(server, "listening");
        const standIn = new StandIn(server, `localhost:${(server.address() as AddressInfo).port}`);
        return standIn;
    }

    /** Ends at once, also what is still being answered. */
    async stop(): Promise<void> {
        const closed = once(this.server, "close");
        this.server.close();
        this.server.closeAllConnections();
        await closed;
    }
}

async function readBody(message: IncomingMessage): Promise<string> {
    const pieces: Buffer[] = [];
    message.on("data", (piece: Buffer) => pieces.push(piece));
    await Promise.race([once(message, "end"), once(message, "close")]);
    return Buffer.concat(pieces).toString();
}

export const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";
export const INDEX_TYPE = "application/vnd.oci.image.index.v1+json";

export function sha256(bytes: Buffer): string {
    return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

/** The bytes of a small manifest, another for each name. */
export function manifestNamed(name: string): Buffer {
    return Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, annotations: { name } }));
}

/** Answers as an honest registry does, whoever asks. */
export function answerManifest(response: ServerResponse, bytes: Buffer, mediaType = MANIFEST_TYPE): void {
    response.writeHead(200, {
        "content-type": mediaType,
        "content-length": bytes.length,
        "docker-content-digest": sha256(bytes),
    });
    response.end(bytes);
}

/** Answers as registries do where something went wrong. */
export function answerError(response: ServerResponse, status: number, code: string, message = "so it is"): void {
    response.writeHead(status, { "content-type": "application/json" });
    response.end(JSON.stringify({ errors: [{ code, message }] }));
}
