import { RegistryError } from "./errors";
import { retryAfterMs } from "./http/retry";
import { asObject, parseObject, textOf } from "./json";

import type { RegistryErrorCode } from "./errors";
import type { ExchangeResponse } from "./http/exchange";
import type { About } from "./http/failures";

const LONGEST_QUOTE = 200;

/** What an error says of the request. */
export interface Asked extends About {
    /** `the manifest latest`, in the words of the message. */
    asked: string;
    /** Whether the registry's own words may be quoted. Not a token server's: it was told a password, and could repeat it. */
    quote: boolean;
    /** What a push needs to be granted, as registries write it; undefined where nothing was to be stored. */
    pushScope?: string;
}

/** What a status other than the hoped-for is for the caller. */
export function statusError(response: ExchangeResponse, { asked, quote, pushScope, ...about }: Asked): RegistryError {
    const { status, headers, body } = response;
    const reported = quote ? firstError(body) : undefined;
    const code = codeOf(status, reported, pushScope !== undefined);
    const words = reported === undefined ? "" : `: ${reported.text}`;
    const needs = pushScope !== undefined && (code === "denied" || code === "unauthorized");
    const scope = needs ? `; to store it, the credentials need the scope ${pushScope}` : "";
    const verb = VERBS[code] ?? (pushScope === undefined ? "did not give" : "did not take");
    return new RegistryError(`${verb} ${asked} (status ${status}${words})${scope}`, {
        ...about,
        code,
        status,
        retryAfterMs:
            code === "rate-limited" || code === "server-error" ? retryAfterMs(headers["retry-after"]) : undefined,
    });
}

const VERBS: Partial<Record<RegistryErrorCode, string>> = {
    "not-found": "does not have",
    unauthorized: "wants other credentials for",
    denied: "does not allow",
    "rate-limited": "allows no more requests for now, among them that for",
    "immutable-tag": "does not let anyone move",
    unsupported: "does not take",
};

interface ReportedError {
    code: string;
    text: string;
}

/** What registries answer to a manifest of a kind that they do not know, as those without OCI artifacts do. */
const UNWANTED: readonly (string | undefined)[] = ["MANIFEST_INVALID", "UNSUPPORTED"];

function codeOf(status: number, reported: ReportedError | undefined, isPush: boolean): RegistryErrorCode {
    switch (true) {
        case reported?.code === "TOOMANYREQUESTS" || status === 429:
            return "rate-limited";
        case reported !== undefined && /immutable/i.test(reported.text):
            return "immutable-tag";
        case status === 401:
            return "unauthorized";
        case status === 403:
            return "denied";
        case status === 404:
            return "not-found";
        case status === 405 || (isPush && (status === 415 || UNWANTED.includes(reported?.code))):
            return "unsupported";
        case status === 408 || status >= 500:
            return "server-error";
        default:
            return "protocol-error";
    }
}

function firstError(body: Buffer): ReportedError | undefined {
    const errors = parseObject(body)?.errors;
    const first = Array.isArray(errors) ? asObject(errors[0]) : undefined;
    if (first === undefined) {
        return undefined;
    }
    const code = textOf(first, "code") ?? "UNKNOWN";
    const message = textOf(first, "message");
    return { code, text: printable(message === undefined ? code : `${code}, ${message}`) };
}

/** Nothing that moves a terminal's cursor or fills its screen. */
function printable(text: string): string {
    return text.replace(/[^\x20-\x7e\u00a0-\u02ff]/g, "?").slice(0, LONGEST_QUOTE);
}
