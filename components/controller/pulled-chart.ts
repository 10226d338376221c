import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { descriptorsOf, parseRepository, RegistryClient, type RepositoryName } from "../../core/registry";
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
 * @returns the path of the chart; it is there as long as this process.
 * @throws InputPropertyError with what the registry said.
 */
export async function pullChart({ chart, version, username, password, caFile }: OciChart): Promise<string> {
    const place = chart.slice("oci://".length);
    const repository = parseRepository(place);
    if (repository === undefined) {
        throw refusal(`${chart} is no place in an OCI registry`);
    }
    const client = new RegistryClient({
        credentials: [{ for: repository.registry, username, password }],
        ...(caFile === undefined ? {} : { certificateAuthorities: [await fs.readFile(caFile, "utf8")] }),
    });
    try {
        const file = path.join(temporaryFolder("signed-images-chart-"), `${path.basename(place)}-${version}.tgz`);
        await fs.writeFile(file, await chartIn(client, repository, version));
        return file;
    } catch (problem) {
        throw problem instanceof pulumi.InputPropertyError
            ? problem
            : refusal(`no chart ${version} from ${chart} as ${username}: ${String(problem)}`);
    } finally {
        await client.close();
    }
}

async function chartIn(client: RegistryClient, repository: RepositoryName, version: string): Promise<Buffer> {
    // A tag has no `+`; Helm writes `_` for it (pkg/registry/client.go).
    const { content } = await client.manifest(repository, version.replace("+", "_"));
    const layer = descriptorsOf(content, "layers").find(({ mediaType }) => mediaType === CHART_LAYER);
    if (layer === undefined) {
        throw refusal(`${repository.registry}/${repository.repository}:${version} is no Helm chart`);
    }
    return client.blob(repository, layer);
}

function refusal(reason: string): pulumi.InputPropertyError {
    return new pulumi.InputPropertyError({ propertyPath: "chart", reason });
}
