/** Trusted roots out of TUF repositories, on the network or in a TrustRoot. */
import { promises as fs } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { decodeBase64 } from "../../policy/go/base64";
import { readRepository } from "../../policy/tuf/client";
import { Mirror } from "../../policy/tuf/mirror";
import { readTarget } from "../../policy/tuf/target";

import type { TrustedRoot } from "@sigstore/protobuf-specs";
import type { TrustRootRemote, TrustRootRepository } from "../../policy/spec";

const TRUSTED_ROOT = "trusted_root.json";

/** Of the public instance. The client keeps what it has read in the user's data folder. @throws what the client throws */
export async function publicTrustedRoot(): Promise<TrustedRoot> {
    const { getTrustedRoot } = await import("@sigstore/tuf");
    return getTrustedRoot();
}

/** Of a repository on the network. @throws what the client throws */
export function remoteTrustedRoot({ root, mirror, trustedRootTarget }: TrustRootRemote): Promise<TrustedRoot> {
    return readTrustedRoot(root, mirror, trustedRootTarget);
}

/** Of a repository that is an archive in the TrustRoot. @throws MirrorRefusal for one that the controller does not read */
export async function archivedTrustedRoot(repository: TrustRootRepository): Promise<TrustedRoot> {
    const { targets = "targets", trustedRootTarget = TRUSTED_ROOT } = repository;
    const mirror = new Mirror(bytesOf(repository.mirrorFS));
    const metadata = readRepository(mirror, bytesOf(repository.root), new Date());
    const target = readTarget(mirror, metadata, targets, trustedRootTarget);
    const { TrustedRoot: Message } = await import("@sigstore/protobuf-specs");
    return Message.fromJSON(JSON.parse(target.toString("utf8")));
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

function bytesOf(base64: string): Buffer {
    return decodeBase64(base64) ?? Buffer.alloc(0);
}
