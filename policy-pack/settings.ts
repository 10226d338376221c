import { settingProblems } from "../core/registry";
import { formatPath } from "../core/policy/path";

import type { PolicyConfigSchema } from "@pulumi/policy";
import type { RegistrySettings } from "../core/registry";

/** How the gate is set, with `--policy-pack-config FILE`: `{"images-admitted": {…}}`. */
export interface GateSettings {
    /**
     * YAML files with ClusterImagePolicies, and the TrustRoots and Secrets that they name; relative to the folder that the
     * program runs in (that of Pulumi.yaml, unless its `main` says otherwise). The
     * policies that the stack itself declares are taken as well, and come before these.
     *
     * @default []
     */
    policyFiles: string[];
    /**
     * A context of the kubeconfig: policies, enforced namespaces and the controller's settings are read from this cluster too.
     *
     * @default none: no cluster is asked
     */
    context?: string;
    /**
     * The namespaces that are enforced.
     *
     * @default all but those of which the stack, a file or the cluster says otherwise
     */
    namespaces?: string[];
    /**
     * What happens to an image that no policy matches.
     *
     * @default the stack's or the cluster's setting, else "deny"
     */
    noMatchPolicy?: "deny" | "warn" | "allow";
    /**
     * The policy-controller that will answer.
     *
     * @default the cluster's, else "0.13.1"
     */
    engineVersion?: "0.13.1" | "0.15.1";
    /** @default "cosign-system" */
    controllerNamespace: string;
    /**
     * Whether an image whose verdict cannot be known stops the preview as a refused one does.
     *
     * @default false
     */
    unknownBlocks: boolean;
    /**
     * How registries are reached, as in `pinDigests` and `check`. A certificate authority may also be a file, relative as `policyFiles` are.
     * Credentials are those of Docker and podman on the machine, or in `DOCKER_AUTH_CONFIG`: this configuration is no place for secrets.
     *
     * @default as the names of images and the machine have it
     */
    registry: Omit<RegistrySettings, "credentials">;
}

/** What the engine checks a configuration with. It fills in the defaults. */
export const SETTINGS_SCHEMA: PolicyConfigSchema = {
    properties: {
        policyFiles: { type: "array", items: { type: "string" }, default: [] },
        context: { type: "string" },
        namespaces: { type: "array", items: { type: "string" } },
        noMatchPolicy: { type: "string", enum: ["deny", "warn", "allow"] },
        engineVersion: { type: "string", enum: ["0.13.1", "0.15.1"] },
        controllerNamespace: { type: "string", default: "cosign-system" },
        unknownBlocks: { type: "boolean", default: false },
        registry: {
            type: "object",
            properties: {
                mirrors: { type: "object", additionalProperties: { type: "array", items: { type: "string" } } },
                certificateAuthorities: { type: "array", items: { type: "string" } },
            },
            additionalProperties: false,
        },
    },
};

/** A configuration as the engine gives it, complete also where there is none. */
export function settingsOf(given: Partial<GateSettings>): GateSettings {
    return {
        ...given,
        policyFiles: given.policyFiles ?? [],
        controllerNamespace: given.controllerNamespace ?? "cosign-system",
        unknownBlocks: given.unknownBlocks ?? false,
        registry: given.registry ?? {},
    };
}

/** @throws Error that names every setting that would do nothing */
export function requireRegistrySettings(settings: RegistrySettings): void {
    const problems = settingProblems(settings).map(
        ({ path, found, instead }) =>
            `${formatPath(["registry", ...path])}${found === undefined ? "" : `: ${JSON.stringify(found)}`}. ${instead}`,
    );
    if (problems.length > 0) {
        throw new Error(problems.join("\n"));
    }
}
