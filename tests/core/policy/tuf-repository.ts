/** TUF repositories, signed on the spot: as they should be, and with one thing changed. */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import * as path from "node:path";
import { gzipSync } from "node:zlib";

import type { KeyObject } from "node:crypto";

export type Role = "root" | "timestamp" | "snapshot" | "targets";

/** The part of a metadata file that is signed. */
export type Signed = Record<string, unknown>;

/** A key of the repository, by the names that TUF has for its parts. */
export interface Signer {
    id: string;
    key: { keytype: string; scheme: string; keyval: { public: string } };
    sign: (payload: Buffer) => Buffer;
}

/** A whole metadata file. */
export interface Envelope {
    signed: Signed;
    signatures: { keyid: string; sig: string }[];
}

/** What is changed on the way. Every step sees what came of those before it, so that hashes and lengths fit. */
export interface Change {
    /** @default one key of its own for each role */
    keys?: Partial<Record<Role, readonly Signer[]>>;
    /** Who signs, where it is not the role's own keys. */
    signers?: Partial<Record<Role, readonly Signer[]>>;
    /** How many root versions there are; the trust root is given the first. @default 1 */
    roots?: number;
    /** Before it is signed. */
    signed?: (role: Role, signed: Signed) => void;
    /** After it was signed; `name` is the file's. */
    envelope?: (role: Role, envelope: Envelope, name: string) => void;
    /** The bytes of a metadata file, before its hash is taken. */
    bytes?: (role: Role, text: string) => string;
    /** The files of the repository. */
    files?: (files: Map<string, Buffer>) => void;
    /** What is packed, by whole names. @default the files, below `repository/` */
    entries?: (files: readonly Entry[]) => readonly Entry[];
}

/** A file of an archive. */
export type Entry = readonly [name: string, bytes: Buffer];

/** What a TrustRoot's `spec.repository` holds. */
export interface Repository {
    root: string;
    mirrorFS: string;
}

const ROLES: readonly Role[] = ["root", "timestamp", "snapshot", "targets"];
const FAR_AWAY = "2199-01-01T00:00:00Z";

/** Makes a repository, packs it, and gives its first root. */
export function tufRepository(change: Change = {}): Repository {
    const files = new Map<string, Buffer>();
    const keys = Object.fromEntries(
        ROLES.map((role) => [role, change.keys?.[role] ?? [KEYS_OF_ROLES[role]]]),
    ) as Record<Role, readonly Signer[]>;
    const write = (role: Role, version: number, fields: Signed, name: string): Buffer => {
        const signed = { _type: role, spec_version: "1.0.31", version, expires: FAR_AWAY, ...fields };
        change.signed?.(role, signed);
        const payload = Buffer.from(canonical(signed));
        const envelope: Envelope = {
            signed,
            signatures: (change.signers?.[role] ?? keys[role]).map((signer) => ({
                keyid: signer.id,
                sig: signer.sign(payload).toString("hex"),
            })),
        };
        change.envelope?.(role, envelope, name);
        const text = JSON.stringify(envelope);
        const bytes = Buffer.from(change.bytes?.(role, text) ?? text);
        files.set(name, bytes);
        return bytes;
    };

    const rootFields = {
        consistent_snapshot: true,
        keys: Object.fromEntries(ROLES.flatMap((role) => keys[role].map(({ id, key }) => [id, key]))),
        roles: Object.fromEntries(
            ROLES.map((role) => [role, { keyids: keys[role].map(({ id }) => id), threshold: keys[role].length }]),
        ),
    };
    const roots = Array.from({ length: change.roots ?? 1 }, (_, index) =>
        write("root", index + 1, structuredClone(rootFields), `${index + 1}.root.json`),
    );
    const trustedRoot = Buffer.from('{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}');
    const targets = write("targets", 3, { targets: { "trusted_root.json": fileOf(trustedRoot) } }, "3.targets.json");
    files.set(`targets/${sha256(trustedRoot)}.trusted_root.json`, trustedRoot);
    const snapshot = write(
        "snapshot",
        2,
        { meta: { "targets.json": { version: 3, ...fileOf(targets) } } },
        "2.snapshot.json",
    );
    write("timestamp", 4, { meta: { "snapshot.json": { version: 2, ...fileOf(snapshot) } } }, "timestamp.json");
    change.files?.(files);
    const entries = Array.from(files, ([name, bytes]) => [`repository/${name}`, bytes] as const);
    return {
        root: (roots[0] ?? Buffer.alloc(0)).toString("base64"),
        mirrorFS: gzipSync(tar(change.entries?.(entries) ?? entries)).toString("base64"),
    };
}

