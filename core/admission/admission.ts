/** The verdict of admission: what the cluster will say of an image, and of an object with its images. */
import { parseReference } from "../policy/go/reference";
import { completeConfig } from "./config";
import { resolveImage } from "./digest";
import { Evidence } from "./evidence";
import { fitsMatch } from "./match";
import { exemption } from "./namespace";
import { readPolicies } from "./policies";
import { judgePolicy, matchingGlob, together } from "./policy";
import { reasonOf } from "./reason";
import { TrustRoots } from "./trust-roots";
import { Verdict, worstOf } from "./verdict";
import { bareWorkload, readWorkload, SCALABLE } from "./workload";

import type { RegistryReader } from "../registry";
import type { SignedImage } from "../signatures";
import type { Means } from "./authority";
import type { ControllerConfig } from "./config";
import type { ResolvedImage } from "./digest";
import type { NamespaceState } from "./namespace";
import type { AbsentPolicy, Policies } from "./policies";
import type { JudgedPolicy } from "./policy";
import type { ImageVerdict } from "./verdict";
import type { Workload, WorkloadImage } from "./workload";

/** What is in force in a cluster. Manifests as YAML has them; UNKNOWN may stand wherever a value is not known yet. */
export interface Rules {
    /** ClusterImagePolicies. */
    policies: readonly unknown[];
    /**
     * TrustRoots.
     *
     * @default not known: an authority that names one is unknown
     */
    trustRoots?: readonly unknown[];
    /**
     * Whether there may be other TrustRoots: an authority that names one is unknown then, and otherwise refuses.
     *
     * @default false where `trustRoots` is given
     */
    hasOtherTrustRoots?: boolean;
    /**
     * Secrets of the controller's namespace, for `key.secretRef`.
     *
     * @default []: such keys are unknown
     */
    secrets?: readonly unknown[];
    /** @default policy-controller 0.13.1 with its own defaults */
    config?: ControllerConfig;
}

/** What the verdict is found with. */
export interface Tools {
    registry: RegistryReader;
}

/** An image, and the object and the namespace that it runs in. */
export interface ImageSubject {
    /** As the object names it; undefined where it is not known yet. */
    image: string | undefined;
    /** @default a pod without labels */
    workload?: unknown;
    /** @default an enforced namespace */
    namespace?: NamespaceState;
    /** @default false */
    isEphemeral?: boolean;
}

/** An object that runs images. */
export interface WorkloadSubject {
    /** Its manifest. */
    workload: unknown;
    /** @default an enforced namespace */
    namespace?: NamespaceState;
    /** The manifest that it replaces. @default it is new */
    previous?: unknown;
    /** Whether it is only a part of the object. @default false */
    isPatch?: boolean;
}

/** What becomes of an object. */
export interface WorkloadVerdict {
    verdict: Verdict;
    /** Where nothing is checked: why, and the images that run all the same. */
    exemption?: { reason: string; images: { path: string; image: string }[] };
    /** One for each container; empty where nothing is checked. */
    images: (ImageVerdict & { path: string })[];
    /** Images of volumes: no released policy-controller looks at them (0.15.1 neither), so they run whatever they are. */
    unchecked: { path: string; image: string }[];
}

/** How an image is called that is not known yet. */
const UNKNOWN_IMAGE = "(not known yet)";

/** Judges images by the rules of a cluster. One instance asks everything once, so keep it for as many images as there are. */
export class Admission {
    private readonly policies: Policies;
    private readonly means: Means;
    private readonly registry: RegistryReader;
    private readonly digests = new Map<string, Promise<ResolvedImage>>();
    private readonly judged = new Map<string, Promise<JudgedPolicy>>();

    public constructor({ policies, trustRoots, hasOtherTrustRoots, secrets = [], config }: Rules, { registry }: Tools) {
        const complete = completeConfig(config);
        this.policies = readPolicies(policies, secrets, complete);
        this.registry = registry;
        this.means = {
            evidence: new Evidence(registry),
            trustRoots: new TrustRoots(trustRoots ?? [], hasOtherTrustRoots ?? trustRoots === undefined),
            config: complete,
            answers: new Map(),
        };
    }

    /** The policies that the controller does not enforce, and why. */
    public get absentPolicies(): readonly AbsentPolicy[] {
        return this.policies.absent;
    }

    /** What the cluster will say of an image. Rejects for nothing that a registry or a policy can be. */
    public judge({ image, workload, namespace, isEphemeral = false }: ImageSubject): Promise<ImageVerdict> {
        const read = workload === undefined ? bareWorkload(image) : readWorkload(workload);
        const skipped = read === undefined ? undefined : this.exemptionOf(read, namespace);
        if (read === undefined || skipped !== undefined) {
            const reason = skipped ?? "The webhooks do not see objects of this kind.";
            return Promise.resolve({
                image: image ?? UNKNOWN_IMAGE,
                digest: digestIn(image),
                verdict: Verdict.Admitted,
                reason,
                policies: [],
            });
        }
        return this.judgeImage({ path: "", image, isEphemeral }, read);
    }

