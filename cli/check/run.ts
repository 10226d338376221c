/** From options to a report: what is given is read, then judged. */
import { newlyEnforced, remaining, withRunning } from "../../core/admission/change";
import { withPodsTogether } from "../../core/admission/checked-image";
import { judgeAll } from "../../core/admission/judge-all";
import { Knowledge } from "../../core/admission/knowledge";
import { areRuling, sortObjects } from "../../core/admission/objects";
import { Verdict } from "../../core/admission/verdict";
import { connect, readCluster, readKeySecrets, readSecrets, readWorkloads } from "../../core/cluster";
import { RegistryClient } from "../../core/registry";
import { inputName, readText } from "../input";
import { UsageError } from "../errors";
import { certificateAuthoritiesOf } from "../registry-settings";
import { readYamlFile } from "../yaml-file";
import { readPreview } from "./preview-file";
import { Progress } from "./progress";
import { summaryOf } from "./report";
import { failedPreview } from "./table";
import { withoutGenerations } from "./what-if";

import type { Change } from "../../core/admission/change";
import type { CheckedImage } from "../../core/admission/checked-image";
import type { Subjects } from "../../core/admission/judge-all";
import type { Objects } from "../../core/admission/objects";
import type { ClusterReader, KeySecrets } from "../../core/cluster";
import type { RegistryReader } from "../../core/registry";
import type { Surroundings } from "../command";
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
    const progress = new Progress(surroundings.stderr);
    try {
        return await readAndJudge(options, surroundings.stdin, connections, progress);
    } finally {
        progress.stop();
    }
}

async function readAndJudge(
    options: CheckOptions,
    stdin: Surroundings["stdin"],
    connections: Connections,
    progress: Progress,
): Promise<CheckReport> {
    const given = await readGiven(options, stdin);
    if (options.context !== undefined) {
        progress.reading("the cluster");
    }
    const live = await readLive(options, given, connections.cluster);
    const change = changeOf(options, given, live);
    const subjects = await subjectsOf(options, given, live, change);
    requirePolicies(options, change.after, given, subjects);
    if (connections.registry !== undefined) {
        return judge(subjects, change, given, connections.registry, progress);
    }
    const client = await connectRegistries(options, stdin);
    try {
        return await judge(subjects, change, given, client, progress);
    } finally {
        await client.close();
    }
}

/** What is in files. */
interface Given {
    /** In this order: what a later one says of an object holds. */
    sources: Objects[];
    /** What failed in the preview. */
    previewFailures: string[];
}

async function readGiven(options: CheckOptions, stdin: Surroundings["stdin"]): Promise<Given> {
    const read = async (files: readonly string[]) =>
        sortObjects((await Promise.all(files.map((file) => readYamlFile(file, stdin)))).flat());
    const files = await read(options.files);
    const previewed =
        options.preview === undefined
            ? { objects: [], failures: [] }
            : readPreview(await readText(options.preview, stdin), inputName(options.preview));
    // Objects beside the policies are not asked for.
    const policies = { ...(await read(options.policyFiles)), workloads: [], opaque: [] };
    return { sources: [policies, files, sortObjects(previewed.objects)], previewFailures: previewed.failures };
}

/** What a cluster says. */
interface Live {
    reader: ClusterReader;
    objects: Objects;
    /** Only where they are asked for. */
    keySecrets?: KeySecrets;
}

async function readLive(
    { context, controllerNamespace, withoutGenerations: generations }: CheckOptions,
    { sources }: Given,
    connected: ClusterReader | undefined,
): Promise<Live | undefined> {
    if (context === undefined) {
        return undefined;
    }
    const reader = connected ?? (await connect(context));
    const objects = await readCluster(reader, controllerNamespace);
    const policies = sources.flatMap((source) => source.policies);
    const secrets = [...objects.secrets, ...(await readSecrets(reader, policies, controllerNamespace))];
    const keySecrets = generations.length > 0 ? await readKeySecrets(reader) : undefined;
    return { reader, objects: { ...objects, secrets }, keySecrets };
}

