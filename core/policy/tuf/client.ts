/**
 * A TUF client over files that are there, as both versions of policy-controller have one in their webhook: go-tuf 0.7 in
 * 0.13.1, go-tuf 2 in 0.15.1 (`ClientFromSerializedMirror` in pkg/tuf/repo.go). It walks as the TUF specification says
 * (5.3 to 5.6), and takes what both take.
 */
import { fieldOf, readMetadata, requireSignatures } from "./metadata";
import { verifierOf } from "./key";
import { isFile } from "./file";
import { doubt, refuse } from "./refusal";

import type { Mirror } from "./mirror";
import type { FileMeta } from "./file";
import type { Metadata, Role } from "./metadata";

/** What both clients read at most. */
const LARGEST_BYTES = { root: 512_000, timestamp: 16_384, snapshot: 2_000_000, targets: 5_000_000 } as const;

/** So many root versions the newer client reads. */
const ROOT_VERSIONS = 256;

/** The metadata of a repository, all of it verified. */
export type TrustedMetadata = { readonly [R in Role]: Metadata<R> };

/**
 * Reads a repository, beginning with a root that is trusted.
 *
 * @throws MirrorRefusal for what at least one version of policy-controller refuses
 */
export function readRepository(mirror: Mirror, trustedRoot: Buffer, now: Date): TrustedMetadata {
    const root = readRoots(mirror, trustedRoot);
    requireCurrent(root, now);

    const timestamp = readRole(mirror, root, "timestamp", "timestamp.json");
    requireCurrent(timestamp, now);
    if (timestamp.signed.version < 1) {
        doubt(`timestamp.json with the version ${timestamp.signed.version}`);
    }
    const snapshot = readListed(mirror, root, "snapshot", timestamp);
    requireCurrent(snapshot, now);
    const targets = readListed(mirror, root, "targets", snapshot);
    requireCurrent(targets, now);
    if (Object.keys(targets.signed.targets).length === 0) {
        doubt("a repository without targets", "Add the target that holds the trusted root, trusted_root.json.");
    }
    return { root, timestamp, snapshot, targets };
}

/** The trusted root, and after it every version that is there, each signed by the one before and by itself. */
function readRoots(mirror: Mirror, trustedRoot: Buffer): Metadata<"root"> {
    let root = readRoot("spec.repository.root", trustedRoot);
    requireSignatures(root, root);
    for (let rotations = 0; rotations < ROOT_VERSIONS; rotations += 1) {
        const version = root.signed.version + 1;
        const name = `${version}.root.json`;
        const bytes = mirror.read(name);
        if (bytes === undefined) {
            break;
        }
        const next = readRoot(name, bytes.length > LARGEST_BYTES.root ? tooLarge(name) : bytes);
        requireSignatures(root, next);
        requireSignatures(next, next);
        if (next.signed.version !== version) {
            refuse(`${name} with the version ${next.signed.version}`);
        }
        root = next;
    }
    return root;
}

/** The older client reads all keys and all roles of a root, also those that nobody asks for. */
function readRoot(name: string, bytes: Buffer): Metadata<"root"> {
    const root = readMetadata("root", name, bytes);
    const { keys, roles, version } = root.signed;
    for (const [id, key] of Object.entries(keys)) {
        if (verifierOf(key) === undefined) {
            doubt(`${name} with the key ${id}, which not every version can read`);
        }
    }
    for (const [role, { threshold }] of Object.entries(roles)) {
        if (threshold < 1) {
            doubt(`${name} with the threshold ${threshold} of the role ${role}`);
        }
    }
    if (version < 0) {
        doubt(`${name} with the version ${version}`);
    }
    return root;
}

/** A file of a role of which another one says what it must be. */
function readListed<R extends "snapshot" | "targets">(
    mirror: Mirror,
    root: Metadata<"root">,
    role: R,
    listing: Metadata<"timestamp" | "snapshot">,
): Metadata<R> {
    const meta =
        fieldOf(listing.signed.meta, `${role}.json`) ?? doubt(`${listing.name} that says nothing of ${role}.json`);
    const name = root.signed.consistent_snapshot ? `${meta.version}.${role}.json` : `${role}.json`;
    const metadata = readRole(mirror, root, role, name, { ...meta, listedIn: listing.name });
    if (metadata.signed.version !== meta.version) {
        refuse(`${name} with the version ${metadata.signed.version}, where ${listing.name} says ${meta.version}`);
    }
    return metadata;
}

function readRole<R extends Exclude<Role, "root">>(
    mirror: Mirror,
    root: Metadata<"root">,
    role: R,
    name: string,
    meta?: FileMeta & { listedIn: string },
): Metadata<R> {
    const bytes = mirror.read(name) ?? refuse(`an archive without ${name}`);
    if (meta?.length === undefined && bytes.length > LARGEST_BYTES[role]) {
        tooLarge(name);
    }
    if (meta !== undefined && !isFile(bytes, meta)) {
        refuse(`${name} with other bytes than ${meta.listedIn} says`);
    }
    const metadata = readMetadata(role, name, bytes);
    requireSignatures(root, metadata);
    return metadata;
}

function tooLarge(name: string): never {
    return doubt(`${name}, which is larger than every version reads`);
}

function requireCurrent({ name, signed }: Metadata<Role>, now: Date): void {
    if (new Date(signed.expires) <= now) {
        refuse(
            `${name}, which expired on ${signed.expires}`,
            "Fetch the repository again and pack it: its metadata is signed anew before it expires, and no client takes it afterwards.",
        );
    }
}
