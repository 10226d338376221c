import { isLoopbackHost, isPrivateHost } from "./addresses";

export type Scheme = "http" | "https";

/**
 * How a registry may be spoken to, in the order of trying.
 *
 * Plain HTTP only where go-containerregistry allows it (`Registry.Scheme`, name/registry.go): `localhost:PORT`, `*.localhost`, `*.local`
 * (as in the versions that policy-controller is built with; 0.22 does no longer), loopback and RFC 1918 addresses. It always tries HTTPS first, and so
 * does this, except on this machine's own ports: nobody is on that path, and the first request need not wait for a failed handshake.
 */
export function schemesOf(registry: string): readonly Scheme[] {
    const url = URL.parse(`http://${registry}`);
    if (url === null || !allowsPlainHttp(registry, url.hostname)) {
        return ["https"];
    }
    return isLoopbackHost(url.hostname) && url.port !== "" && url.port !== "443"
        ? ["http", "https"]
        : ["https", "http"];
}

function allowsPlainHttp(registry: string, hostname: string): boolean {
    // Go does not take `10.1` for an address.
    const isWrittenSo = registry.replace(/:\d+$/, "").toLowerCase() === hostname;
    return (
        isWrittenSo &&
        (registry.startsWith("localhost:") ||
            /\.local(host)?$/.test(hostname) ||
            hostname === "127.0.0.1" ||
            hostname === "[::1]" ||
            isPrivateHost(hostname))
    );
}
