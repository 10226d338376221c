import { readFileSync } from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import {
    ClusterImagePolicy,
    CosignKeyPair,
    type CosignKeyPairArgs,
    EnforcedNamespace,
    PolicyController,
} from "../../../index";

/** What a test wants of the stack. */
export interface Wishes {
    /** The key pairs by name. */
    keyPairs: Record<string, CosignKeyPairArgs>;
    /** Where the key pairs are to be enforced; without it, there are only keys. */
    enforced?: { chart: string; images: string; namespace: string };
}

/** A text that is no secret, and is to be seen wherever a search for secrets looks. */
const planted = new pulumi.Config().get("planted");
if (planted !== undefined) {
    new pulumi.Stash(planted, { input: planted });
    void pulumi.log.info(planted);
}

// A file, because Pulumi hands secrets of the configuration to the program in its environment.
const { keyPairs, enforced } = JSON.parse(readFileSync(new pulumi.Config().require("wishes"), "utf8")) as Wishes;

const controller = enforced && new PolicyController("controller", { chart: { path: enforced.chart } });
const made = Object.entries(keyPairs).map(([name, args]) => {
    const pair = new CosignKeyPair(name, args, { dependsOn: controller ?? [] });
    if (enforced) {
        const { images, namespace } = enforced;
        const policy = new ClusterImagePolicy(name, { images: [images], authorities: pair.authorities });
        new EnforcedNamespace(namespace, { name: namespace, create: true }, { dependsOn: policy });
    }
    const { publicKey, fingerprint, secretName, authorities, privateKey, password } = pair;
    return [name, { publicKey, fingerprint, secretName, authorities, privateKey, password }] as const;
});

export const pairs = Object.fromEntries(made);
