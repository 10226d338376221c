import { unknown, type Refused, type Unknown } from "../outcome";
import { archivedTrustedRoot, publicTrustedRoot, remoteTrustedRoot } from "./tuf";
import { materialOfKeys, materialOfTrustedRoot, type TrustMaterial } from "./material";

import type { TrustRootSpec } from "../../policy/spec";

/**
 * What the controller makes of a TrustRoot; of the public instance of Sigstore where none is named.
 *
 * `remote` and the public instance are read over the network, by TUF. Unknown where that fails: the controller may have
 * read them before.
 */
export async function trustMaterialOf(trustRoot: TrustRootSpec | "public"): Promise<TrustMaterial | Refused | Unknown> {
    if (trustRoot !== "public" && trustRoot.sigstoreKeys !== undefined) {
        return materialOfKeys(trustRoot.sigstoreKeys);
    }
    try {
        return await materialOfTuf(trustRoot);
    } catch (error) {
        return unavailable(error instanceof Error ? error.message : String(error));
    }
}

async function materialOfTuf(trustRoot: TrustRootSpec | "public"): Promise<TrustMaterial | Refused | Unknown> {
    if (trustRoot === "public") {
        return materialOfTrustedRoot(await publicTrustedRoot(), "public");
    }
    if (trustRoot.repository !== undefined) {
        return materialOfTrustedRoot(await archivedTrustedRoot(trustRoot.repository), "trust-root");
    }
    return trustRoot.remote === undefined
        ? unavailable("it has none of remote, repository and sigstoreKeys")
        : materialOfTrustedRoot(await remoteTrustedRoot(trustRoot.remote), "trust-root");
}

function unavailable(why: string): Unknown {
    return unknown("trust-root-unavailable", `the trusted keys could not be read: ${why}`);
}
