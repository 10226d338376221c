import { RegistryError } from "../errors";
import { followRedirects } from "../http/redirects";
import { parseObject, textOf } from "../json";
import { statusError } from "../status";

import { realmRefusal } from "./realm";

import type { Credential } from "../options";
import type { ExchangeRequest, ExchangeResponse } from "../http/exchange";
import type { About } from "../http/failures";

/** go-containerregistry's `maxTokenBodySize`. */
const TOKEN_BODY_BYTES = 64 * 1024;

/** Of a token that says nothing of it (distribution's token specification). */
const DEFAULT_LIFE_SECONDS = 60;

/** A token is not used in its last seconds: it must outlive its way. */
const MARGIN_MS = 5_000;

const CLIENT_ID = "signed-images";

/** What a token is asked for with. */
export interface TokenQuestion {
    realm: string;
    service?: string;
    scope: string;
    /** Where the challenge came from. */
    registry: URL;
    credential?: Credential;
    about: About;
}

/** How long a token may take, in milliseconds. */
interface Patience {
    /** Each of its requests, until the response's header. */
    responseMs: number;
    /** All of its requests. */
    exchangeMs: number;
}

type Send = (request: Pick<ExchangeRequest, "method" | "url" | "headers" | "body">) => Promise<ExchangeResponse>;

/** One token for each realm, service and scope; asked for once, however many wait for it. */
export class TokenCache {
    private readonly tokens = new Map<string, { token: Promise<string>; expires: number }>();

    public constructor(
        private readonly exchange: (request: ExchangeRequest) => Promise<ExchangeResponse>,
        private readonly patience: Patience,
    ) {}

    /** @param refused a token that the registry did not take, and that is asked for anew */
    public async get(question: TokenQuestion, refused?: string): Promise<string> {
        const key = JSON.stringify([question.registry.origin, question.realm, question.service, question.scope]);
        const known = this.tokens.get(key);
        if (known !== undefined && Date.now() < known.expires) {
            const token = await known.token;
            if (token !== refused) {
                return token;
            }
        }
        return this.tokens.get(key) === known ? this.ask(key, question) : this.get(question, refused);
    }

    private ask(key: string, question: TokenQuestion): Promise<string> {
        const entry = { token: Promise.resolve(""), expires: Number.POSITIVE_INFINITY };
        entry.token = this.fetch(question).then(
            ({ token, lifeMs }) => {
                entry.expires = Date.now() + Math.max(lifeMs - MARGIN_MS, 1);
                return token;
            },
            (error: unknown) => {
                this.tokens.delete(key);
                throw error;
            },
        );
        this.tokens.set(key, entry);
        return entry.token;
    }

    private async fetch(question: TokenQuestion): Promise<{ token: string; lifeMs: number }> {
        const { about, credential, registry } = question;
        const realm = URL.parse(question.realm);
        const reason = realmRefusal(realm, registry);
        if (realm === null || reason !== undefined) {
            const message = `wants tokens to be asked for at ${reason ?? ""}: no request, and no credentials, were sent there`;
            throw new RegistryError(message, { ...about, code: "insecure-realm", status: 401 });
        }
        const send = this.sender(about);
        let response = await (credential?.identityToken === undefined
            ? byGet(send, realm, question)
            : byRefreshToken(send, realm, question, credential.identityToken));
        if (response.status === 404 && credential?.identityToken !== undefined) {
            // Not every token server takes POST (distribution's OAuth2 specification).
            response = await byGet(send, realm, question);
        }
        return readToken(response, about);
    }

    /** Sends requests that have so much time together: a token server may be slow, and redirect. */
    private sender(about: About): Send {
        const { responseMs, exchangeMs } = this.patience;
        const deadline = Date.now() + exchangeMs;
        return (request) => {
            const left = Math.max(deadline - Date.now(), 0);
            return this.exchange({
                ...request,
                maxBytes: TOKEN_BODY_BYTES,
                responseMs: Math.min(responseMs, left),
                exchangeMs: left,
                about,
            });
        };
    }
}

function byGet(
    send: Send,
    realm: URL,
    { registry, service, scope, credential, about }: TokenQuestion,
): Promise<ExchangeResponse> {
    const url = new URL(realm);
    url.searchParams.append("scope", scope);
    if (service !== undefined) {
        url.searchParams.set("service", service);
    }
    const authorization = basicAuthorization(credential);
    return followRedirects(
        url,
        about,
        (_from, to) => realmRefusal(to, registry),
        (to) =>
            send({
                method: "GET",
                url: to,
                headers: to.origin === realm.origin && authorization !== undefined ? { authorization } : {},
            }),
    );
}

function byRefreshToken(
    send: Send,
    realm: URL,
    { service, scope }: TokenQuestion,
    refreshToken: string,
): Promise<ExchangeResponse> {
    const form = new URLSearchParams({
        grant_type: "refresh_token",
        client_id: CLIENT_ID,
        scope,
        refresh_token: refreshToken,
        ...(service === undefined ? {} : { service }),
    });
    return send({
        method: "POST",
        url: realm,
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: Buffer.from(form.toString()),
    });
}

/** The header for a name and a password; undefined without them. */
export function basicAuthorization(credential: Credential | undefined): string | undefined {
    return credential?.username === undefined
        ? undefined
        : `Basic ${Buffer.from(`${credential.username}:${credential.password ?? ""}`).toString("base64")}`;
}

/** Whether a text can be sent as a token, alone in its header. */
export function isToken(text: string): boolean {
    return /^[\x21-\x7e]+$/.test(text);
}

function readToken(response: ExchangeResponse, about: About): { token: string; lifeMs: number } {
    if (response.status !== 200) {
        throw statusError(response, { ...about, asked: `a token of ${response.url.host}`, quote: false });
    }
    const answer = parseObject(response.body) ?? {};
    const token = textOf(answer, "access_token") ?? textOf(answer, "token");
    if (token === undefined || !isToken(token)) {
        throw new RegistryError(`${response.url.host} gave no token`, { ...about, code: "protocol-error" });
    }
    const life = answer.expires_in;
    return { token, lifeMs: 1000 * (typeof life === "number" && life > 0 ? life : DEFAULT_LIFE_SECONDS) };
}
