import { RegistryError } from "../errors";

import { describeFailure } from "./failures";
import { GrowingBuffer } from "./growing-buffer";

import type { IncomingHttpHeaders } from "node:http";
import type { Dispatcher } from "undici";
import type { About } from "./failures";

/** Of a response that is no success: enough for its JSON, and the rest is not read. */
const ERROR_BODY_BYTES = 64 * 1024;

/** One HTTP request. */
export interface ExchangeRequest {
    method: "GET" | "HEAD" | "POST" | "PUT";
    url: URL;
    headers: Readonly<Record<string, string>>;
    body?: Buffer;
    /** What a successful response may have at most, in bytes. */
    maxBytes: number;
    /** What a successful response must have, in bytes. */
    expectedBytes?: number;
    /** From the connection to the response's header, in milliseconds. */
    responseMs: number;
    /** From the call to the response's end, in milliseconds. */
    exchangeMs: number;
    /** Whom errors name. */
    about: About;
}

/** One HTTP response, whole. */
export interface ExchangeResponse {
    status: number;
    headers: IncomingHttpHeaders;
    /** Cut at 64 KiB where the status is no success. */
    body: Buffer;
    /** Where it came from. */
    url: URL;
}

/** Sends one request. Rejects with a `RegistryError` where no whole response comes within the limits; every status is a response. */
export function exchange(dispatcher: Dispatcher, request: ExchangeRequest): Promise<ExchangeResponse> {
    return new Promise((resolve, reject) => {
        dispatcher.dispatch(
            {
                origin: request.url.origin,
                path: `${request.url.pathname}${request.url.search}`,
                method: request.method,
                headers: { ...request.headers, "accept-encoding": "identity" },
                body: request.body ?? null,
                // `Reader` has both clocks: those of undici are coarse, and start anew with every byte.
                headersTimeout: 0,
                bodyTimeout: 0,
            },
            new Reader(request, resolve, reject),
        );
    });
}

/** Collects one response within the request's limits. */
class Reader implements Dispatcher.DispatchHandler {
    private readonly body = new GrowingBuffer();
    private readonly timers: NodeJS.Timeout[];
    private controller?: Dispatcher.DispatchController;
    private response?: Omit<ExchangeResponse, "body">;
    private settled = false;

    public constructor(
        private readonly request: ExchangeRequest,
        private readonly resolve: (response: ExchangeResponse) => void,
        private readonly reject: (error: RegistryError) => void,
    ) {
        this.timers = [this.timer(request.exchangeMs, () => "did not send the whole answer")];
    }

    public onRequestStart(controller: Dispatcher.DispatchController): void {
        this.controller = controller;
        if (this.settled) {
            controller.abort(new Error("nobody waits any more"));
            return;
        }
        const { responseMs, exchangeMs } = this.request;
        this.timers.push(
            this.timer(Math.min(responseMs, exchangeMs), () =>
                this.response === undefined ? "did not answer" : undefined,
            ),
        );
    }

    public onResponseStart(
        _controller: Dispatcher.DispatchController,
        status: number,
        headers: IncomingHttpHeaders,
    ): void {
        if (status < 200) {
            return;
        }
        this.response = { status, headers, url: this.request.url };
        if (this.isSuccess() && !isPlain(headers["content-encoding"])) {
            this.fail(
                new RegistryError("sent an answer in an encoding that was not asked for", {
                    ...this.request.about,
                    code: "protocol-error",
                }),
            );
            return;
        }
        const announced = Number(headers["content-length"] ?? Number.NaN);
        if (this.isSuccess() && this.request.method !== "HEAD" && !Number.isNaN(announced)) {
            this.check(announced, (limit) => announced > limit || this.request.expectedBytes !== undefined);
        }
    }

    public onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
        if (this.settled) {
            return;
        }
        this.body.append(chunk);
        if (this.isSuccess()) {
            this.check(this.body.length, (limit) => this.body.length > limit);
        } else if (this.body.length > ERROR_BODY_BYTES) {
            this.finish();
            this.controller?.abort(new Error("enough"));
        }
    }

    public onResponseEnd(): void {
        if (this.isSuccess() && this.request.method !== "HEAD") {
            this.check(this.body.length, () => true);
        }
        this.finish();
    }

    public onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
        this.fail(describeFailure(error, this.request.about, this.response !== undefined));
    }

    private isSuccess(): boolean {
        return this.response !== undefined && this.response.status < 300;
    }

    /** Fails where a length is none that may be, by the expected size or by the limit. */
    private check(length: number, isFinal: (limit: number) => boolean): void {
        const { expectedBytes, maxBytes, about } = this.request;
        const limit = Math.min(expectedBytes ?? maxBytes, maxBytes);
        if (!isFinal(limit)) {
            return;
        }
        if (expectedBytes !== undefined && length !== expectedBytes) {
            this.fail(
                new RegistryError(`sent ${length} bytes or more where the descriptor says ${expectedBytes}`, {
                    ...about,
                    code: "size-mismatch",
                }),
            );
        } else if (length > maxBytes) {
            this.fail(
                new RegistryError(`sent more than ${maxBytes} bytes, which is the limit`, {
                    ...about,
                    code: "too-large",
                }),
            );
        }
    }

    private timer(afterMs: number, whatIsLate: () => string | undefined): NodeJS.Timeout {
        return setTimeout(
            () => {
                const late = whatIsLate();
                if (late !== undefined) {
                    const message = `${late} within ${Math.round(afterMs)} ms`;
                    this.fail(new RegistryError(message, { ...this.request.about, code: "timeout" }));
                }
            },
            Math.max(afterMs, 0),
        );
    }

    private finish(): void {
        if (this.response !== undefined && this.settle()) {
            this.resolve({ ...this.response, body: this.body.bytes() });
        }
    }

    private fail(error: RegistryError): void {
        if (this.settle()) {
            this.reject(error);
            this.controller?.abort(error);
        }
    }

    private settle(): boolean {
        const first = !this.settled;
        this.settled = true;
        this.timers.forEach(clearTimeout);
        return first;
    }
}

/** Digests are those of bytes as they are; nothing is unpacked. */
function isPlain(encoding: string | undefined): boolean {
    return encoding === undefined || /^\s*(identity)?\s*$/i.test(encoding);
}
