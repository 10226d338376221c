import * as path from "node:path";
import type * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { CHART_REPOSITORY, CHART_VERSION } from "../pinned-chart";
import { pullChart } from "./pulled-chart";

/** Where the policy-controller Helm chart comes from. Either `path`, or `repository` with `version`. */
export interface ChartSource {
    /** A chart on disk: a directory or a packaged `.tgz`. Excludes everything else. */
    path?: string;
    /**
     * The Helm repository: an `https://` URL, or `oci://REGISTRY/PATH` of the folder that has the chart.
     *
     * @default "https://sigstore.github.io/helm-charts"
     */
    repository?: string;
    /**
     * The chart's exact version.
     *
     * @default "0.10.6", whose appVersion is 0.13.1
     */
    version?: string;
    /**
     * The user of the repository.
     *
     * @default nobody; for `oci://`, who `helm registry login` or `docker login` says you are
     */
    username?: string;
    /**
     * The password of that user. It must be known at preview: a secret of the stack's configuration is.
     *
     * @default none
     */
    password?: pulumi.Input<string>;
    /**
     * The path of a file with the certificate of the authority by which the repository is trusted, PEM.
     *
     * @default the machine's own
     */
    caFile?: string;
}

/** The name of the chart in every repository. */
const CHART_NAME = "policy-controller";

type ChartPlace = Pick<kubernetes.helm.v4.ChartArgs, "chart" | "version" | "repositoryOpts">;

/**
 * The arguments of a Chart that say where it comes from. Files are this process's; the provider is another one.
 *
 * @param component the name of the PolicyController, for its errors.
 */
export function chartPlace(component: string, source: ChartSource = {}): ChartPlace {
    if (source.path !== undefined) {
        return { chart: path.resolve(source.path) };
    }
    const version = source.version ?? CHART_VERSION;
    const repository = source.repository ?? CHART_REPOSITORY;
    const trust =
        source.caFile === undefined ? {} : { caFile: new pulumi.asset.FileAsset(path.resolve(source.caFile)) };
    const { username, caFile } = source;
    const password = pulumi.secret(source.password ?? "");
    if (repository.startsWith("oci://")) {
        const chart = `${repository.replace(/\/+$/, "")}/${CHART_NAME}`;
        if (username === undefined) {
            return { chart, version, repositoryOpts: trust };
        }
        const pulled = password.apply((known) =>
            pullChart(component, { chart, version, username, password: known, caFile }),
        );
        return { chart: pulumi.unsecret(pulled) };
    }
    const user = username === undefined ? {} : { username, password };
    return { chart: CHART_NAME, version, repositoryOpts: { repo: repository, ...user, ...trust } };
}
