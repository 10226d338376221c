import { setImmediate } from "node:timers/promises";

import { Authenticator } from "./auth/authenticator";
import { Limiter } from "./http/limiter";
import { Outage } from "./http/outage";
import { Patience } from "./http/patience";
import { followRedirects, redirectRefusal } from "./http/redirects";
import { withRetries } from "./http/retry";
import { schemesOf } from "./http/schemes";
import { statusError } from "./status";
import { RegistryError } from "./errors";

import type { Actions, Scope } from "./auth/authenticator";
import type { TokenCache } from "./auth/tokens";
import type { Keychain } from "./credentials/keychain";
import type { ExchangeRequest, ExchangeResponse } from "./http/exchange";
import type { Scheme } from "./http/schemes";
import type { Settings } from "./settings";

/** One question to a registry. */
export interface Question {
    method: ExchangeRequest["method"];
    repository: string;
    /** What follows the repository in the path, `manifests/latest`; or a whole URL, where the registry gave one. */
    path: string | URL;
    actions: Actions;
    headers?: Readonly<Record<string, string>>;
    body?: Buffer;
    maxBytes: number;
    expectedBytes?: number;
    /** In the words of error messages: `the manifest latest`. */
    asked: string;
    /** Statuses that the caller reads itself, beside 200 to 299. */
    expects?: readonly number[];
}

/** What all sessions share. */
export interface SessionParts {
    settings: Settings;
    keychain: Keychain;
    tokens: TokenCache;
    /** Sends one request. */
    send: (request: ExchangeRequest) => Promise<ExchangeResponse>;
}

/** undici takes a connection for free in the turn of the event loop after an answer, and writes to it in the one after that. */
const TURNS_TO_SEND = 3;

/** All that is said to one registry: how it is spoken to, with what authorization, and how much at a time. */
export class RegistrySession {
    private readonly limiter: Limiter;
    private readonly outage = new Outage();
    private readonly patience: Patience;
    private readonly authenticators = new Map<string, Authenticator>();
    private schemes: readonly Scheme[];
    private answers = 0;

    public constructor(
        private readonly registry: string,
        private readonly parts: SessionParts,
    ) {
        this.limiter = new Limiter(parts.settings.concurrency);
        this.patience = new Patience(parts.settings.timeouts.repositoryMs);
        this.schemes = schemesOf(registry);
    }

    /** Asks, again where that may help. Rejects with a `RegistryError` for every status that is not expected. */
    public ask(question: Question): Promise<ExchangeResponse> {
        const { settings } = this.parts;
        const ask = (): Promise<ExchangeResponse> => {
            const deadline = Date.now() + settings.timeouts.questionMs;
            return withRetries(settings, deadline, () => this.attempt(question, deadline));
        };
        const about = this.about(question);
        return this.limiter
            .run(() => this.patience.spend(about, () => this.outage.watch(about, ask)))
            .finally(() => this.sendingComesFirst());
    }

    /**
     * Lets what waited for this answer be sent before the answer is worked on, and before those that come at the same time: to verify 32
     * of them takes longer than to send as many. No longer than for as many answers as are under way, because each is kept in memory.
     */
    private async sendingComesFirst(): Promise<void> {
        const last = ++this.answers + this.parts.settings.concurrency;
        let seen: number;
        do {
            seen = this.answers;
            await turns(TURNS_TO_SEND);
        } while (this.limiter.hasWaiting && seen < this.answers && this.answers < last);
    }

    private async attempt(question: Question, deadline: number): Promise<ExchangeResponse> {
        const { response, secrets } = await this.inSomeScheme(question, deadline);
        if ((response.status >= 200 && response.status < 300) || question.expects?.includes(response.status)) {
            return response;
        }
        const body = response.body.toString("latin1");
        throw statusError(response, {
            ...this.about(question),
            asked: question.asked,
            quote: !secrets.some((secret) => body.includes(secret)),
            pushScope: question.actions === "pull,push" ? `repository:${question.repository}:pull,push` : undefined,
        });
    }

    /** By the first scheme that the registry speaks, which is then the only one. */
    private async inSomeScheme(question: Question, deadline: number): Promise<Answer> {
        const [first = "https", second] = this.schemes;
        if (second === undefined) {
            return this.byScheme(first, question, deadline);
        }
        const attempt = await settle(this.byScheme(first, question, deadline));
        if (attempt.error === undefined && !seemsToWantTls(first, attempt.value)) {
            this.schemes = [first];
            return attempt.value;
        }
        if (attempt.error !== undefined && !mayBeTheScheme(attempt.error)) {
            throw attempt.error;
        }
        const other = await settle(this.byScheme(second, question, deadline));
        if (other.error === undefined) {
            this.schemes = [second];
            return other.value;
        }
        if (!mayBeTheScheme(other.error)) {
            throw other.error;
        }
        if (attempt.error !== undefined) {
            throw attempt.error;
        }
        return attempt.value;
    }

