/** From what several sources say of a cluster to the rules of its admission, and to where they hold. */
import { isRecord } from "../policy/shape";
import { Admission } from "./admission";
import { INCLUDE_LABEL } from "./namespace";

import type { RegistryReader } from "../registry";
import type { Rules } from "./admission";
import type { ControllerConfig, ControllerVersion, NoMatch } from "./config";
import type { NamespaceState } from "./namespace";
import type { Objects } from "./objects";

/** What the user says of a cluster, whatever its objects say. */
export interface ClusterSettings {
    /** The context of the cluster that is among the sources. @default none is: nobody knows what else there is */
    context?: string;
    controllerNamespace: string;
    /** @default the sources', else `deny` */
    noMatchPolicy?: NoMatch;
    /** @default the sources', else 0.13.1 */
    engineVersion?: ControllerVersion;
    /** The namespaces that are enforced, and no others. @default those that the sources do not say otherwise of */
    namespaces?: readonly string[];
}

/** Objects of several sources together: what a later source says of an object holds. */
export class Knowledge {
    private readonly rules: Rules;
    private readonly namespaces: ReadonlyMap<string, NamespaceState>;
    private made: Admission | undefined;

    /** @param sources the cluster, then files, then the stack */
    public constructor(
        private readonly sources: readonly Objects[],
        private readonly settings: ClusterSettings,
    ) {
        this.rules = rulesOf(sources, settings);
        this.namespaces = namespacesOf(sources);
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

    /** A namespace, with its labels where they are known. */
    public namespace(name: string): NamespaceState {
        if (this.settings.namespaces !== undefined) {
            const isEnforced = this.settings.namespaces.includes(name);
            return { name, labels: isEnforced ? { [INCLUDE_LABEL]: "true" } : {} };
        }
        return this.namespaces.get(name) ?? { name };
    }

    /** The namespace that an object is in. */
    public namespaceOf(object: unknown): NamespaceState {
        const { namespace } = isRecord(object) && isRecord(object.metadata) ? object.metadata : {};
        if (typeof (namespace ?? "") !== "string") {
            return { name: "(not known yet)" };
        }
        return this.namespace(typeof namespace === "string" && namespace !== "" ? namespace : "default");
    }
}

function rulesOf(
    sources: readonly Objects[],
    { context, controllerNamespace, noMatchPolicy, engineVersion }: ClusterSettings,
): Rules {
    // Of several with one name the last counts, in each of these lists.
    const trustRoots = sources.flatMap((source) => source.trustRoots);
    const config: ControllerConfig = {
        namespace: controllerNamespace,
        ...(Object.assign({}, ...sources.map((source) => source.config ?? {})) as ControllerConfig),
        ...(noMatchPolicy === undefined ? {} : { noMatchPolicy }),
        ...(engineVersion === undefined ? {} : { version: engineVersion }),
    };
    return {
        policies: sources.flatMap(({ policies }) => policies),
        trustRoots,
        // Without the cluster nobody knows what else is in it.
        hasOtherTrustRoots: context === undefined,
        secrets: sources.flatMap(({ secrets }) => secrets.filter((secret) => isIn(controllerNamespace, secret))),
        config,
    };
}

/** Whether an object is in a namespace; one that does not say its own counts. */
function isIn(namespace: string, object: unknown): boolean {
    const metadata = isRecord(object) && isRecord(object.metadata) ? object.metadata : {};
    return metadata.namespace === undefined || metadata.namespace === namespace;
}

/** As server-side apply leaves them: a label stays until somebody writes another value. */
function namespacesOf(sources: readonly Objects[]): Map<string, NamespaceState> {
    const known = new Map<string, NamespaceState>();
    for (const { name, labels } of sources.flatMap(({ namespaces }) => namespaces)) {
        known.set(name, labels === undefined ? { name } : { name, labels: { ...known.get(name)?.labels, ...labels } });
    }
    return known;
}
