/** TUF repositories that the webhook takes, and those that it refuses. Each is held against the real one as well. */
import { gunzipSync, gzipSync } from "node:zlib";

import { BLOCK_BYTES, canonical, signerOf, tufRepository } from "./tuf-repository";

import type { Change, Entry, Envelope, Repository, Role, Signed, Signer } from "./tuf-repository";

/** The metadata of a repository with two roots. */
export const ENTRIES = ["1.root.json", "2.root.json", "timestamp.json", "2.snapshot.json", "3.targets.json"] as const;

const STRANGER = signerOf("ed25519");
const ECDSA = signerOf("ecdsa");
const RSA = signerOf("rsa");

const everywhere = (...keys: readonly Signer[]): Change["keys"] => ({
    ...{ root: keys, timestamp: keys },
    ...{ snapshot: keys, targets: keys },
});

/** A repository with one thing changed in what a role signs. */
function signing(role: Role, change: (signed: Signed) => void, more: Change = {}): Repository {
    return tufRepository({
        ...more,
        signed: (each, signed) => {
            if (each === role) {
                change(signed);
            }
        },
    });
}

/** A repository with one thing changed after it was signed. */
function afterSigning(role: Role, change: (envelope: Envelope) => void): Repository {
    return tufRepository({
        envelope: (each, envelope) => {
            if (each === role) {
                change(envelope);
            }
        },
    });
}

function without(name: string): Repository {
    return tufRepository({ files: (files) => files.delete(name) });
}

/** The archive, unpacked, changed and packed again. */
function repacked(change: (archive: Buffer) => Buffer): Repository {
    const { root, mirrorFS } = tufRepository();
    return { root, mirrorFS: gzipSync(change(gunzipSync(Buffer.from(mirrorFS, "base64")))).toString("base64") };
}

/** Without hashes and versions in the names of files. */
function inPlace(): Repository {
    return signing("root", (signed) => (signed.consistent_snapshot = false), {
        files: (files) => {
            for (const [name, bytes] of [...files]) {
                files.set(name.replace(/^\d+\.(?!root)/, "").replace(/^targets\/[0-9a-f]+\./, "targets/"), bytes);
            }
        },
    });
}

/** What a role's metadata says of the only file that it lists. */
function listed(meta: unknown): { length: number; hashes: Record<string, string> } {
    const [entry] = Object.values(meta as Record<string, { length: number; hashes: Record<string, string> }>);
    return entry ?? { length: 0, hashes: {} };
}

/** Two root versions, of which one has expired. */
function expiredRoot(version: number): Repository {
    const expire = (signed: Signed): void => {
        signed.expires = signed.version === version ? "2020-01-01T00:00:00Z" : signed.expires;
    };
    return signing("root", expire, { roots: 2 });
}

/** A second root, signed by somebody else in the name of the first one's key. */
function newRootOf(signer: Signer): Repository {
    return tufRepository({
        roots: 2,
        envelope: (_, { signed, signatures }, name) => {
            if (name === "2.root.json") {
                signatures.forEach((signature) => {
                    signature.sig = signer.sign(Buffer.from(canonical(signed))).toString("hex");
                });
            }
        },
    });
}

function delegationsTo({ id, key }: Signer): Signed {
    const role = { name: "team", keyids: [id], threshold: 1, terminating: false, paths: ["team/*"] };
    return { keys: { [id]: key }, roles: [role] };
}

function packed(entries: (files: readonly Entry[]) => readonly Entry[]): Repository {
    return tufRepository({ entries });
}

/** The checksum, then the length. */
const GZIP_TRAILER_BYTES = 8;

function withTrailer(change: (trailer: Buffer) => Buffer): Repository {
    const { root, mirrorFS } = tufRepository();
    const bytes = Buffer.from(mirrorFS, "base64");
    const [head, trailer] = [bytes.subarray(0, -GZIP_TRAILER_BYTES), bytes.subarray(-GZIP_TRAILER_BYTES)];
    return { root, mirrorFS: Buffer.concat([head, change(trailer)]).toString("base64") };
}

const CHUNK_BLOCKS = 64;

/** The newest root begins a block before what Go's decompressor hands out at once, and ends behind it. */
function acrossAChunk(blocksBefore: number): Repository {
    return tufRepository({
        roots: 2,
        files: (files) => {
            const all = [...files];
            files.clear();
            files.set("filling", Buffer.alloc((CHUNK_BLOCKS - blocksBefore - 2) * BLOCK_BYTES));
            files.set("2.root.json", Buffer.alloc(0));
            all.forEach(([name, bytes]) => files.set(name, bytes));
        },
    });
}

