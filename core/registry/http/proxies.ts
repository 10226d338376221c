/**
 * Through which proxy a registry is reached: `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` as Go's golang.org/x/net/http/httpproxy reads
 * them, and with it the cluster, cosign and crane. undici's own reading differs: it has no networks in `NO_PROXY`, and proxies localhost.
 */
import { BlockList, isIP } from "node:net";

import { isLoopbackAddress } from "./addresses";

type Environment = Readonly<Record<string, string | undefined>>;

/** What undici can speak to. */
const PROTOCOLS = ["http:", "https:", "socks5:"];

const PORTS: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" };

/** The proxy for an address, with its credentials; undefined where there is none. */
export function proxyFor(url: URL, environment: Environment): URL | undefined {
    const setting = url.protocol === "https:" ? either(environment, "https_proxy") : either(environment, "http_proxy");
    const proxy = parseProxy(setting);
    return proxy === undefined || isDirect(url, either(environment, "no_proxy")) ? undefined : proxy;
}

/** The name in small letters comes first; empty is not set. */
function either(environment: Environment, name: string): string {
    const small = environment[name] ?? "";
    return small === "" ? (environment[name.toUpperCase()] ?? "") : small;
}

/** `host:port` is taken for one that speaks plain HTTP. What cannot be read is as good as not set. */
function parseProxy(setting: string): URL | undefined {
    const url = URL.parse(setting.includes("://") ? setting : `http://${setting}`);
    return url !== null && PROTOCOLS.includes(url.protocol) && url.hostname !== "" ? url : undefined;
}

function isDirect(url: URL, noProxy: string): boolean {
    const host = url.hostname.replace(/^\[|\]$/g, "");
    if (host === "localhost" || isLoopbackAddress(host)) {
        return true;
    }
    const port = url.port === "" ? (PORTS[url.protocol] ?? "") : url.port;
    return noProxy
        .split(",")
        .map((entry) => entry.trim().toLowerCase())
        .some((entry) => entry === "*" || isInNetwork(entry, host) || isNamed(entry, host, port));
}

/** `10.0.0.0/8` */
function isInNetwork(entry: string, host: string): boolean {
    const [, address = "", prefix] = /^([^/]+)\/(\d{1,3})$/.exec(entry) ?? [];
    const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    if (isIP(host) === 0 || Number(prefix ?? "") > bits) {
        return false;
    }
    const network = new BlockList();
    network.addSubnet(address, Number(prefix), familyOf(address));
    return network.check(host, familyOf(host));
}

/** `10.0.0.1`, `[::1]:5000`; `example.com` with all that is below it, `.example.com` or `*.example.com` with that alone. */
function isNamed(entry: string, host: string, port: string): boolean {
    const [, bracketed, plain, wanted = port] = /^(?:\[(.+)\]|([^:[\]]+))(?::(\d+))?$/.exec(entry) ?? [];
    // An IPv6 address needs its brackets only in front of a port.
    const name = bracketed ?? plain ?? (isIP(entry) === 6 ? entry : "");
    if (name === "" || wanted !== port) {
        return false;
    }
    if (isIP(host) !== 0 || isIP(name) !== 0) {
        return sameAddress(name, host);
    }
    const domain = name.replace(/^\*\./, ".");
    return domain.startsWith(".") ? host.endsWith(domain) : host === domain || host.endsWith(`.${domain}`);
}

function sameAddress(left: string, right: string): boolean {
    if (isIP(left) === 0 || isIP(left) !== isIP(right)) {
        return false;
    }
    const list = new BlockList();
    list.addAddress(left, familyOf(left));
    return list.check(right, familyOf(right));
}

function familyOf(address: string): "ipv4" | "ipv6" {
    return isIP(address) === 4 ? "ipv4" : "ipv6";
}
