import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

import { fulcioHandler, rekorHandler, tsaHandler } from "@sigstore/mock";

import type { SigstoreInstance } from "./sigstore-instance";

/** The services of an instance over HTTP on loopback. */
export class SigstoreServices {
    private constructor(
        private readonly server: Server,
        /** Of all of them: they differ in their paths. */
        public readonly url: string,
    ) {}

    public static async start({ authority, log, timestampAuthority }: SigstoreInstance): Promise<SigstoreServices> {
        const handlers = [
            fulcioHandler(authority, { strict: true }),
            rekorHandler(canonical(log), { strict: true }),
            tsaHandler(timestampAuthority, { strict: true }),
        ];
        const server = createServer((request, response) => {
            const chunks: Buffer[] = [];
            request.on("data", (chunk: Buffer) => chunks.push(chunk));
            request.on("end", () => {
                const handler = handlers.find(({ path }) => request.url === path);
                void Promise.resolve(handler?.fn(Buffer.concat(chunks).toString("utf8"))).then((answer) => {
                    response.writeHead(answer?.statusCode ?? 404, {
                        "content-type": answer?.contentType ?? "application/json",
                    });
                    response.end(answer?.response);
                });
            });
        });
        server.listen(0, "127.0.0.1");
        await once(server, "listening");
        return new SigstoreServices(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    }

    public stop(): void {
        this.server.closeAllConnections();
        this.server.close();
    }
}

type Log = SigstoreInstance["log"];

/** The mock logs entries as they are proposed; Rekor logs of an envelope its hashes and its signatures (its pkg/types/dsse/v0.0.1/entry.go). */
function canonical(log: Log): Log {
    return {
        publicKey: log.publicKey,
        log: (proposed) => log.log(isEnvelope(proposed) ? dsseEntry(proposed) : proposed),
        logV2: (proposed) => log.logV2(proposed),
    };
}

interface ProposedEnvelope {
    readonly kind: "dsse";
    readonly spec: { readonly proposedContent: { readonly envelope: string; readonly verifiers: readonly string[] } };
}

function isEnvelope(proposed: object): proposed is ProposedEnvelope {
    return "kind" in proposed && proposed.kind === "dsse";
}

function dsseEntry({ spec }: ProposedEnvelope) {
    const { envelope, verifiers } = spec.proposedContent;
    const { payload, signatures } = JSON.parse(envelope) as { payload: string; signatures: { sig: string }[] };
    const hash = (bytes: Buffer) => ({
        algorithm: "sha256",
        value: createHash("sha256").update(bytes).digest("hex"),
    });
    return {
        apiVersion: "0.0.1",
        kind: "dsse",
        spec: {
            envelopeHash: hash(Buffer.from(envelope)),
            payloadHash: hash(Buffer.from(payload, "base64")),
            signatures: signatures.map(({ sig }, index) => ({ signature: sig, verifier: verifiers[index] })),
        },
    };
}

/** An identity token as a CI gives it. Nobody checks its signature here. */
export function identityToken(claims: Readonly<Record<string, unknown>>): string {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    return [encode({ alg: "RS256", typ: "JWT" }), encode(claims), "c2lnbmF0dXJl"].join(".");
}
