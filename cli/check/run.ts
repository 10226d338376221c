/** From options to a report: what is given is read, then judged. */
import { Admission } from "../../core/admission";
import { connect, readCluster, readSecrets } from "../../core/cluster";
import { RegistryClient } from "../../core/registry";
import { inputName, readText } from "../input";
import { UsageError } from "../errors";
import { certificateAuthoritiesOf } from "../registry-settings";
import { readYamlFile } from "../yaml-file";
import { judgeAll, withPodsTogether } from "../../core/admission/judge-all";
import { sortObjects, withPolicies } from "../../core/admission/objects";
import { objectsOfPreview } from "./preview-file";
import { Progress } from "./progress";
import { summaryOf } from "./report";
import { withoutGenerations } from "./what-if";

import type { ControllerConfig, Rules } from "../../core/admission";
import type { ClusterReader } from "../../core/cluster";
import type { RegistryReader } from "../../core/registry";
import type { Surroundings } from "../command";
import type { Subjects } from "../../core/admission/judge-all";
import type { Objects } from "../../core/admission/objects";
import type { CheckOptions } from "./options";
import type { CheckReport } from "./report";

/** What a test puts in place of the network. */
export interface Connections {
    registry?: RegistryReader;
    cluster?: ClusterReader;
}

/** Does what the options say. @throws CliError, ClusterError */
export async function runCheck(
    options: CheckOptions,
    surroundings: Surroundings,
    connections: Connections = {},
): Promise<CheckReport> {
    const given = await readGiven(options, surroundings.stdin);
    const live = await readLive(options, given.ruling, connections.cluster);
    const now = rulesOf(options, given.ruling, live);
    const subjects: Subjects = {
        images: options.images,
        workloads: [...given.all.workloads, ...(live?.workloads ?? [])],
        namespaces: [...(live?.namespaces ?? []), ...given.all.namespaces],
    };
    requirePolicies(options, now.rules, given.ruling, live, subjects);
    const client =
        connections.registry === undefined ? await connectRegistries(options, surroundings.stdin) : undefined;
    try {
        return await judgeRules(now, subjects, given.all.opaque, connections.registry ?? client, surroundings.stderr);
    } finally {
        await client?.close();
    }
}

/**
 * Without any policy everything would be refused, as in a cluster that has none; but here it is a file that was forgotten.
 *
 * @throws UsageError
 */
function requirePolicies(
    { noMatch }: CheckOptions,
    { policies }: Rules,
    { config }: Objects,
    live: Objects | undefined,
    { images, workloads }: Subjects,
): void {
    const isWanted = noMatch !== undefined || config !== undefined || live !== undefined;
    if (policies.length === 0 && !isWanted && images.length + workloads.length > 0) {
        throw new UsageError(
            "No policy is known: what was given has none. Give --policy FILE, --context NAME for those of a cluster, or --no-match for what becomes of images without any.",
        );
    }
}

/** The rules, and in a what-if those that hold now. */
interface AllRules {
    rules: Rules;
    current?: Rules;
}

async function judgeRules(
    { rules, current }: AllRules,
    subjects: Subjects,
    opaque: string[],
    registry: RegistryReader | undefined,
    stderr: Surroundings["stderr"],
): Promise<CheckReport> {
    if (registry === undefined) {
        throw new TypeError("A registry is needed.");
    }
    const count = new Set(subjects.images).size + subjects.workloads.length;
    const progress = new Progress(current === undefined ? count : 2 * count, stderr);
    try {
        const step = () => {
            progress.step();
        };
        const admission = new Admission(rules, { registry });
        const { images, unchecked } = await judgeAll(subjects, admission, step);
        const before =
            current === undefined ? undefined : await judgeAll(subjects, new Admission(current, { registry }), step);
        const compared = withPodsTogether(
            images.map((image, index) => {
                const now = before?.images[index]?.verdict;
                return now === undefined ? image : { ...image, now };
            }),
        );
        const { absentPolicies } = admission;
        return { images: compared, unchecked, absentPolicies, opaque, summary: summaryOf(compared) };
    } finally {
        progress.stop();
    }
}

/** All that is in the files, and what of it makes rules. */
interface Given {
    /** What is judged. */
    all: Objects;
    /** Where policies come from: all files. */
    ruling: Objects;
}

async function readGiven(options: CheckOptions, stdin: Surroundings["stdin"]): Promise<Given> {
    const documents = (await Promise.all(options.files.map((file) => readYamlFile(file, stdin)))).flat();
    const previewed =
        options.preview === undefined
            ? []
            : objectsOfPreview(await readText(options.preview, stdin), inputName(options.preview));
    const rules = (await Promise.all(options.policyFiles.map((file) => readYamlFile(file, stdin)))).flat();
    const judged = [...documents, ...previewed];
    return { all: sortObjects(judged), ruling: sortObjects([...judged, ...rules]) };
}

async function readLive(
    { context, controllerNamespace }: CheckOptions,
    { policies }: Objects,
    given: ClusterReader | undefined,
): Promise<Objects | undefined> {
    if (context === undefined) {
        return undefined;
    }
    const cluster = given ?? (await connect(context));
    const live = await readCluster(cluster, controllerNamespace);
    return { ...live, secrets: [...live.secrets, ...(await readSecrets(cluster, policies, controllerNamespace))] };
}

function rulesOf(options: CheckOptions, given: Objects, live: Objects | undefined): AllRules {
    const config: ControllerConfig = {
        namespace: options.controllerNamespace,
        ...live?.config,
        ...given.config,
        ...(options.noMatch === undefined ? {} : { noMatchPolicy: options.noMatch }),
        ...(options.engineVersion === undefined ? {} : { version: options.engineVersion }),
    };
    const trustRoots = withPolicies(live?.trustRoots ?? [], given.trustRoots);
    const rules = {
        policies: withoutGenerations(withPolicies(live?.policies ?? [], given.policies), options.withoutGenerations),
        // Without the cluster nobody knows what else is in it.
        ...(live === undefined && trustRoots.length === 0 ? {} : { trustRoots }),
        secrets: [...given.secrets.filter(isIn(options.controllerNamespace)), ...(live?.secrets ?? [])],
        config,
    };
    const isWhatIf = options.withoutGenerations.length > 0 || (live !== undefined && given.policies.length > 0);
    if (!isWhatIf) {
        return { rules };
    }
    const current = live === undefined ? given.policies : live.policies;
    return { rules, current: { ...rules, policies: current } };
}

/** Secrets of a namespace; those that do not say theirs count. */
function isIn(namespace: string): (secret: unknown) => boolean {
    return (secret) => {
        const { metadata } = secret as { metadata?: { namespace?: unknown } };
        return metadata?.namespace === undefined || metadata.namespace === namespace;
    };
}

async function connectRegistries(
    { registryCas, registryMirrors }: CheckOptions,
    stdin: Surroundings["stdin"],
): Promise<RegistryClient> {
    const certificateAuthorities = await certificateAuthoritiesOf(registryCas, stdin);
    return new RegistryClient({ certificateAuthorities, mirrors: registryMirrors });
}
