import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

import { CHART_REPOSITORY, CHART_VERSION } from "../components/pinned-chart";
import { assembleChart } from "./assembly";
import { checkPolicyControllerChart } from "./chart-file";
import { SandboxError } from "./errors";
import { findManifests } from "./manifests";

/** A chart that lies on this machine. */
export interface ChartOnDisk {
    kind: "given" | "shared" | "assembled";
    /** Where it comes from, for people. */
    description: string;
    /** A folder or a packaged `.tgz`; absolute. */
    path: string;
}

/** A chart that a Helm repository serves. */
export interface ChartInRepository {
    kind: "repository";
    /** Where it comes from, for people. */
    description: string;
    chart: string;
    version: string;
    repository: string;
}

export type Chart = ChartOnDisk | ChartInRepository;

export interface LocateChartOptions {
    /**
     * A chart of the user's own.
     * @default one of the other three is looked for
     */
    given?: string;
    /**
     * A folder that may hold the pinned chart.
     * @default ../shared/charts beside the project
     */
    sharedDirectory?: string;
    /** Where a chart may be written. */
    directory: string;
    /**
     * Whether upstream's repository may be asked.
     * @default true
     */
    allowNetwork?: boolean;
    /**
     * The only kind that will do.
     * @default any
     */
    only?: Chart["kind"];
    signal?: AbortSignal;
}

const CHART_NAME = "policy-controller";

const PROJECT_FOLDER = resolve(__dirname, "..");
const PROBE_TIMEOUT_MS = 3000;

/**
 * Finds policy-controller's chart: the one given, else the pinned one on disk, else upstream's repository where it can
 * be reached, else one assembled from the manifests in policy-controller's own Go module.
 *
 * @throws SandboxError `chart-missing`, `chart-invalid`, `manifests-missing`
 */
export async function locateChart(options: LocateChartOptions): Promise<Chart> {
    const wants = (kind: Chart["kind"]) => options.only === undefined || options.only === kind;
    const chart =
        (wants("given") ? givenChart(options.given) : undefined) ??
        (wants("shared") ? sharedChart(options.sharedDirectory) : undefined) ??
        (wants("repository") ? await repositoryChart(options) : undefined) ??
        (wants("assembled") ? await assembledChart(options) : undefined);
    if (chart === undefined) {
        throw new SandboxError("chart-missing", `There is no chart of the kind "${options.only ?? "any"}" here.`);
    }
    return chart;
}

function givenChart(given: string | undefined): Chart | undefined {
    if (given === undefined) {
        return undefined;
    }
    const path = resolve(given);
    const { version } = checkPolicyControllerChart(path);
    return { kind: "given", description: `policy-controller ${version} from ${path}`, path };
}

function sharedChart(sharedDirectory = join(PROJECT_FOLDER, "..", "shared", "charts")): Chart | undefined {
    const path = resolve(sharedDirectory, `${CHART_NAME}-${CHART_VERSION}.tgz`);
    if (!existsSync(path)) {
        return undefined;
    }
    const { version } = checkPolicyControllerChart(path);
    return { kind: "shared", description: `policy-controller ${version} from ${path}`, path };
}

async function repositoryChart({ allowNetwork = true, signal }: LocateChartOptions): Promise<Chart | undefined> {
    if (!allowNetwork || !(await isReachable(`${CHART_REPOSITORY}/index.yaml`, signal))) {
        return undefined;
    }
    return {
        kind: "repository",
        description: `policy-controller ${CHART_VERSION} from ${CHART_REPOSITORY}`,
        chart: CHART_NAME,
        version: CHART_VERSION,
        repository: CHART_REPOSITORY,
    };
}

async function isReachable(url: string, signal: AbortSignal | undefined): Promise<boolean> {
    const timeout = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    try {
        const response = await fetch(url, {
            method: "HEAD",
            signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        });
        return response.ok;
    } catch {
        return false;
    }
}

async function assembledChart({ directory, signal }: LocateChartOptions): Promise<Chart> {
    const manifests = await findManifests(join(PROJECT_FOLDER, "tools", "policy-controller-0.13.1"), signal);
    const path = resolve(directory, "policy-controller-chart");
    assembleChart(manifests, path);
    return {
        kind: "assembled",
        description: `policy-controller ${manifests.version}, assembled from the manifests in its own Go module`,
        path,
    };
}
