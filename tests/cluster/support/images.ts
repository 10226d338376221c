import { createHash } from "node:crypto";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

interface Descriptor {
    mediaType: string;
    digest: string;
    size: number;
    annotations?: Record<string, string>;
}

/**
 * Pushes an image without layers to a registry that speaks plain HTTP.
 *
 * @param reference `localhost:PORT/repository:tag`
 * @returns its digest
 */
export async function pushImage(reference: string): Promise<string> {
    // What is in the configuration makes the digest: each image has its own.
    return pushManifest(reference, { reference }, "application/vnd.oci.image.config.v1+json", []);
}

async function pushManifest(
    reference: string,
    configuration: object,
    configurationType: string,
    layers: readonly Descriptor[],
): Promise<string> {
    const { registry, repository, tag } = partsOf(reference);
    const config = await pushBlob(`${registry}/${repository}`, JSON.stringify(configuration), configurationType);
    const manifest = JSON.stringify({ schemaVersion: 2, mediaType: MANIFEST_TYPE, config, layers });
    await send(`http://${registry}/v2/${repository}/manifests/${tag}`, "PUT", manifest, MANIFEST_TYPE);
    return digestOf(manifest);
}

async function pushBlob(name: string, content: string, mediaType: string): Promise<Descriptor> {
    const { registry, repository } = partsOf(`${name}:latest`);
    const digest = digestOf(content);
    await send(
        `http://${registry}/v2/${repository}/blobs/uploads/?digest=${digest}`,
        "POST",
        content,
        "application/octet-stream",
    );
    return { mediaType, digest, size: Buffer.byteLength(content) };
}

function partsOf(reference: string): { registry: string; repository: string; tag: string } {
    const { registry, repository, tag } =
        /^(?<registry>[^/]+)\/(?<repository>[^:]+):(?<tag>[^:]+)$/.exec(reference)?.groups ?? {};
    if (registry === undefined || repository === undefined || tag === undefined) {
        throw new Error(`${reference} is not registry/repository:tag.`);
    }
    return { registry, repository, tag };
}

async function send(url: string, method: string, body: string, type: string): Promise<void> {
    const response = await fetch(url, { method, body, headers: { "Content-Type": type } });
    if (!response.ok) {
        throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
    }
}

function digestOf(content: string): string {
    return `sha256:${createHash("sha256").update(content).digest("hex")}`;
}