/** What the controller reads of it is another file than its targets say. */
export function repositoryWithUnreadableTarget(): Repository {
    return tufRepository({
        files: (files) => {
            const [name = ""] = [...files.keys()].filter((each) => each.startsWith("targets/"));
            files.set(name, Buffer.from("{}"));
        },
    });
}

/** The snapshot expires then. */
export function repositoryThatExpires(date: Date): Repository {
    return signing("snapshot", (signed) => (signed.expires = date.toISOString().replace(/\.\d+Z$/, "Z")));
}

/** What both versions take. */
export const VALID_REPOSITORIES: readonly (readonly [claim: string, repository: Repository])[] = [
    ["with Ed25519 keys", tufRepository()],
    ["with an ECDSA key", tufRepository({ keys: everywhere(ECDSA) })],
    ["with an RSA key", tufRepository({ keys: everywhere(RSA) })],
    ["with root versions that follow each other", tufRepository({ roots: 3 })],
    ["with several keys, all of which signed", tufRepository({ keys: everywhere(ECDSA, RSA, STRANGER) })],
    [
        "with more keys than have to sign",
        signing("root", ({ roles }) => ((roles as Record<Role, { threshold: number }>).snapshot.threshold = 1), {
            keys: { snapshot: [ECDSA, STRANGER] },
            signers: { snapshot: [STRANGER] },
        }),
    ],
    ["without versions in the names of files", inPlace()],
    [
        "with fields that nobody knows",
        signing("targets", (signed) => (signed["x-acme"] = { "\u{1F600}": [1, null, '"\\'] })),
    ],
    ["with delegated roles", signing("targets", (signed) => (signed.delegations = delegationsTo(STRANGER)))],
    [
        "with a signature of somebody unknown beside the right one",
        afterSigning("snapshot", ({ signatures }) => signatures.push({ keyid: "unknown", sig: "" })),
    ],
    [
        "with white space between what is signed",
        tufRepository({ bytes: (_, text) => JSON.stringify(JSON.parse(text), null, 2) }),
    ],
    ["with an expired root before the newest one", expiredRoot(1)],
    ["in an archive that begins with folders", packed((files) => [["repository/", Buffer.alloc(0)], ...files])],
    ["in an archive with ./ before the names", packed((files) => files.map(([name, bytes]) => [`./${name}`, bytes]))],
    [
        "without a folder around it",
        packed((files) => files.map(([name, bytes]) => [name.replace("repository/", ""), bytes])),
    ],
    [
        "in an archive with a wrong checksum at its end",
        withTrailer((trailer) => trailer.map((byte) => byte ^ 1) as Buffer),
    ],
    ["in an archive of which the end is missing", withTrailer((trailer) => trailer.subarray(0, 3))],
    ["with a root at the beginning of what is unpacked at once", acrossAChunk(0)],
];

