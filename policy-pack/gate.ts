/** What is known of a stack while the engine goes through it, and what admission will say of its workloads. */
import { exemptWorkload, fieldOf } from "../core/admission/judge-all";
import { Knowledge } from "../core/admission/knowledge";
import { areRuling, sortObjects } from "../core/admission/objects";
import { objectOfResource } from "../core/admission/pulumi-object";
import { PolicyResult, Verdict } from "../core/admission";
import { connectRegistries, readOutside } from "./outside";
import { lostImages } from "./running";
import { settingsOf } from "./settings";

import type { CheckedImage, ExemptWorkload } from "../core/admission/checked-image";
import type { Objects, SourceObject } from "../core/admission/objects";
import type { AbsentPolicy, ImageVerdict, WorkloadVerdict } from "../core/admission";
import type { RegistryClient } from "../core/registry";
import type { Outside } from "./outside";
import type { GateSettings } from "./settings";

/** A resource as the engine asks about it. */
export interface StackResource {
    urn: string;
    type: string;
    /** Its inputs, as plain values with the engine's marks for what is not known. */
    properties: Record<string, unknown>;
}

/** A resource of the stack that runs images, and what becomes of it. */
export interface JudgedResource extends WorkloadVerdict {
    urn: string;
    /** Its namespace, where that is taken for enforced only because nobody has said what labels it has. */
    presumedNamespace?: string;
    /** Where nothing is checked of it. */
    exempt?: ExemptWorkload;
}

/** Everything that the gate has to say of a stack. */
export interface StackVerdict {
    /** Without those that were judged for good when they were registered. */
    resources: JudgedResource[];
    absentPolicies: readonly AbsentPolicy[];
    /** Resources that make pods in a way that cannot be looked into. */
    opaque: string[];
    /** Whether no policy is known at all, so that nothing could be judged. */
    isWithoutPolicies: boolean;
    /** What runs in the cluster and would not come back; empty where no cluster is asked. */
    lost: CheckedImage[];
}

/**
 * Collects the resources of a stack in the order in which they are registered.
 *
 * The engine asks about each resource before it does anything with it, and about the whole stack at the end; a preview and
 * the update after it are two such rounds in one process.
 */
export class Gate {
    /** By URN: objects that make rules, or say where they hold. */
    private readonly ruling = new Map<string, SourceObject>();
    /** By URN: what runs images. */
    private readonly running = new Map<string, readonly SourceObject[]>();
    private readonly settled = new Set<string>();
    /** By URN: refused as things stand, which is judged again at the end. */
    private readonly provisional = new Map<string, readonly JudgedResource[]>();
    private round = new Round();
    private whole: Promise<StackVerdict> | undefined;

    private settings = settingsOf({});

    /** @param projectFolder what paths in the settings are relative to */
    public constructor(private readonly projectFolder: string) {}

    /** Takes the settings; the engine has them only when it asks. */
    public configure(settings: Partial<GateSettings>): void {
        this.settings = settingsOf(settings);
    }

    /** Whether what cannot be known is to stop the preview. */
    public get unknownBlocks(): boolean {
        return this.settings.unknownBlocks;
    }

    /**
     * Takes a resource in, and judges it where what is known by now is enough: what cannot be taken back is said where the
     * namespace is known to be enforced and a policy refuses, since all policies have to agree.
     *
     * That early, because in a namespace that is enforced already the provider's own dry run is refused next. The engine then
     * ends the preview and never asks about the whole stack.
     */
    public async add({ urn, type, properties }: StackResource): Promise<JudgedResource[]> {
        this.startRound();
        const object = objectOfResource(type, properties);
        if (object === undefined) {
            return [];
        }
        this.settled.delete(urn);
        this.provisional.delete(urn);
        this.take(urn, object);
        const workloads = this.running.get(urn) ?? [];
        if (workloads.length === 0) {
            return [];
        }
        const [known, registry] = await Promise.all([this.known(), this.registry()]);
        const judged = await Promise.all(workloads.map((workload) => judge(urn, workload, known, registry)));
        const refused = judged.filter(({ images }) => images.some(isRefused));
        const final = refused.filter(isFinal);
        if (final.length > 0) {
            this.settled.add(urn);
        } else {
            // Where the cluster is asked and enforces the namespace, the dry run that comes next has the same answer as this.
            const isAsked = this.settings.context !== undefined;
            this.provisional.set(
                urn,
                refused.filter(({ presumedNamespace, images }) =>
                    presumedNamespace === undefined ? isAsked : images.some(isRefusedByPolicy),
                ),
            );
        }
        return final;
    }

