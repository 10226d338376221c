/** Trusted roots out of TUF repositories, on the network or in a TrustRoot. */
import { once } from "node:events";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { readTarGz } from "../../policy/go/tar";
import { decodeBase64 } from "../../policy/go/base64";

import type { Server } from "node:http";
import type { TrustedRoot } from "@sigstore/protobuf-specs";
import type { TrustRootRemote, TrustRootRepository } from "../../policy/spec";

const TRUSTED_ROOT = "trusted_root.json";

/** Where the client looks for targets, whatever the repository's own folder is called. */
const TARGETS = "targets";

/** Of the public instance. The client keeps what it has read in the user's data folder. @throws what the client throws */
export async function publicTrustedRoot(): Promise<TrustedRoot> {
    const { getTrustedRoot } = await import("@sigstore/tuf");
    return getTrustedRoot();
}

/** Of a repository on the network. @throws what the client throws */
export function remoteTrustedRoot({ root, mirror, trustedRootTarget }: TrustRootRemote): Promise<TrustedRoot> {
    return readTrustedRoot(root, mirror, trustedRootTarget);
}

/**
 * Of a repository that is an archive in the TrustRoot.
 *
 * The TUF client speaks HTTP only, so the archive is served to it on a loopback port for as long as it reads.
 *
 * @throws what the client throws
 */
export async function archivedTrustedRoot({
    root,
    mirrorFS,
    targets = TARGETS,
    trustedRootTarget,
}: TrustRootRepository): Promise<TrustedRoot> {
    const files = readTarGz(decodeBase64(mirrorFS) ?? Buffer.alloc(0)) ?? new Map<string, Buffer>();
    const server = await serve(new Map(Array.from(files, ([name, bytes]) => [servedName(name, targets), bytes])));
    try {
        return await readTrustedRoot(root, addressOf(server), trustedRootTarget);
    } finally {
        server.closeAllConnections();
        server.close();
    }
}

/** The controller strips `repository/` (`UncompressMemFS` in pkg/tuf/repo.go). */
function servedName(name: string, targets: string): string {
    const inside = name.replace(/^\.?\/*/, "").replace(/^repository\//, "");
    return inside.startsWith(`${targets}/`) ? `${TARGETS}${inside.slice(targets.length)}` : inside;
}

async function readTrustedRoot(root: string, mirrorURL: string, target = TRUSTED_ROOT): Promise<TrustedRoot> {
    const [{ initTUF }, { TrustedRoot: Message }] = await Promise.all([
        import("@sigstore/tuf"),
        import("@sigstore/protobuf-specs"),
    ]);
    const folder = await fs.mkdtemp(path.join(os.tmpdir(), "trust-root-"));
    try {
        const rootPath = path.join(folder, "trusted.json");
        await fs.writeFile(rootPath, decodeBase64(root) ?? "");
        const client = await initTUF({ mirrorURL, rootPath, cachePath: path.join(folder, "cache"), forceInit: true });
        return Message.fromJSON(JSON.parse(await client.getTarget(target)));
    } finally {
        await fs.rm(folder, { recursive: true, force: true });
    }
}

async function serve(files: ReadonlyMap<string, Buffer>): Promise<Server> {
    const { createServer } = await import("node:http");
    const server = createServer((request, response) => {
        const bytes = files.get(decodeURIComponent((request.url ?? "").replace(/^\/+/, "").replace(/\?.*$/, "")));
        response.writeHead(bytes === undefined ? 404 : 200);
        response.end(bytes);
    });
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return server;
}

function addressOf(server: Server): string {
    const address = server.address();
    if (address === null || typeof address === "string") {
        throw new Error("the server listens on no port");
    }
    return `http://127.0.0.1:${address.port}`;
}
