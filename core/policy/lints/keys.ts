import { readPublicKeyAsCluster } from "../../keys/public-key";
import { error, show, warning } from "../finding";
import { cosignHashOf, hashAlgorithmNamed } from "../key-hash";
import { isKnown } from "../unknown";
import { authoritiesOf } from "./context";

import type { ClusterPublicKey } from "../../keys";
import type { Finding } from "../finding";
import type { ClusterImagePolicyManifestSpec, KeyRefManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** Keys that the webhook takes and that do not do what their author meant. */
export function keyFindings(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): Finding[] {
    return authoritiesOf(spec, path).flatMap(({ authority, path: place }) =>
        isKnown(authority.key) ? findingsOf(authority.key, [...place, "key"]) : [],
    );
}

function findingsOf(key: Known<KeyRefManifest>, path: PropertyPath): Finding[] {
    const weakHash = isKnown(key.hashAlgorithm) && hashAlgorithmNamed(key.hashAlgorithm ?? "") === "sha224";
    const data = isKnown(key.data) ? key.data : "";
    const read = readOrUndefined(data);
    return [
        ...(weakHash
            ? [weak([...path, "hashAlgorithm"], "SHA-224", "Sign with SHA-256, and leave hashAlgorithm out.")]
            : []),
        ...(read === undefined ? [] : dataFindings(key, data, read, [...path, "data"])),
    ];
}

function readOrUndefined(data: string): ClusterPublicKey | undefined {
    try {
        return data === "" ? undefined : readPublicKeyAsCluster(data);
    } catch {
        // What cannot be read is refused by a rule; a lint has nothing to add.
        return undefined;
    }
}

function dataFindings(key: Known<KeyRefManifest>, data: string, read: ClusterPublicKey, path: PropertyPath): Finding[] {
    if (read.neverVerifies !== undefined) {
        return [neverVerifies(path, read.algorithm, read.neverVerifies)];
    }
    return [
        ...severalBlocks(data, path),
        ...(read.algorithm === "ed25519"
            ? [
                  neverVerifies(
                      path,
                      read.algorithm,
                      "cosign signs with Ed25519ph, and policy-controller verifies pure Ed25519",
                  ),
              ]
            : []),
        ...hashMismatch(key, data, read.algorithm, path),
        ...(isWeak(read.algorithm)
            ? [weak(path, read.algorithm, "Generate a key on P-256 (signed-images keys generate) and rotate to it.")]
            : []),
    ];
}

function severalBlocks(data: string, path: PropertyPath): Finding[] {
    const blocks = data.match(/^-----BEGIN /gm)?.length ?? 0;
    return blocks > 1
        ? [
              error("key-several-blocks", path, {
                  found: `${blocks} PEM blocks`,
                  cluster: "The cluster would accept the policy and trust the first key only.",
                  instead: "Write an authority for each key; one of them is enough to pass.",
              }),
          ]
        : [];
}

function neverVerifies(path: PropertyPath, algorithm: string, reason: string): Finding {
    return error("key-never-verifies", path, {
        found: algorithm,
        cluster: `The cluster would accept the policy and no signature of this key: ${reason}.`,
        instead: "Use an ECDSA key on P-256: signed-images keys generate.",
    });
}

/** cosign's hash follows the curve, the webhook's does not. */
function hashMismatch(key: Known<KeyRefManifest>, data: string, algorithm: string, path: PropertyPath): Finding[] {
    if (!algorithm.startsWith("ecdsa-p") || (key.hashAlgorithm !== undefined && !isKnown(key.hashAlgorithm))) {
        return [];
    }
    const named: string = key.hashAlgorithm ?? "";
    const set = named === "" ? "sha256" : hashAlgorithmNamed(named);
    const signed = cosignHashOf(data);
    return set === undefined || set === signed
        ? []
        : [
              error("key-hash-mismatch", [...path.slice(0, -1), "hashAlgorithm"], {
                  found: `${show(key.hashAlgorithm)} for ${algorithm}`,
                  cluster: `The cluster would verify with ${set}, and cosign signs with ${signed} for such a key: no signature would be accepted.`,
                  instead: `Write hashAlgorithm: ${signed}.`,
              }),
          ];
}

/** Below 112 bits of strength (NIST SP 800-131A), or on the way there. */
function isWeak(algorithm: string): boolean {
    const bits = /^rsa-(\d+)$/.exec(algorithm)?.[1];
    return algorithm === "ecdsa-p224" || (bits !== undefined && Number(bits) < 2048);
}

function weak(path: PropertyPath, found: string, instead: string): Finding {
    return warning("key-not-recommended", path, {
        found,
        cluster: "The cluster would accept it: it makes no demands on the strength of a key.",
        instead,
    });
}
