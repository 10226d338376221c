/** Where an authority's key comes from, and what the controller makes of it when it reads the policy. */
import { KeyError } from "../keys/errors";
import { readPublicKeyAsCluster } from "../keys/public-key";
import { isRecord, nameOf } from "../policy/shape";
import { containsUnknown } from "../policy/unknown";

import type { ClusterPublicKey } from "../keys";
import type { KeyRefManifest } from "../policy";

/** An authority's key, as far as it is known here. */
export type KeyState =
    | { state: "known"; key: ClusterPublicKey }
    /** The controller cannot read it, and leaves the whole policy out of what it enforces. */
    | { state: "unreadable"; reason: string }
    /** It is elsewhere. The controller may or may not be able to read it. */
    | { state: "elsewhere"; reason: string };

/**
 * The key of an authority, as the controller inlines it (`inlinePublicKeys` in pkg/reconciler/clusterimagepolicy).
 *
 * @param secrets Secrets of the controller's namespace, as far as they are known; of several with one name the last counts
 */
export function readKey(key: KeyRefManifest, secrets: readonly unknown[]): KeyState {
    if (key.data !== undefined && key.data !== "") {
        return readPem(key.data, "The key in data");
    }
    if (key.secretRef !== undefined) {
        return readSecret(key.secretRef.name ?? "", secrets);
    }
    return {
        state: "elsewhere",
        reason: `The public key is in a key management service (${key.kms ?? ""}), which is not asked here.`,
    };
}

function readSecret(name: string, secrets: readonly unknown[]): KeyState {
    const secret = secrets.findLast((candidate) => nameOf(candidate) === name);
    if (secret === undefined) {
        return { state: "elsewhere", reason: `The public key is in the Secret ${name}, which is not known here.` };
    }
    const entries = entriesOf(secret);
    if (entries === undefined) {
        return {
            state: "elsewhere",
            reason: `The public key is in the Secret ${name}, whose content is not known here.`,
        };
    }
    const [only, ...more] = entries;
    if (only === undefined) {
        return { state: "unreadable", reason: `The Secret ${name} is empty or not there.` };
    }
    return more.length > 0
        ? {
              state: "unreadable",
              reason: `The Secret ${name} has several entries, and the controller takes exactly one.`,
          }
        : readPem(only, `The Secret ${name}`);
}

function readPem(pem: string, what: string): KeyState {
    try {
        return { state: "known", key: readPublicKeyAsCluster(pem) };
    } catch (error) {
        if (error instanceof KeyError) {
            return { state: "unreadable", reason: `${what} is no public key that the controller reads.` };
        }
        throw error;
    }
}

/** A Secret's values as text; undefined where they are not known yet. */
function entriesOf(secret: unknown): string[] | undefined {
    const { data = {}, stringData = {} } = isRecord(secret) ? secret : {};
    if (containsUnknown(data) || containsUnknown(stringData) || !isRecord(data) || !isRecord(stringData)) {
        return undefined;
    }
    const decoded = Object.entries(data).map(([name, value]) => [
        name,
        Buffer.from(String(value), "base64").toString(),
    ]);
    // The API server writes `stringData` over `data`.
    return Object.values(Object.fromEntries([...decoded, ...Object.entries(stringData)]) as Record<string, string>);
}
