import { RegistryError } from "../errors";

import { isInternalHost } from "./addresses";

import type { ExchangeResponse } from "./exchange";
import type { About } from "./failures";

/** As in Go's http.Client. */
const MAX_REDIRECTS = 10;

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** Why an address may not be followed to; undefined where it may. */
export type AddressCheck = (from: URL, to: URL) => string | undefined;

/**
 * Sends to an address and to where it redirects.
 *
 * @param send must decide by the address whether credentials go with it
 */
export async function followRedirects(
    start: URL,
    about: About,
    refusal: AddressCheck,
    send: (url: URL) => Promise<ExchangeResponse>,
): Promise<ExchangeResponse> {
    const visited = new Set<string>();
    for (let url = start; ;) {
        visited.add(url.href);
        const response = await send(url);
        const location = REDIRECTS.has(response.status) ? response.headers.location : undefined;
        if (location === undefined) {
            return response;
        }
        url = nextAddress(url, location, about, refusal);
        if (visited.has(url.href) || visited.size > MAX_REDIRECTS) {
            const message = `redirects without an end, now to ${url.host}`;
            throw new RegistryError(message, { ...about, code: "redirect-loop", status: response.status });
        }
    }
}

/** Where a response sends to, checked. */
export function nextAddress(from: URL, location: string, about: About, refusal: AddressCheck): URL {
    const to = URL.parse(location, from.href);
    const reason = to === null ? "to something that is no URL" : refusal(from, to);
    if (to === null || reason !== undefined) {
        throw new RegistryError(`redirects ${reason ?? ""}`, { ...about, code: "insecure-redirect" });
    }
    return to;
}

/** The rules of go-containerregistry (`checkRedirectSSRF`, remote/fetcher.go), and never from HTTPS to plain HTTP. */
export function redirectRefusal(from: URL, to: URL): string | undefined {
    if (to.protocol !== "https:" && to.protocol !== "http:") {
        return `to a ${to.protocol} address`;
    }
    if (to.protocol === "http:" && from.protocol === "https:") {
        return `from HTTPS to plain HTTP at ${to.host}`;
    }
    if (to.username !== "" || to.password !== "") {
        return `to an address with a password at ${to.host}`;
    }
    return to.hostname !== from.hostname && isInternalHost(to.hostname)
        ? `to the internal address ${to.host}`
        : undefined;
}
