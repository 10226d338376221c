/** Everything that is known of a stack and of the cluster that it is for, as the rules of admission. */
import { Admission, INCLUDE_LABEL } from "../core/admission";
import { withPolicies } from "../core/admission/objects";
import { isRecord } from "../core/policy/shape";

import type { Objects } from "../core/admission/objects";
import type { ControllerConfig, NamespaceState, Rules } from "../core/admission";
import type { RegistryReader } from "../core/registry";
import type { GateSettings } from "./settings";

/** Objects of several sources together: what a later source says of an object holds. */
export class Knowledge {
    private readonly rules: Rules;
    private made: Admission | undefined;

    /** @param sources the cluster, then files, then the stack */
    public constructor(
        private readonly sources: readonly Objects[],
        private readonly settings: GateSettings,
    ) {
        this.rules = rulesOf(sources, settings);
    }

    /** Whether there is anything to judge by. A cluster that has no policy refuses everything; without one nobody knows. */
    public get hasPolicies(): boolean {
        return this.rules.policies.length > 0 || this.settings.context !== undefined;
    }

    public get opaque(): string[] {
        return this.sources.flatMap(({ opaque }) => opaque);
    }

    public admission(registry: RegistryReader): Admission {
        this.made ??= new Admission(this.rules, { registry });
        return this.made;
    }

    /** The namespace that an object is in, with its labels where they are known. */
    public namespaceOf(object: unknown): NamespaceState {
        const { namespace } = isRecord(object) && isRecord(object.metadata) ? object.metadata : {};
        if (namespace !== undefined && typeof namespace !== "string") {
            return { name: "(not known yet)" };
        }
        const name = namespace ?? "default";
        if (this.settings.namespaces !== undefined) {
            const isEnforced = this.settings.namespaces.includes(name);
            return { name, labels: isEnforced ? { [INCLUDE_LABEL]: "true" } : {} };
        }
        const states = this.sources.flatMap(({ namespaces }) => namespaces.filter((state) => state.name === name));
        const labels = states.flatMap((state) => (state.labels === undefined ? [] : [state.labels]));
        return labels.length === 0
            ? { name }
            : { name, labels: Object.assign({}, ...labels) as Record<string, string> };
    }
}

function rulesOf(sources: readonly Objects[], settings: GateSettings): Rules {
    const trustRoots = sources.reduce<unknown[]>((known, source) => withPolicies(known, source.trustRoots), []);
    const config: ControllerConfig = {
        namespace: settings.controllerNamespace,
        ...(Object.assign({}, ...sources.map((source) => source.config ?? {})) as ControllerConfig),
        ...(settings.noMatchPolicy === undefined ? {} : { noMatchPolicy: settings.noMatchPolicy }),
        ...(settings.engineVersion === undefined ? {} : { version: settings.engineVersion }),
    };
    return {
        policies: sources.reduce<unknown[]>((known, source) => withPolicies(known, source.policies), []),
        // Without the cluster nobody knows what else is in it.
        ...(settings.context === undefined && trustRoots.length === 0 ? {} : { trustRoots }),
        secrets: sources.flatMap(({ secrets }) =>
            secrets.filter((secret) => isIn(settings.controllerNamespace, secret)),
        ),
        config,
    };
}

/** Whether an object is in a namespace; one that does not say its own counts. */
function isIn(namespace: string, object: unknown): boolean {
    const metadata = isRecord(object) && isRecord(object.metadata) ? object.metadata : {};
    return metadata.namespace === undefined || metadata.namespace === namespace;
}
