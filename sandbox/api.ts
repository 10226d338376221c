import { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { createInterface } from "node:readline";

import { ApiAccess } from "./credentials";

/** A refusal by the API server. */
export class ApiError extends Error {
    override readonly name = "ApiError";

    constructor(
        readonly status: number,
        message: string,
    ) {
        super(message);
    }
}

export interface WatchEvent<T> {
    type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
    object: T;
}

export interface ObjectList<T> {
    metadata: { resourceVersion: string };
    items: T[];
}

type Query = Record<string, string>;

const REQUEST_TIMEOUT_MS = 30_000;

/**
 * The few verbs that the sandbox needs, over node:https.
 *
 * The usual client library takes seconds to load when it is compiled on the fly, and the whole control plane starts in
 * less.
 */
export class Api {
    private readonly agent: Agent;

    constructor(private readonly access: ApiAccess) {
        this.agent = new Agent({ ca: access.certificateAuthority, keepAlive: true, maxSockets: 32 });
    }

    get<T>(path: string, query: Query = {}): Promise<T> {
        return this.send<T>("GET", path, { query });
    }

    create<T>(path: string, body: object, query: Query = {}): Promise<T> {
        return this.send<T>("POST", path, { body, query, contentType: "application/json" });
    }

    /** As `create`, and the warnings that came with the answer. */
    async createWithWarnings(
        path: string,
        body: object,
        query: Query = {},
    ): Promise<{ object: Record<string, unknown>; warnings: string[] }> {
        const response = await this.open("POST", path, { body, query, contentType: "application/json" });
        const warnings = response.headersDistinct.warning ?? [];
        return { object: JSON.parse(await readAll(response)) as Record<string, unknown>, warnings };
    }

    /** A strategic merge patch. */
    patch<T>(path: string, body: object, query: Query = {}): Promise<T> {
        return this.send<T>("PATCH", path, { body, query, contentType: "application/strategic-merge-patch+json" });
    }

    delete(path: string, body: object): Promise<unknown> {
        return this.send("DELETE", path, { body, contentType: "application/json" });
    }

    /** What an endpoint like /readyz says. */
    async getText(path: string): Promise<string> {
        const response = await this.open("GET", path, {});
        return readAll(response);
    }

    /** Changes since a resource version, until the server or the signal ends the stream. */
    async *watch<T>(path: string, query: Query, signal: AbortSignal): AsyncGenerator<WatchEvent<T>> {
        const response = await this.open("GET", path, { query: { ...query, watch: "true" }, signal, isStream: true });
        try {
            for await (const line of createInterface({ input: response, crlfDelay: Infinity })) {
                yield JSON.parse(line) as WatchEvent<T>;
            }
        } finally {
            response.destroy();
        }
    }

    /** Ends the connections. */
    close(): void {
        this.agent.destroy();
    }

    private async send<T>(method: string, path: string, options: RequestOptions): Promise<T> {
        const text = await readAll(await this.open(method, path, options));
        return JSON.parse(text) as T;
    }

    private open(method: string, path: string, options: RequestOptions): Promise<IncomingMessage> {
        const query = new URLSearchParams(options.query).toString();
        const body = options.body === undefined ? undefined : JSON.stringify(options.body);
        return new Promise((resolve, reject) => {
            const outgoing = request(
                `${this.access.server}${path}${query === "" ? "" : `?${query}`}`,
                {
                    method,
                    agent: this.agent,
                    signal: options.signal,
                    timeout: options.isStream ? undefined : REQUEST_TIMEOUT_MS,
                    headers: {
                        Authorization: `Bearer ${this.access.token}`,
                        Accept: "application/json",
                        ...(body !== undefined && {
                            "Content-Type": options.contentType,
                            "Content-Length": Buffer.byteLength(body),
                        }),
                    },
                },
                (response) => {
                    const status = response.statusCode ?? 0;
                    if (status >= 200 && status < 300) {
                        resolve(response);
                        return;
                    }
                    readAll(response).then((text) => {
                        reject(new ApiError(status, `${method} ${path}: ${status} ${statusMessage(text)}`));
                    }, reject);
                },
            );
            outgoing.on("timeout", () => {
                outgoing.destroy(new Error(`${method} ${path}: no answer in ${REQUEST_TIMEOUT_MS / 1000} s`));
            });
            outgoing.on("error", reject);
            outgoing.end(body);
        });
    }
}

interface RequestOptions {
    query?: Query;
    body?: object;
    contentType?: string;
    signal?: AbortSignal;
    isStream?: boolean;
}

async function readAll(response: IncomingMessage): Promise<string> {
    response.setEncoding("utf8");
    let text = "";
    for await (const chunk of response) {
        text += String(chunk);
    }
    return text;
}

/* Refusals are Status objects, except those of the outermost handlers. */
function statusMessage(text: string): string {
    try {
        return (JSON.parse(text) as { message?: string }).message ?? text;
    } catch {
        return text.trim();
    }
}
