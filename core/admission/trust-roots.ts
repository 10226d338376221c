/** The TrustRoots that there are, as the controller holds them. */
import { CATALOGUE, RuleKind } from "../policy/catalogue";
import { validateDocument } from "../policy/document";
import { errorsOf } from "../policy/finding";
import { nameOf } from "../policy/shape";
import { containsUnknown } from "../policy/unknown";
import { validateManifest } from "../policy/validate";
import { trustMaterialOf } from "../signatures";

import type { TrustRootSpec } from "../policy";
import type { Refused, TrustMaterial, Unknown } from "../signatures";

/** What the webhook takes and the controller then cannot use: the TrustRoot is as good as not there. */
const UNUSABLE: readonly string[] = [
    "trust-root-entry-overlooked",
    "trust-root-chain-unreadable",
    "trust-root-log-key-unreadable",
];

/** Trusted keys and certificates by the name of their TrustRoot, each prepared once. */
export class TrustRoots {
    private readonly prepared = new Map<string | undefined, Promise<TrustMaterial | Refused | Unknown>>();

    /** @param hasOthers whether there may be others, which are not known here */
    public constructor(
        private readonly manifests: readonly unknown[],
        private readonly hasOthers: boolean,
    ) {}

    /** @param name undefined for Sigstore's public instance */
    public material(name: string | undefined): Promise<TrustMaterial | Refused | Unknown> {
        const known = this.prepared.get(name) ?? this.prepare(name);
        this.prepared.set(name, known);
        return known;
    }

    private async prepare(name: string | undefined): Promise<TrustMaterial | Refused | Unknown> {
        if (name === undefined || name === "") {
            return trustMaterialOf("public");
        }
        const manifest = this.manifests.findLast((candidate) => nameOf(candidate) === name);
        if (manifest === undefined) {
            return this.hasOthers
                ? {
                      verdict: "unknown",
                      code: "trust-root-unavailable",
                      reason: `The TrustRoot ${name} is not known here.`,
                  }
                : { verdict: "refused", code: "authority-unusable", reason: `trustRootRef ${name} not found.` };
        }
        if (containsUnknown(manifest)) {
            const reason = `The TrustRoot ${name} has values that are not known before the deployment.`;
            return { verdict: "unknown", code: "trust-root-unavailable", reason };
        }
        const broken = errorsOf(validateManifest(manifest)).find(
            ({ code }) => CATALOGUE[code]?.kind === RuleKind.Refused || UNUSABLE.includes(code),
        );
        return broken === undefined
            ? trustMaterialOf(validateDocument(manifest).spec as TrustRootSpec)
            : {
                  verdict: "refused",
                  code: "authority-unusable",
                  reason: `The controller cannot use the TrustRoot ${name}: ${broken.cluster.replaceAll("\n", ": ").replace(/\.$/, "")}.`,
              };
    }
}
