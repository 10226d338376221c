import { Launcher } from "./launcher";
import { waitFor } from "./waiting";

const READY_TIMEOUT_MS = 30_000;

/**
 * An OCI registry in memory, on a loopback port of the operating system's choice.
 *
 * @returns `localhost:PORT`, which every client takes as plain HTTP.
 */
export async function startRegistry(binary: string, launcher: Launcher, signal?: AbortSignal): Promise<string> {
    const process = await launcher.start({ name: "registry", binary, args: ["-port", "0"] });
    const port = await waitFor("The registry", () => /serving on port (\d+)/.exec(process.lastWords(100))?.[1], {
        timeoutMs: READY_TIMEOUT_MS,
        everyMs: 20,
        processes: [process],
        signal,
    });
    return `localhost:${port}`;
}

/** The digest that a registry has for a tag; undefined when it has none, and for a reference that needs no asking. */
export async function resolveDigest(registry: string, image: string): Promise<string | undefined> {
    const reference = parseReference(registry, image);
    if (reference === undefined) {
        return undefined;
    }
    const response = await fetch(`http://${registry}/v2/${reference.repository}/manifests/${reference.tag}`, {
        method: "HEAD",
        headers: { Accept: MANIFEST_TYPES.join(", ") },
        signal: AbortSignal.timeout(2000),
    });
    return response.ok ? (response.headers.get("docker-content-digest") ?? undefined) : undefined;
}

const MANIFEST_TYPES = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

function parseReference(registry: string, image: string): { repository: string; tag: string } | undefined {
    if (!image.startsWith(`${registry}/`) || image.includes("@")) {
        return undefined;
    }
    const [repository = "", tag = "latest"] = image.slice(registry.length + 1).split(":");
    return { repository, tag };
}
