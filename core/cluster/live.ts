/** What a live cluster enforces, and what runs in its enforced namespaces. */
import { exemption, INCLUDE_LABEL } from "../admission";
import { WORKLOAD_WEBHOOK } from "../admission/names";
import { sortObjects } from "../admission/objects";
import { fromJson } from "../json";
import { API_VERSION, defaultAuthorityName } from "../policy/manifest";
import { printable } from "../policy/printable";
import { isRecord, nameOf } from "../policy/shape";
import { ClusterError } from "./errors";

import type { ControllerConfig } from "../admission";
import type { Objects, SourceObject } from "../admission/objects";
import type { ClusterReader } from "./reader";

/** The kinds whose pods come back, and the pods themselves. */
const RUNNING = [
    ["v1", "Pod"],
    ["apps/v1", "Deployment"],
    ["apps/v1", "StatefulSet"],
    ["apps/v1", "DaemonSet"],
    ["batch/v1", "CronJob"],
] as const;

/** Reads what is enforced, and what runs where it is enforced. @throws ClusterError */
export async function readCluster(cluster: ClusterReader, controllerNamespace: string): Promise<Objects> {
    const [policies, trustRoots, namespaces, configMap] = await Promise.all([
        readPolicies(cluster, controllerNamespace),
        cluster.list(API_VERSION, "TrustRoot"),
        cluster.list("v1", "Namespace"),
        cluster.read("v1", "ConfigMap", "config-policy-controller", controllerNamespace),
    ]);
    const sorted = sortObjects([...namespaces, configMap].map((value) => ({ value })));
    const enforced = sorted.namespaces.filter(
        (namespace) => namespace.labels?.[INCLUDE_LABEL] === "true" && exemption(namespace) === undefined,
    );
    const workloads = await readWorkloads(
        cluster,
        enforced.map(({ name }) => name),
    );
    const secrets = await readSecrets(cluster, policies, controllerNamespace);
    return {
        ...sorted,
        policies,
        trustRoots,
        secrets,
        config: { ...sorted.config, ...(await readController(cluster, controllerNamespace)) },
        workloads,
    };
}

/** What runs in these namespaces. @throws ClusterError */
export async function readWorkloads(cluster: ClusterReader, namespaces: readonly string[]): Promise<SourceObject[]> {
    const running = await Promise.all(
        namespaces.flatMap((name) => RUNNING.map(([apiVersion, kind]) => cluster.list(apiVersion, kind, name))),
    );
    return running
        .flat()
        .filter((object) => !isOver(object))
        .map((value) => ({ value }));
}

/**
 * The policies as the controller enforces them: the ConfigMap that its webhook reads has every public key written out, those
 * of Secrets and of key management services too. Where it cannot be read, the policies themselves.
 */
async function readPolicies(cluster: ClusterReader, controllerNamespace: string): Promise<unknown[]> {
    const live = await cluster.read("v1", "ConfigMap", "config-image-policies", controllerNamespace);
    if (!isRecord(live)) {
        return cluster.list(API_VERSION, "ClusterImagePolicy");
    }
    return Object.entries(isRecord(live.data) ? live.data : {})
        .filter(([name]) => name !== "_example")
        .map(([name, entry]) => ({
            apiVersion: API_VERSION,
            kind: "ClusterImagePolicy",
            metadata: { name },
            spec: specOfEntry(readEntry(name, entry)),
        }));
}

/** @throws ClusterError for an entry that the controller cannot read either; then it keeps the rules that it has (`NewImagePoliciesConfigFromMap`) */
function readEntry(name: string, entry: unknown): Entry {
    const value = fromJson(String(entry));
    const { authorities, policy } = isRecord(value) ? value : {};
    const isPolicy =
        areRecords(authorities) &&
        (authorities ?? []).every(({ attestations }) => areRecords(attestations)) &&
        areRecords([policy ?? {}]);
    if (!isRecord(value) || !isPolicy) {
        throw new ClusterError(
            "configuration-malformed",
            `The entry ${printable(name)} of the ConfigMap config-image-policies is no policy in JSON. The controller cannot read it either, and enforces what it read before. Change the ClusterImagePolicy of that name, so that the controller writes the entry anew.`,
        );
    }
    return value;
}

function areRecords(list: unknown): list is Record<string, unknown>[] | null | undefined {
    return (list ?? undefined) === undefined || (Array.isArray(list) && list.every(isRecord));
}

/** An entry of that ConfigMap, as far as it differs from a policy (`ClusterImagePolicy` in pkg/webhook/clusterimagepolicy). */
interface Entry {
    images?: unknown;
    authorities?: ({ attestations?: EntryProgram[] | null } & Record<string, unknown>)[] | null;
    mode?: unknown;
    match?: unknown;
    policy?: EntryProgram | null;
}

/** A program, with the attestation's own fields beside it. */
interface EntryProgram extends Record<string, unknown> {
    name?: string;
    predicateType?: string;
    type?: string;
}