    /** What the cluster will say of an object with all its images. Undefined for a kind that the webhooks do not see. */
    public async judgeWorkload({
        workload,
        namespace,
        previous,
        isPatch,
    }: WorkloadSubject): Promise<WorkloadVerdict | undefined> {
        const read = readWorkload(workload, isPatch);
        if (read === undefined) {
            return undefined;
        }
        const named = ({ path, image = UNKNOWN_IMAGE }: WorkloadImage) => ({ path, image });
        const unchecked = read.volumeImages.map(named);
        const skipped = this.exemptionOf(read, namespace) ?? shrinking(read, readWorkload(previous, isPatch));
        if (skipped !== undefined) {
            const exemption = { reason: skipped, images: read.images.map(named) };
            return { verdict: Verdict.Admitted, exemption, images: [], unchecked };
        }
        const images = await Promise.all(
            read.images.map(async (image) => ({ ...(await this.judgeImage(image, read)), path: image.path })),
        );
        return { verdict: worstOf(images.map(({ verdict }) => verdict)), images, unchecked };
    }

    private exemptionOf(workload: Workload, namespace: NamespaceState | undefined): string | undefined {
        if (namespace !== undefined && exemption(namespace) !== undefined) {
            return exemption(namespace);
        }
        if (workload.isBeingDeleted) {
            return "The object is being deleted.";
        }
        return this.means.config.skipsControlled && workload.isControlled && workload.kind !== "Pod"
            ? "Another object controls it, and the webhooks look at that one and at its pods."
            : undefined;
    }

    private async judgeImage({ image, isEphemeral }: WorkloadImage, workload: Workload): Promise<ImageVerdict> {
        if (image === undefined) {
            const reason = "The image is not known before the deployment.";
            return { image: UNKNOWN_IMAGE, digest: null, verdict: Verdict.Unknown, reason, policies: [] };
        }
        const resolved = await this.resolve(image, isEphemeral);
        if (resolved.state === "refused") {
            return { image, digest: null, verdict: Verdict.Refused, reason: resolved.reason, policies: [] };
        }
        const digest = resolved.state === "known" ? resolved.digest : undefined;
        const broken = this.policies.inForce.find(({ spec }) => fitsMatch(spec, workload) === "error");
        if (broken !== undefined && broken.mayBeAbsent === undefined) {
            const reason = `The policy ${broken.name} has a label selector that is none, and admission fails for every ${workload.kind}.`;
            return { image, digest: digest ?? null, verdict: Verdict.Refused, reason, policies: [] };
        }
        const judged = await this.judgePolicies(image, digest, workload);
        const { noMatchPolicy } = this.means.config;
        const found = together(judged, noMatchPolicy);
        // A tag that the cluster cannot resolve either is refused, whatever the policies say.
        const verdict = resolved.state === "known" || found === Verdict.Refused ? found : Verdict.Unknown;
        const policies = judged.map((policy) => policy.verdict);
        const reason = reasonOf(verdict, policies, noMatchPolicy, resolved);
        return { image, digest: digest ?? null, verdict, reason, policies };
    }

    private judgePolicies(image: string, digest: string | undefined, workload: Workload): Promise<JudgedPolicy[]> {
        const signed = signedImage(image, digest);
        return Promise.all(
            this.policies.inForce.flatMap((policy) => {
                const fits = fitsMatch(policy.spec, workload);
                const match = fits === "no" ? undefined : matchingGlob(policy, image, digest);
                if (match === undefined) {
                    return [];
                }
                const applies = fits === "yes" ? match.applies : "maybe";
                const key = JSON.stringify([policy.name, match.glob, applies, signed]);
                const judged = this.judged.get(key) ?? judgePolicy(policy, { ...match, applies }, signed, this.means);
                this.judged.set(key, judged);
                return [judged];
            }),
        );
    }

    private resolve(image: string, isEphemeral: boolean): Promise<ResolvedImage> {
        const key = JSON.stringify([image, isEphemeral]);
        const resolved = this.digests.get(key) ?? resolveImage(image, isEphemeral, this.registry);
        this.digests.set(key, resolved);
        return resolved;
    }
}

/** What the cluster will say of one image. For several, keep an {@link Admission}: it asks everything once. */
export function judge(subject: ImageSubject, rules: Rules, tools: Tools): Promise<ImageVerdict> {
    return new Admission(rules, tools).judge(subject);
}

/** Fewer replicas than before are not checked, so that what may no longer run can be taken away (`ValidatePodScalable`). */
function shrinking(workload: Workload, previous: Workload | undefined): string | undefined {
    return SCALABLE.includes(workload.kind) &&
        workload.replicas !== undefined &&
        previous?.replicas !== undefined &&
        workload.replicas < previous.replicas
        ? `Its replicas become fewer (${previous.replicas} to ${workload.replicas}), and then nothing is checked.`
        : undefined;
}

function signedImage(image: string, digest: string | undefined): SignedImage | undefined {
    const reference = parseReference(image);
    return reference === undefined || digest === undefined
        ? undefined
        : { repository: { registry: reference.registry, repository: reference.repository }, digest };
}

function digestIn(image: string | undefined): string | null {
    return (image === undefined ? undefined : parseReference(image)?.digest) ?? null;
}