    /**
     * What would be refused of a resource that was added, as things stand: its namespace may turn out not to be enforced, or a
     * policy may follow that admits what none has matched so far. It is judged again at the end.
     */
    public provisionalRefusals(urn: string): readonly JudgedResource[] {
        return this.provisional.get(urn) ?? [];
    }

    /** What is known is only put together anew for what adds to it: a stack has many workloads, and each asks for it. */
    private take(urn: string, object: SourceObject): void {
        const { workloads, ...rest } = sortObjects([object]);
        this.running.set(urn, workloads);
        if (areRuling(rest) || rest.opaque.length > 0) {
            this.ruling.set(urn, object);
            this.round.known = undefined;
        }
    }

    /** Judges what `add` did not. */
    public judgeStack(): Promise<StackVerdict> {
        this.whole ??= this.judgeWhole();
        return this.whole;
    }

    private async judgeWhole(): Promise<StackVerdict> {
        const [known, registry] = await Promise.all([this.known(), this.registry()]);
        const open = [...this.running].filter(([urn]) => !this.settled.has(urn));
        const workloads = open.flatMap(([urn, objects]) => objects.map((workload) => [urn, workload] as const));
        const resources = known.hasPolicies
            ? await Promise.all(workloads.map(([urn, workload]) => judge(urn, workload, known, registry)))
            : [];
        const lost = await this.lost(known, registry);
        await registry.close();
        return {
            resources,
            absentPolicies: known.admission(registry).absentPolicies,
            opaque: known.opaque,
            isWithoutPolicies: !known.hasPolicies && workloads.length > 0,
            lost,
        };
    }

    private async lost(after: Knowledge, registry: RegistryClient): Promise<CheckedImage[]> {
        const { cluster } = await this.outside();
        if (cluster === undefined) {
            return [];
        }
        const { context, controllerNamespace } = this.settings;
        const before = new Knowledge([cluster.objects], { context, controllerNamespace });
        const stack = { ...this.rules(), workloads: [...this.running.values()].flat() };
        return lostImages({ cluster, stack, before, after }, registry);
    }

    /** The first resource after a verdict on the whole begins the next round, in which nothing is taken from the last. */
    private startRound(): void {
        if (this.whole !== undefined) {
            this.whole = undefined;
            this.round = new Round();
        }
    }

    private async known(): Promise<Knowledge> {
        const { cluster, files } = await this.outside();
        const { round } = this;
        round.known ??= new Knowledge(
            [...(cluster === undefined ? [] : [cluster.objects]), ...files, this.rules()],
            this.settings,
        );
        return round.known;
    }

    private outside(): Promise<Outside> {
        this.round.outside ??= readOutside(this.settings, this.projectFolder);
        return this.round.outside;
    }

    private registry(): Promise<RegistryClient> {
        this.round.registry ??= connectRegistries(this.settings, this.projectFolder);
        return this.round.registry;
    }

    private rules(): Objects {
        return sortObjects([...this.ruling.values()]);
    }
}

/** What is asked once in a round. */
class Round {
    public registry: Promise<RegistryClient> | undefined;
    public outside: Promise<Outside> | undefined;
    /** Until something is added that changes it. */
    public known: Knowledge | undefined;
}

async function judge(
    urn: string,
    source: SourceObject,
    known: Knowledge,
    registry: RegistryClient,
): Promise<JudgedResource> {
    const { value, isPatch, partOf } = source;
    const namespace = known.namespaceOf(value);
    const verdict = await known.admission(registry).judgeWorkload({ workload: value, isPatch, namespace });
    if (verdict === undefined) {
        return { urn, verdict: Verdict.Admitted, images: [], unchecked: [] };
    }
    const presumed = namespace.labels === undefined ? { presumedNamespace: namespace.name } : {};
    const inResource = <T extends { path: string }>(image: T) => ({ ...image, path: fieldOf(image.path, partOf) });
    return {
        urn,
        ...presumed,
        ...verdict,
        exempt: exemptWorkload(source, namespace.name, verdict),
        images: verdict.images.map(inResource),
        unchecked: verdict.unchecked.map(inResource),
    };
}

function isRefused({ verdict }: ImageVerdict): boolean {
    return verdict === Verdict.Refused;
}

/** Whether nothing that the stack may still register can change it. */
function isFinal({ presumedNamespace, images }: JudgedResource): boolean {
    return presumedNamespace === undefined && images.some(isRefusedByPolicy);
}

/** Whether a policy refuses it, and all of them have to agree. */
function isRefusedByPolicy({ verdict, policies }: ImageVerdict): boolean {
    return verdict === Verdict.Refused && policies.some(({ result }) => result === PolicyResult.Failed);
}
