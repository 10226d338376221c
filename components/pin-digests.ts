import * as pulumi from "@pulumi/pulumi";
import { DigestResolver } from "../core/registry/digest-resolver";
import { podSpecFields } from "../core/admission/workload";
import { containsUnknown, matchesImage } from "../core/policy";
import type { RegistrySettings } from "../core/registry";
import { rejectFindings } from "./findings";
import { knownNow } from "./known-values";
import { isPlainObject } from "./plain-object";
import { type RegistryArgs, validateRegistry } from "./registry";

/** What {@link pinDigests} takes. */
export interface PinDigestsOptions {
    /**
     * Globs, as in policies, of the images that are pinned: `ghcr.io/acme/**`.
     *
     * @default every image
     */
    images?: string[];
    /**
     * Whether a tag that cannot be resolved fails the preview. Otherwise it stays a tag, with a warning.
     *
     * @default true
     */
    failUnresolved?: boolean;
    /**
     * Mirrors, certificate authorities and credentials of registries.
     *
     * @default none: as the names of images and the machine of the program have it
     */
    registry?: RegistryArgs;
}

/**
 * A resource transform that writes digests behind the tags of a stack's pods, so that the program owns what runs.
 *
 * In an enforced namespace policy-controller's mutating webhook does it otherwise, at admission: then what the cluster has is
 * not what the program says, each refresh shows a difference, and a Job, of which nothing may change, fails on the next `up`
 * (sigstore/policy-controller#285, #745, #1388). A digest that is there already it leaves alone.
 *
 * ```ts
 * pulumi.runtime.registerResourceTransform(pinDigests());
 * ```
 *
 * Tags are resolved at each preview and `up`, with the credentials that Docker and podman have on that machine (or `registry`): a tag that
 * has moved is an update in the plan, for a Job a replacement. `nginx:1.27` becomes `nginx:1.27@sha256:…`. Pods, Deployments,
 * ReplicaSets, StatefulSets, DaemonSets, Jobs and CronJobs are looked at, also patches of them and those of components in other languages and of
 * charts (`helm.v4.Chart`); images that are not known before the deployment are pinned in the deployment.
 *
 * @throws Error at preview, for a tag that the registry does not have or does not show
 * @throws InputPropertiesError for settings of registries that would do nothing
 */
export function pinDigests(options: PinDigestsOptions = {}): pulumi.ResourceTransform {
    const resolver = resolverFor(options.registry);
    return async ({ type, props, opts }) => {
        const fields = podSpecFields(...kindOf(type));
        if (fields === undefined) {
            return undefined;
        }
        const pinned = await changedAt(props, fields, (podSpec) => pinPodSpec(podSpec, options, resolver));
        return { props: pinned as pulumi.Inputs, opts };
    };
}

/** `kubernetes:apps/v1:Deployment` as an API version and a kind; of a patch, the kind of which it is a part. */
function kindOf(type: string): [apiVersion: string, kind: string] {
    const [, place = "", kind = ""] = type.startsWith("kubernetes:") ? type.split(":") : [];
    return [place.replace(/^core\//, ""), kind.replace(/Patch$/, "")];
}

/** What digests are asked of; an Output where its settings have one. */
type Resolver = DigestResolver | pulumi.Output<DigestResolver>;

function resolverFor(registry: RegistryArgs = {}): Resolver {
    const known = knownNow(registry);
    // A digest is no secret, whatever it was asked with.
    return containsUnknown(known)
        ? pulumi.unsecret(pulumi.output(registry)).apply(resolverOf)
        : resolverOf(known as RegistrySettings);
}

function resolverOf(settings: RegistrySettings): DigestResolver {
    rejectFindings("pinDigests", "registry", validateRegistry(settings));
    return new DigestResolver(settings);
}

type Change = (value: unknown) => Promise<unknown>;

/** The value with the part at a place changed; an Output on the way is changed when it is known. */
async function changedAt(value: unknown, [field, ...rest]: readonly string[], change: Change): Promise<unknown> {
    if (pulumi.Output.isInstance(value)) {
        return value.apply((known: unknown) => changedAt(known, field === undefined ? [] : [field, ...rest], change));
    }
    if (field === undefined) {
        return change(value);
    }
    return isPlainObject(value) && value[field] !== undefined
        ? { ...value, [field]: await changedAt(value[field], rest, change) }
        : value;
}

const CONTAINERS = ["initContainers", "containers"] as const;

async function pinPodSpec(podSpec: unknown, options: PinDigestsOptions, resolver: Resolver): Promise<unknown> {
    const pin: Change = (image) => pinImage(image, options, resolver);
    const pinContainers: Change = (containers) =>
        Array.isArray(containers)
            ? Promise.all(containers.map((container) => changedAt(container, ["image"], pin)))
            : Promise.resolve(containers);
    let pinned = podSpec;
    for (const field of CONTAINERS) {
        pinned = await changedAt(pinned, [field], pinContainers);
    }
    return pinned;
}

async function pinImage(image: unknown, options: PinDigestsOptions, resolver: Resolver): Promise<unknown> {
    if (typeof image !== "string" || image.includes("@")) {
        return image;
    }
    if (options.images?.every((glob) => matchesImage(glob, image) === false) === true) {
        return image;
    }
    return resolver instanceof DigestResolver
        ? withDigest(image, options, resolver)
        : resolver.apply((known) => withDigest(image, options, known));
}

async function withDigest(
    image: string,
    { failUnresolved = true }: PinDigestsOptions,
    resolver: DigestResolver,
): Promise<string> {
    try {
        return `${image}@${await resolver.digestOf(image)}`;
    } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        const message = `pinDigests: the digest of ${image} is not known: ${reason}`;
        if (failUnresolved) {
            throw new Error(
                `${message}. Push the image before the preview, log in to its registry, or leave it to the cluster with pinDigests({ failUnresolved: false }).`,
                { cause: error },
            );
        }
        void pulumi.log.warn(`${message}; it stays a tag, which the cluster resolves at admission.`);
        return image;
    }
}