function fileOf(bytes: Buffer): { length: number; hashes: { sha256: string } } {
    return { length: bytes.length, hashes: { sha256: sha256(bytes) } };
}

function sha256(bytes: Buffer): string {
    return createHash("sha256").update(bytes).digest("hex");
}

/** The form that is signed (OLPC canonical JSON). */
export function canonical(value: unknown): string {
    if (Array.isArray(value)) {
        return `[${value.map(canonical).join(",")}]`;
    }
    if (typeof value === "object" && value !== null) {
        const fields = Object.entries(value).sort(([left], [right]) =>
            Buffer.compare(Buffer.from(left), Buffer.from(right)),
        );
        return `{${fields.map(([name, field]) => `${canonical(name)}:${canonical(field)}`).join(",")}}`;
    }
    return typeof value === "string" ? `"${value.replaceAll(/[\\"]/g, "\\$&")}"` : JSON.stringify(value);
}

/** A key as TUF names it; its id is the hash of its canonical form. */
export function signerOf(kind: "ed25519" | "ecdsa" | "rsa"): Signer {
    const { keytype, scheme, publicKey, privateKey, publicText } = MAKERS[kind]();
    const key = {
        keytype,
        scheme,
        keyval: { public: publicText ?? (publicKey.export({ type: "spki", format: "pem" }) as string) },
    };
    return { id: sha256(Buffer.from(canonical(key))), key, sign: (payload) => SIGN[kind](payload, privateKey) };
}

interface Made {
    keytype: string;
    scheme: string;
    publicKey: KeyObject;
    privateKey: KeyObject;
    publicText?: string;
}

const MAKERS = {
    ed25519: (): Made => {
        const pair = generateKeyPairSync("ed25519");
        const raw = pair.publicKey.export({ type: "spki", format: "der" }).subarray(-32);
        return { ...pair, keytype: "ed25519", scheme: "ed25519", publicText: raw.toString("hex") };
    },
    ecdsa: (): Made => ({
        ...generateKeyPairSync("ec", { namedCurve: "P-256" }),
        keytype: "ecdsa",
        scheme: "ecdsa-sha2-nistp256",
    }),
    rsa: (): Made => ({
        ...generateKeyPairSync("rsa", { modulusLength: 2048 }),
        keytype: "rsa",
        scheme: "rsassa-pss-sha256",
    }),
} as const;

/** RSASSA-PSS. */
const SALT_LENGTH_BYTES = 32;

const SIGN = {
    ed25519: (payload: Buffer, key: KeyObject) => sign(null, payload, key),
    ecdsa: (payload: Buffer, key: KeyObject) => sign("sha256", payload, key),
    rsa: (payload: Buffer, key: KeyObject) =>
        sign("sha256", payload, { key, padding: 6, saltLength: SALT_LENGTH_BYTES }),
} as const;

/** Made once: a key a role is enough for all repositories. */
const KEYS_OF_ROLES = Object.fromEntries(ROLES.map((role) => [role, signerOf("ed25519")])) as Record<Role, Signer>;

export const BLOCK_BYTES = 512;

/** Longer names are parted. */
const NAME_BYTES = 100;

/** An archive in the format of POSIX. */
export function tar(files: readonly Entry[]): Buffer {
    const entries = files.flatMap(([name, bytes]) => [
        header(name, bytes.length),
        bytes,
        Buffer.alloc((BLOCK_BYTES - (bytes.length % BLOCK_BYTES)) % BLOCK_BYTES),
    ]);
    return Buffer.concat([...entries, Buffer.alloc(2 * BLOCK_BYTES)]);
}

function header(name: string, size: number): Buffer {
    const block = Buffer.alloc(BLOCK_BYTES);
    const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
    const folder = name.length > NAME_BYTES ? path.posix.dirname(name) : "";
    block.write(folder === "" ? name : path.posix.basename(name), 0);
    block.write(folder, 345);
    block.write(octal(0o644, 7) + octal(0, 7) + octal(0, 7) + octal(size, 11) + octal(0, 11), 100);
    block.write("        0", 148);
    block.write("ustar\x0000", 257);
    const sum = block.reduce((total, byte) => total + byte, 0);
    block.write(octal(sum, 6), 148);
    return block;
}
