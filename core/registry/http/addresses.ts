import { BlockList, isIP } from "node:net";

/** Where cloud machines are told who they are, apart from link-local addresses. */
const METADATA_HOSTS = new Set(["metadata.google.internal", "metadata", "100.100.100.200"]);

const LOOPBACK = blockList(["127.0.0.0/8", "::1/128"]);
const PRIVATE = blockList(["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"]);
const INTERNAL = blockList([
    ...["0.0.0.0/8", "10.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/24"],
    ...["::/128", "::1/128", "fc00::/7", "fe80::/10", "ff02::/16"],
]);

/**
 * Whether a URL's host is an address that no registry of somebody else may send a client to: loopback, private, link-local (the
 * metadata services of clouds). Names that resolve to such addresses pass, as in go-containerregistry (internal/ipaddr).
 *
 * @param hostname of a `URL`, which has turned `2130706433` and `0x7f.1` into `127.0.0.1`
 */
export function isInternalHost(hostname: string): boolean {
    return METADATA_HOSTS.has(hostname.replace(/\.$/, "")) || contains(INTERNAL, hostname);
}

/** Whether a URL's host is this machine. */
export function isLoopbackHost(hostname: string): boolean {
    return /(^|\.)localhost$/.test(hostname) || isLoopbackAddress(hostname);
}

/** Whether a URL's host is an address of this machine. */
export function isLoopbackAddress(hostname: string): boolean {
    return contains(LOOPBACK, hostname);
}

/** Whether a URL's host is an IPv4 address of RFC 1918. */
export function isPrivateHost(hostname: string): boolean {
    return contains(PRIVATE, hostname);
}

function contains(list: BlockList, hostname: string): boolean {
    const address = hostname.replace(/^\[|\]$/g, "");
    const family = isIP(address);
    return family !== 0 && list.check(address, family === 4 ? "ipv4" : "ipv6");
}

function blockList(networks: readonly string[]): BlockList {
    const list = new BlockList();
    for (const network of networks) {
        const [address = "", prefix] = network.split("/");
        list.addSubnet(address, Number(prefix), isIP(address) === 4 ? "ipv4" : "ipv6");
    }
    return list;
}