    private async byScheme(scheme: Scheme, question: Question, deadline: number): Promise<Answer> {
        const origin = originOf(`${scheme}://${this.registry}`);
        const start = origin === undefined ? undefined : addressOf(origin, question);
        if (origin === undefined || start === undefined) {
            const message = `there is no address for ${question.asked} in it`;
            throw new RegistryError(message, { ...this.about(question), code: "malformed" });
        }
        const secrets: string[] = [];
        const response = await followRedirects(start, this.about(question), redirectRefusal, (url) =>
            this.authorized(url, origin, question, deadline, secrets),
        );
        return { response, secrets };
    }

    /** One place of a redirect's way, with the credentials of this registry only if it is this registry's own. */
    private async authorized(
        url: URL,
        own: string,
        question: Question,
        deadline: number,
        secrets: string[],
    ): Promise<ExchangeResponse> {
        const authenticator = this.authenticator(url, own);
        const about = this.about(question);
        const scope: Scope = { about, repository: question.repository, actions: question.actions };
        let sent = await authenticator.header(scope);
        let response = await this.send(url, question, deadline, sent);
        if (response.status === 401) {
            const answer = await authenticator.answer(response, scope, sent);
            if (answer !== undefined) {
                sent = answer;
                response = await this.send(url, question, deadline, sent);
                authenticator.answered(response, scope);
            }
        }
        if (sent !== undefined) {
            secrets.push(sent.slice(sent.indexOf(" ") + 1), ...(await authenticator.secrets(question.repository)));
        }
        return response;
    }

    private authenticator(url: URL, own: string): Authenticator {
        const { keychain, tokens } = this.parts;
        const known = this.authenticators.get(url.origin);
        if (known !== undefined) {
            return known;
        }
        const find =
            url.origin === own
                ? (repository: string) => keychain.find({ registry: this.registry, repository })
                : () => Promise.resolve(undefined);
        const made = new Authenticator(new URL(url.origin), find, tokens);
        this.authenticators.set(url.origin, made);
        return made;
    }

    private send(
        url: URL,
        question: Question,
        deadline: number,
        authorization: string | undefined,
    ): Promise<ExchangeResponse> {
        const { method, headers, body, maxBytes, expectedBytes } = question;
        const { responseMs, exchangeMs, questionMs } = this.parts.settings.timeouts;
        const left = deadline - Date.now();
        if (left <= 0) {
            const message = `gave nothing for ${question.asked} within ${questionMs} ms`;
            return Promise.reject(new RegistryError(message, { ...this.about(question), code: "timeout" }));
        }
        return this.parts.send({
            method,
            url,
            headers: { ...headers, ...(authorization === undefined ? {} : { authorization }) },
            body,
            maxBytes,
            expectedBytes,
            responseMs: Math.min(responseMs, left),
            exchangeMs: Math.min(exchangeMs, left),
            about: this.about(question),
        });
    }

    private about({ repository }: Question): { registry: string; repository: string } {
        return { registry: this.registry, repository };
    }
}

interface Answer {
    response: ExchangeResponse;
    /** What must not be quoted from it. */
    secrets: readonly string[];
}

type Settled<T> = { value: T; error?: undefined } | { error: RegistryError };

async function settle<T>(promise: Promise<T>): Promise<Settled<T>> {
    try {
        return { value: await promise };
    } catch (error) {
        if (error instanceof RegistryError) {
            return { error };
        }
        throw error;
    }
}

/** Undefined where the text says more than whom to connect to. */
function originOf(text: string): string | undefined {
    const url = URL.parse(text);
    return url !== null && url.href === `${url.origin}/` ? url.origin : undefined;
}

/** Undefined where a URL would not lead into the repository: `acme/../other` is a name, and a way out. */
function addressOf(origin: string, { repository, path }: Question): URL | undefined {
    if (path instanceof URL) {
        return path;
    }
    const text = `${origin}/v2/${repository}/${path}`;
    const url = URL.parse(text);
    return url?.href === text && /^[\w./-]+$/.test(repository) ? url : undefined;
}

/** Go's and nginx's servers answer a plain request on a TLS port with 400; to HEAD without a word more. */
function seemsToWantTls(scheme: Scheme, { response }: Answer): boolean {
    return scheme === "http" && response.status === 400;
}

/** A failure that the other scheme may not have. A certificate that is not trusted is no reason to do without one. */
function mayBeTheScheme({ code, message }: RegistryError): boolean {
    return (
        code === "unreachable" ||
        code === "protocol-error" ||
        (code === "tls" && /WRONG_VERSION|PACKET_LENGTH|HTTP_REQUEST|EPROTO|UNKNOWN_PROTOCOL|RECORD/.test(message))
    );
}

async function turns(count: number): Promise<void> {
    for (let turn = 0; turn < count; turn++) {
        await setImmediate();
    }
}