/** What will be in force; and what is now, by the cluster alone, where something is given that may change it. */
function changeOf(options: CheckOptions, { sources: given }: Given, live: Live | undefined): Change {
    const { context, controllerNamespace, withoutGenerations: generations, noMatch, engineVersion } = options;
    const sources = [...(live === undefined ? [] : [{ ...live.objects, keySecrets: live.keySecrets }]), ...given];
    const settings = { context, controllerNamespace };
    const after = new Knowledge(withoutGenerations(sources, generations), {
        ...settings,
        noMatchPolicy: noMatch,
        engineVersion,
    });
    const isWhatIf =
        generations.length > 0 || noMatch !== undefined || engineVersion !== undefined || given.some(areRuling);
    return live !== undefined && isWhatIf ? { before: new Knowledge([live.objects], settings), after } : { after };
}

/** What is given, and what runs in the cluster beside it. */
async function subjectsOf(
    { images }: CheckOptions,
    { sources: given }: Given,
    live: Live | undefined,
    { before, after }: Change,
): Promise<Subjects> {
    const workloads = given.flatMap((objects) => objects.workloads);
    if (live === undefined) {
        return { images, workloads };
    }
    const named = given.flatMap(({ namespaces }) => namespaces.map(({ name }) => name));
    const enforced = before === undefined ? [] : newlyEnforced(named, { before, after });
    const running = [...live.objects.workloads, ...(await readWorkloads(live.reader, enforced))];
    return { images, workloads: [...withRunning(workloads, running), ...remaining(running, workloads)] };
}

/**
 * Without any policy everything would be refused, as in a cluster that has none; but here it is a file that was forgotten.
 *
 * @throws UsageError
 */
function requirePolicies(
    { noMatch }: CheckOptions,
    { hasPolicies }: Knowledge,
    { sources, previewFailures }: Given,
    { images, workloads }: Subjects,
): void {
    const isWanted = noMatch !== undefined || sources.some(({ config }) => config !== undefined);
    if (!hasPolicies && !isWanted && images.length + workloads.length > 0) {
        const failure = previewFailures.length > 0 ? ` ${failedPreview(previewFailures)}` : "";
        throw new UsageError(
            `No policy is known: what was given has none. Give --policy FILE, --context NAME for those of a cluster, or --no-match for what becomes of images without any.${failure}`,
        );
    }
}

async function judge(
    subjects: Subjects,
    change: Change,
    { sources, previewFailures }: Given,
    registry: RegistryReader,
    progress: Progress,
): Promise<CheckReport> {
    progress.count(new Set(subjects.images).size + subjects.workloads.length);
    const { images, exempt, unchecked } = await judgeAll(subjects, change, registry, () => {
        progress.step();
    });
    const together = withPodsTogether(images);
    return {
        images: together,
        exempt: withPodsTogether(exempt),
        unchecked,
        absentPolicies: change.after.admission(registry).absentPolicies,
        presumedNamespaces: presumedNamespaces(together, change.after),
        opaque: sources.flatMap(({ opaque }) => opaque),
        previewFailures,
        summary: summaryOf(together),
    };
}

/** Where what is said against an image holds only if its namespace is enforced, which nobody says. */
function presumedNamespaces(images: readonly CheckedImage[], after: Knowledge): string[] {
    const names = images.flatMap(({ verdict, workload }) =>
        workload !== null && (verdict === Verdict.Refused || verdict === Verdict.Unknown) ? [workload.namespace] : [],
    );
    return [...new Set(names)].filter((name) => after.namespace(name).labels === undefined);
}

async function connectRegistries(
    { registryCas, registryMirrors }: CheckOptions,
    stdin: Surroundings["stdin"],
): Promise<RegistryClient> {
    const certificateAuthorities = await certificateAuthoritiesOf(registryCas, stdin);
    return new RegistryClient({ certificateAuthorities, mirrors: registryMirrors });
}
