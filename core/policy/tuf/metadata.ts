import { isRecord } from "../shape";
import { canonicalJson, hasFieldTwice, parseJson } from "./json";
import { verifierOf } from "./key";
import { doubt, refuse } from "./refusal";
import { shapeProblem } from "./shape";

import type { FileMeta, TargetMeta } from "./file";
import type { TufKey } from "./key";
import type { Role } from "./shape";

export type { Role } from "./shape";

/** What all metadata says of itself. */
interface Common {
    _type: string;
    version: number;
    expires: string;
}

/** The signed part of each role's metadata, so far as it is looked at. */
export interface SignedParts {
    root: Common & {
        consistent_snapshot: boolean;
        keys: Readonly<Record<string, TufKey>>;
        roles: Readonly<Record<string, { keyids: readonly string[] | null; threshold: number }>>;
    };
    timestamp: Common & { meta: Readonly<Record<string, FileMeta | null>> | null };
    snapshot: Common & { meta: Readonly<Record<string, FileMeta | null>> | null };
    targets: Common & { targets: Readonly<Record<string, TargetMeta>> };
}

/** A metadata file. */
export interface Metadata<R extends Role> {
    /** The file's name, for messages. */
    name: string;
    role: R;
    signed: SignedParts[R];
    /** What is signed. */
    payload: Buffer;
    signatures: ReadonlyMap<string, Buffer>;
}

/**
 * Reads a metadata file.
 *
 * @throws MirrorRefusal
 */
export function readMetadata<R extends Role>(role: R, name: string, bytes: Buffer): Metadata<R> {
    const text = bytes.toString("utf8");
    const envelope = parseJson(text);
    if (!isRecord(envelope) || !isRecord(envelope.signed)) {
        return refuse(`${name} that is no metadata of TUF`);
    }
    if (hasFieldTwice(text, envelope)) {
        return doubt(`${name} with a field that is written twice`);
    }
    const problem = shapeProblem(role, envelope.signed);
    if (problem !== undefined) {
        return doubt(`${name} in which ${problem}`);
    }
    const signed = envelope.signed as unknown as SignedParts[R];
    if (signed._type !== role) {
        return refuse(`${name} with metadata of the type ${JSON.stringify(signed._type)}`);
    }
    const payload = canonicalJson(signed) ?? refuse(`${name} with a number that is no whole one`);
    return { name, role, signed, payload, signatures: signaturesOf(name, envelope.signatures) };
}

function signaturesOf(name: string, signatures: unknown): ReadonlyMap<string, Buffer> {
    if (!Array.isArray(signatures)) {
        return refuse(`${name} without signatures`);
    }
    const byId = new Map<string, Buffer>();
    for (const entry of signatures as readonly unknown[]) {
        const { keyid, sig = "" } = entry === null ? {} : isRecord(entry) ? entry : { sig: entry };
        const id = keyid ?? "";
        if (typeof id !== "string" || typeof sig !== "string" || !/^(?:[0-9a-f]{2})*$/i.test(sig)) {
            return refuse(`${name} with a signature that cannot be read`);
        }
        if (byId.has(id)) {
            return doubt(`${name} with two signatures of the key ${id}`);
        }
        byId.set(id, Buffer.from(sig, "hex"));
    }
    return byId;
}

/** What stands in a map under a name. */
export function fieldOf<T>(map: Readonly<Record<string, T>> | null, name: string): T | undefined {
    return map !== null && Object.hasOwn(map, name) ? map[name] : undefined;
}

/**
 * Checks that enough of the keys that a root names for a role have signed. The older client counts keys, the newer one
 * their ids.
 *
 * @throws MirrorRefusal
 */
export function requireSignatures({ name: rootName, signed: root }: Metadata<"root">, metadata: Metadata<Role>): void {
    const { name, role, payload, signatures } = metadata;
    const { threshold, keyids } = fieldOf(root.roles, role) ?? refuse(`${rootName} without the role ${role}`);
    const valid = [...new Set(keyids)].map((id) => {
        const key = fieldOf(root.keys, id) ?? doubt(`${rootName} without the key ${id} of the role ${role}`);
        const verifier = verifierOf(key) ?? doubt(`${rootName} with the key ${id}, which not every version can read`);
        const signature = signatures.get(id) ?? Buffer.alloc(0);
        const older = verifier.older(payload, signature);
        return { identity: verifier.identity, older, newer: verifier.newer(payload, signature) };
    });
    const older = new Set(valid.filter((key) => key.older).map(({ identity }) => identity)).size;
    const newer = valid.filter((key) => key.newer).length;
    const found = `${name} with ${Math.min(older, newer)} valid signatures of the ${threshold} that ${rootName} asks for`;
    if (older < threshold && newer < threshold) {
        refuse(found);
    }
    if (older < threshold || newer < threshold) {
        doubt(found);
    }
}
