import * as fs from "node:fs/promises";
import * as path from "node:path";
import { error, type Finding } from "../../core/policy";
import { descriptorsOf, parseRepository, RegistryClient, type RepositoryName } from "../../core/registry";
import { rejectFindings } from "../findings";
import { temporaryFolder } from "../temporary-folder";

/** The layer of a chart's manifest that is the chart (helm.sh/helm, pkg/registry/constants.go). */
const CHART_LAYER = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

/** A chart in an OCI registry, and who asks for it. */
export interface OciChart {
    /** `oci://REGISTRY/PATH/NAME`. */
    chart: string;
    version: string;
    username: string;
    password: string;
    /** The path of a file, PEM. */
    caFile?: string;
}

/**
 * Gets a chart from an OCI registry, because the provider asks there as nobody but who is logged in on the machine: it hands user and
 * password to HTTP repositories only (pulumi-kubernetes, provider/pkg/helm/tool.go).
 *
 * @param component the name of the PolicyController, for its errors.
 * @returns the path of the chart; it is there as long as this process.
 * @throws InputPropertiesError with what the registry said.
 */
export async function pullChart(component: string, source: OciChart): Promise<string> {
    const { chart, version, username, password, caFile } = source;
    const place = chart.slice("oci://".length);
    try {
        const repository = parseRepository(place);
        if (repository === undefined) {
            throw new Error("this is no place in a registry");
        }
        const client = new RegistryClient({
            credentials: [{ for: repository.registry, username, password }],
            ...(caFile === undefined ? {} : { certificateAuthorities: [await fs.readFile(caFile, "utf8")] }),
        });
        try {
            const file = path.join(temporaryFolder("signed-images-chart-"), `${path.basename(place)}-${version}.tgz`);
            await fs.writeFile(file, await chartIn(client, repository, version));
            return file;
        } finally {
            await client.close();
        }
    } catch (problem) {
        rejectFindings("PolicyController", component, [notPulled(source, problem)]);
        throw problem;
    }
}

async function chartIn(client: RegistryClient, repository: RepositoryName, version: string): Promise<Buffer> {
    // A tag has no `+`; Helm writes `_` for it (pkg/registry/client.go).
    const { content } = await client.manifest(repository, version.replace("+", "_"));
    const layer = descriptorsOf(content, "layers").find(({ mediaType }) => mediaType === CHART_LAYER);
    if (layer === undefined) {
        throw new Error("what is there is no Helm chart");
    }
    return client.blob(repository, layer);
}

function notPulled({ chart, version, username }: OciChart, problem: unknown): Finding {
    const reason = problem instanceof Error ? problem.message : String(problem);
    return error("chart-not-pulled", ["chart"], {
        found: `${chart}, version ${version}, asked for as ${username}`,
        cluster: `Nothing would be installed: ${reason}.`,
        instead: "Write a repository, a version and a user with whom `helm pull` gets the chart.",
    });
}