function specOfEntry({ images, authorities, mode, match, policy }: Entry): Record<string, unknown> {
    return {
        images,
        authorities: (authorities ?? []).map(({ attestations, ...authority }) => ({
            ...authority,
            ...(Array.isArray(attestations) ? { attestations: attestations.map(attestationOfEntry) } : {}),
        })),
        mode,
        match,
        policy: isRecord(policy) ? programOfEntry(policy) : undefined,
    };
}

function attestationOfEntry({ name, predicateType, ...program }: EntryProgram): Record<string, unknown> {
    const { type } = program;
    return { name, predicateType, ...(type === undefined || type === "" ? {} : { policy: programOfEntry(program) }) };
}

/** A program without the names that its entry has empty. */
function programOfEntry(entry: EntryProgram): Record<string, unknown> {
    return Object.fromEntries(Object.entries(entry).filter(([name]) => name !== "name" && name !== "predicateType"));
}

/** Names of Secrets, by policy and authority. */
export type KeySecrets = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** The Secrets that keys come from, of which the ConfigMap with the keys written out says nothing. @throws ClusterError */
export async function readKeySecrets(cluster: ClusterReader): Promise<KeySecrets> {
    const policies = await cluster.list(API_VERSION, "ClusterImagePolicy");
    return new Map(policies.map((policy) => [nameOf(policy) ?? "", keySecretsIn(policy)]));
}

function keySecretsIn(policy: unknown): Map<string, string> {
    const spec = isRecord(policy) && isRecord(policy.spec) ? policy.spec : {};
    const authorities: unknown[] = Array.isArray(spec.authorities) ? spec.authorities : [];
    return new Map(
        authorities.flatMap((authority, index) => {
            const { name, key } = isRecord(authority) ? authority : {};
            const secret = isRecord(key) ? nameOf({ metadata: key.secretRef }) : undefined;
            const called = typeof name === "string" && name !== "" ? name : defaultAuthorityName(index);
            return secret === undefined ? [] : [[called, secret] as const];
        }),
    );
}

/** The Secrets that policies name, each by its name: nobody needs the right to list them. */
export async function readSecrets(
    cluster: ClusterReader,
    policies: readonly unknown[],
    controllerNamespace: string,
): Promise<unknown[]> {
    const names = new Set<string>();
    JSON.stringify(policies, (key, value: unknown) => {
        if (key === "secretRef" && isRecord(value) && typeof value.name === "string") {
            names.add(value.name);
        }
        return value;
    });
    const secrets = await Promise.all(
        [...names].map((name) => cluster.read("v1", "Secret", name, controllerNamespace)),
    );
    return secrets.filter((secret) => secret !== undefined);
}

/** What the chart and the images are called. */
const NAME = "policy-controller";

/** Which policy-controller answers, and what its webhooks pass over. */
async function readController(cluster: ClusterReader, namespace: string): Promise<ControllerConfig> {
    const [deployments, webhook] = await Promise.all([
        cluster.list("apps/v1", "Deployment", namespace),
        cluster.read("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", WORKLOAD_WEBHOOK),
    ]);
    const webhooks = isRecord(webhook) && Array.isArray(webhook.webhooks) ? (webhook.webhooks as unknown[]) : [];
    return {
        namespace,
        version: deployments.some((deployment) => isNewer(versionOf(deployment))) ? "0.15.1" : "0.13.1",
        skipsControlled: webhooks.some((entry) => isRecord(entry) && saysOwners(entry.matchConditions)),
    };
}

/**
 * The version of a Deployment's policy-controller: that of the image, as far as a tag says it; the chart's label says which version the
 * chart was made for, whatever image it was given.
 */
function versionOf(deployment: unknown): unknown {
    const { metadata, spec } = isRecord(deployment) ? deployment : {};
    const labels = isRecord(metadata) && isRecord(metadata.labels) ? metadata.labels : {};
    const template = isRecord(spec) && isRecord(spec.template) ? spec.template.spec : undefined;
    const containers: unknown[] = isRecord(template) && Array.isArray(template.containers) ? template.containers : [];
    const tags = containers.flatMap((container) => {
        const image = isRecord(container) && typeof container.image === "string" ? container.image : "";
        return /(?:^|\/)policy-controller:v?(\d[^@]*)/.exec(image)?.[1] ?? [];
    });
    return tags[0] ?? (labels["app.kubernetes.io/name"] === NAME ? labels["app.kubernetes.io/version"] : undefined);
}

/** Whether conditions of a webhook are about what controls an object. */
function saysOwners(matchConditions: unknown): boolean {
    return JSON.stringify(matchConditions ?? []).includes("ownerReferences");
}

/** cosign 3 came into policy-controller with 0.14; of what is known here, 0.15.1 stands for it. */
function isNewer(version: unknown): boolean {
    const minor = typeof version === "string" ? /^v?0\.(\d+)/.exec(version)?.[1] : undefined;
    return minor !== undefined && Number(minor) >= 14;
}

/** Pods that have ended do not come back. */
function isOver(object: unknown): boolean {
    const { kind, status } = isRecord(object) ? object : {};
    return kind === "Pod" && isRecord(status) && (status.phase === "Succeeded" || status.phase === "Failed");
}