/** What neither takes. */
export const REFUSED_REPOSITORIES: readonly (readonly [claim: string, repository: Repository, found: RegExp])[] = [
    [
        "metadata of a stranger",
        tufRepository({ signers: { snapshot: [STRANGER] } }),
        /^2\.snapshot\.json with 0 valid signatures of the 1 /,
    ],
    ...ENTRIES.filter((name) => !name.includes("root")).map(
        (name) =>
            [`no ${name}`, without(name), new RegExp(`^an archive without ${name.replaceAll(".", "\\.")}$`)] as const,
    ),
    [
        "the root of another repository",
        { ...tufRepository(), root: tufRepository({ keys: everywhere(STRANGER) }).root },
        /^timestamp\.json with 0 /,
    ],
    [
        "a root that does not sign itself",
        tufRepository({ signers: { root: [STRANGER] } }),
        /^spec\.repository\.root with 0 /,
    ],
    [
        "a newer root that the older one did not sign",
        newRootOf(STRANGER),
        /^2\.root\.json with 0 valid signatures of the 1 that spec\.repository\.root asks for$/,
    ],
    [
        "a newer root with another version",
        signing("root", (signed) => (signed.version = signed.version === 2 ? 3 : 1), { roots: 2 }),
        /^2\.root\.json with the version 3$/,
    ],
    [
        "one signature where two are needed",
        tufRepository({ keys: { timestamp: [ECDSA, RSA] }, signers: { timestamp: [RSA] } }),
        /^timestamp\.json with 1 valid signatures of the 2 /,
    ],
    ["no signatures", afterSigning("targets", (envelope) => (envelope.signatures = [])), /^3\.targets\.json with 0 /],
    [
        "a signature that is none",
        afterSigning("targets", ({ signatures }) => signatures.push({ keyid: "x", sig: "xyz" })),
        /^3\.targets\.json with a signature that cannot be read$/,
    ],
    ...(["timestamp", "snapshot", "targets"] as const).map(
        (role) =>
            [
                `${role} that expired`,
                signing(role, (signed) => (signed.expires = "2020-01-01T00:00:00Z")),
                /\.json, which expired on 2020-01-01T00:00:00Z$/,
            ] as const,
    ),
    ["an expired root", expiredRoot(2), /^2\.root\.json, which expired on /],
    [
        "an older snapshot than the timestamp says",
        signing("snapshot", (signed) => (signed.version = 1)),
        /^2\.snapshot\.json with the version 1, where timestamp\.json says 2$/,
    ],
    [
        "a snapshot with another hash",
        signing("timestamp", ({ meta }) => Object.assign(listed(meta).hashes, { sha256: "00".repeat(32) })),
        /^2\.snapshot\.json with other bytes than timestamp\.json says$/,
    ],
    [
        "targets with another length",
        signing("snapshot", ({ meta }) => (listed(meta).length += 1)),
        /^3\.targets\.json with other bytes than 2\.snapshot\.json says$/,
    ],
    [
        "a hash that nobody computes",
        signing("timestamp", ({ meta }) => Object.assign(listed(meta).hashes, { md5: "00" })),
        /^2\.snapshot\.json with other bytes /,
    ],
    [
        "a role in the place of another",
        tufRepository({
            files: (files) => files.set("timestamp.json", files.get("2.snapshot.json") ?? Buffer.alloc(0)),
        }),
        /^timestamp\.json with metadata of the type "snapshot"$/,
    ],
    [
        "metadata that is no JSON",
        tufRepository({ files: (files) => files.set("timestamp.json", Buffer.from("{")) }),
        /^timestamp\.json that is no metadata of TUF$/,
    ],
    ["a root across what is unpacked at once", acrossAChunk(1), /^2\.root\.json across a boundary of 32768 bytes /],
    [
        "an archive with a broken header",
        repacked((archive) => Buffer.concat([Buffer.from("x"), archive.subarray(1)])),
        /^no gzipped tar archive$/,
    ],
    ["half an archive", repacked((archive) => archive.subarray(0, archive.length / 2)), /^no gzipped tar archive$/],
];

/** What one of them takes, and which one that is. */
export const DOUBTFUL_REPOSITORIES: readonly (readonly [
    claim: string,
    repository: Repository,
    found: RegExp,
    takenBy: "0.13.1" | "0.15.1",
])[] = [
    ["no targets", signing("targets", (signed) => (signed.targets = {})), /^a repository without targets$/, "0.15.1"],
    [
        "no folder of targets",
        tufRepository({
            files: (files) => {
                [...files.keys()].filter((name) => name.startsWith("targets/")).forEach((name) => files.delete(name));
            },
        }),
        /^an archive without the folder targets$/,
        "0.15.1",
    ],
    [
        "a timestamp of the version 0",
        signing("timestamp", (signed) => (signed.version = 0)),
        /^timestamp\.json with the version 0$/,
        "0.15.1",
    ],
    [
        "a key that nobody asks for and not everybody can read",
        signing("root", ({ keys }) =>
            Object.assign(keys as object, {
                odd: { keytype: "sigstore-oidc", scheme: "Fulcio", keyval: { public: "me" } },
            }),
        ),
        /with the key odd, which not every version can read$/,
        "0.15.1",
    ],
    [
        "a key of a role that is not there",
        signing("root", ({ roles }) => (roles as Record<Role, { keyids: string[] }>).snapshot.keyids.push("gone")),
        /without the key gone of the role snapshot$/,
        "0.13.1",
    ],
    [
        "a fraction of a second that is zero",
        signing("snapshot", (signed) => (signed.expires = "2199-01-01T00:00:00.000Z")),
        /^2\.snapshot\.json in which signed\.expires is not a date /,
        "0.13.1",
    ],
    [
        "no specification's version",
        signing("snapshot", (signed) => delete signed.spec_version),
        /^2\.snapshot\.json in which signed\.spec_version is missing$/,
        "0.13.1",
    ],
    [
        "a hash in upper case",
        signing("targets", ({ targets }) => Object.assign(listed(targets).hashes, { sha256: "AB".repeat(32) })),
        /is not an even number of hexadecimal digits in lower case$/,
        "0.13.1",
    ],
    [
        "two signatures of one key",
        afterSigning("snapshot", ({ signatures }) => signatures.push(...signatures)),
        /^2\.snapshot\.json with two signatures of the key /,
        "0.13.1",
    ],
];
