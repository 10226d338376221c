import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

const DAY_MS = 24 * 60 * 60 * 1000;

/** A TUF repository without targets, behind an HTTP proxy, which is the only way to it. */
export interface TufMirror extends AsyncDisposable {
    /** An address of no host. */
    url: string;
    proxy: string;
    /** `root.json`. */
    root: string;
    /** What the proxy was asked for. */
    asked: string[];
}

/** Made as the specification has it (theupdateframework.github.io, 4.2 to 4.6), with one key for everything. */
export async function startTufMirror(): Promise<TufMirror> {
    const url = "http://tuf.signed-images.invalid";
    const files = filesOfRepository();
    const asked: string[] = [];
    const server = createServer(({ url: target = "" }, response) => {
        asked.push(target);
        const content = target.startsWith(url) ? files[target.slice(url.length + 1)] : undefined;
        response.writeHead(content === undefined ? 404 : 200).end(content);
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    return {
        url,
        proxy: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
        root: files["root.json"] ?? "",
        asked,
        [Symbol.asyncDispose]: async () => {
            server.close();
            server.closeAllConnections();
            await once(server, "close");
        },
    };
}

function filesOfRepository(): Record<string, string> {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const bytes = Buffer.from(publicKey.export({ format: "jwk" }).x ?? "", "base64url");
    const key = { keytype: "ed25519", scheme: "ed25519", keyval: { public: bytes.toString("hex") } };
    const keyid = createHash("sha256").update(canonical(key)).digest("hex");
    const signed = (type: string, content: object): string => {
        const expires = `${new Date(Date.now() + DAY_MS).toISOString().slice(0, 19)}Z`;
        const body = { _type: type, spec_version: "1.0", version: 1, expires, ...content };
        const sig = sign(null, Buffer.from(canonical(body)), privateKey).toString("hex");
        return JSON.stringify({ signed: body, signatures: [{ keyid, sig }] });
    };
    const listing = (name: string, text: string) => {
        const sha256 = createHash("sha256").update(text).digest("hex");
        return { meta: { [name]: { version: 1, length: Buffer.byteLength(text), hashes: { sha256 } } } };
    };
    const role = { keyids: [keyid], threshold: 1 };
    const roles = { root: role, timestamp: role, snapshot: role, targets: role };
    const root = signed("root", { consistent_snapshot: false, keys: { [keyid]: key }, roles });
    const targets = signed("targets", { targets: {} });
    const snapshot = signed("snapshot", listing("targets.json", targets));
    const timestamp = signed("timestamp", listing("snapshot.json", snapshot));
    return {
        "root.json": root,
        "timestamp.json": timestamp,
        "snapshot.json": snapshot,
        "targets.json": targets,
    };
}

/** Enough of canonical JSON for texts that need no escapes. */
function canonical(value: unknown): string {
    if (Array.isArray(value)) {
        return `[${value.map(canonical).join(",")}]`;
    }
    if (typeof value !== "object" || value === null) {
        return JSON.stringify(value);
    }
    const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
    return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`).join(",")}}`;
}
