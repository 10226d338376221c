import { mkdirSync } from "node:fs";
import { join } from "node:path";

import { Api, ApiError } from "./api";
import { writePrivateFile } from "./credentials";
import { ConfigMap, Container, EnvVar, KeyToPath, Pod, Secret, Volume } from "./objects";

/** A container cannot be made as its pod wants it, as things are now. */
export class ContainerConfigError extends Error {
    override readonly name = "ContainerConfigError";
}

/** A container as a process of this machine. */
export interface ContainerProcess {
    args: string[];
    env: Record<string, string>;
}

/**
 * Resolves a container's environment and arguments, and lays out its volumes as folders.
 *
 * A process has no mounts of its own, so the folders stand somewhere else than the pod says, and every path in the
 * environment and in the arguments that leads into a mount is rewritten to lead there.
 *
 * @throws ContainerConfigError for a Secret, ConfigMap or key that is not there, as a kubelet would report it.
 */
export async function prepareContainer(
    pod: Pod,
    container: Container,
    addresses: { podIP: string; hostIP: string },
    folder: string,
    api: Pick<Api, "get">,
): Promise<ContainerProcess> {
    const sources = new Sources(pod.metadata.namespace ?? "default", api);
    const mounts = await layOutMounts(pod, container, folder, sources);
    const env: Record<string, string> = {};
    for (const from of container.envFrom ?? []) {
        const { configMapRef, secretRef, prefix = "" } = from;
        const data = {
            ...(configMapRef && (await sources.configMap(configMapRef.name, configMapRef.optional))),
            ...(secretRef && (await sources.secret(secretRef.name, secretRef.optional))),
        };
        for (const [key, value] of Object.entries(data)) {
            env[prefix + key] = value.toString("utf8");
        }
    }
    for (const variable of container.env ?? []) {
        const value = await resolveVariable(variable, pod, addresses, sources);
        if (value !== undefined) {
            env[variable.name] = expand(value, env);
        }
    }
    const rewrite = (text: string) => mounts.reduce((result, mount) => mount.rewrite(result), text);
    return {
        args: (container.args ?? []).map((arg) => rewrite(expand(arg, env))),
        env: Object.fromEntries(Object.entries(env).map(([name, value]) => [name, rewrite(value)])),
    };
}

async function resolveVariable(
    { name, value, valueFrom }: EnvVar,
    pod: Pod,
    addresses: { podIP: string; hostIP: string },
    sources: Sources,
): Promise<string | undefined> {
    if (valueFrom === undefined) {
        return value ?? "";
    }
    const { fieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
    if (fieldRef !== undefined) {
        return resolveField(fieldRef.fieldPath, pod, addresses);
    }
    const reference = configMapKeyRef ?? secretKeyRef;
    if (reference === undefined) {
        throw new ContainerConfigError(`the sandbox cannot tell the value of the environment variable ${name}`);
    }
    const data =
        configMapKeyRef === undefined
            ? await sources.secret(reference.name, reference.optional)
            : await sources.configMap(reference.name, reference.optional);
    const content = data[reference.key];
    if (content === undefined && reference.optional !== true) {
        throw new ContainerConfigError(`couldn't find key ${reference.key} in ${reference.name}`);
    }
    return content?.toString("utf8");
}

function resolveField(path: string, pod: Pod, addresses: { podIP: string; hostIP: string }): string {
    const { metadata, spec } = pod;
    const [, kind, key] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? [];
    if (key !== undefined) {
        return (kind === "labels" ? metadata.labels : metadata.annotations)?.[key] ?? "";
    }
    const fields: Record<string, string | undefined> = {
        "metadata.name": metadata.name,
        "metadata.namespace": metadata.namespace,
        "metadata.uid": metadata.uid,
        "spec.nodeName": spec.nodeName,
        "spec.serviceAccountName": spec.serviceAccountName,
        "status.podIP": addresses.podIP,
        "status.podIPs": addresses.podIP,
        "status.hostIP": addresses.hostIP,
        "status.hostIPs": addresses.hostIP,
    };
    const value = fields[path];
    if (value === undefined) {
        throw new ContainerConfigError(`unsupported fieldPath: ${path}`);
    }
    return value;
}

/* `$(NAME)` becomes the variable's value, `$$(NAME)` becomes `$(NAME)`, and what is not known stays as it is. */
function expand(text: string, env: Record<string, string>): string {
    return text.replace(/\$(\$?)\(([^)]*)\)/g, (whole, escaped: string, name: string) =>
        escaped === "" ? (env[name] ?? whole) : `$(${name})`,
    );
}

class Mount {
    private readonly pattern: RegExp;

    constructor(
        mountPath: string,
        private readonly folder: string,
    ) {
        const path = mountPath.replace(/\/+$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
        this.pattern = new RegExp(`(^|[=:,\\s])${path}(?=$|[/:,\\s])`, "g");
    }

    rewrite(text: string): string {
        return text.replace(this.pattern, (_, before: string) => before + this.folder);
    }
}

async function layOutMounts(pod: Pod, container: Container, folder: string, sources: Sources): Promise<Mount[]> {
    const mounts = [...(container.volumeMounts ?? [])].sort((a, b) => b.mountPath.length - a.mountPath.length);
    const laidOut: Mount[] = [];
    for (const { name, mountPath, subPath } of mounts) {
        const volumeFolder = join(folder, name);
        await layOutVolume(
            pod.spec.volumes?.find((volume) => volume.name === name),
            volumeFolder,
            sources,
        );
        laidOut.push(new Mount(mountPath, subPath === undefined ? volumeFolder : join(volumeFolder, subPath)));
    }
    return laidOut;
}

/* What is neither a ConfigMap nor a Secret becomes an empty folder. */
async function layOutVolume(volume: Volume | undefined, folder: string, sources: Sources): Promise<void> {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const parts = [volume ?? {}, ...(volume?.projected?.sources ?? [])];
    for (const { configMap, secret } of parts) {
        if (configMap !== undefined) {
            writeEntries(folder, await sources.configMap(configMap.name, configMap.optional), configMap.items);
        }
        if (secret !== undefined) {
            const name = "secretName" in secret ? secret.secretName : secret.name;
            writeEntries(folder, await sources.secret(name, secret.optional), secret.items);
        }
    }
}

function writeEntries(folder: string, data: Record<string, Buffer>, items: KeyToPath[] | undefined): void {
    for (const { key, path } of items ?? Object.keys(data).map((key) => ({ key, path: key }))) {
        const content = data[key];
        if (content !== undefined) {
            const file = join(folder, path);
            mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 });
            writePrivateFile(file, content);
        }
    }
}

/** The ConfigMaps and Secrets of a namespace. */
class Sources {
    constructor(
        private readonly namespace: string,
        private readonly api: Pick<Api, "get">,
    ) {}

    async configMap(name: string, optional = false): Promise<Record<string, Buffer>> {
        const found = await this.read<ConfigMap>("configmaps", name, optional);
        return { ...decode(found?.data, "utf8"), ...decode(found?.binaryData, "base64") };
    }

    async secret(name: string, optional = false): Promise<Record<string, Buffer>> {
        return decode((await this.read<Secret>("secrets", name, optional))?.data, "base64");
    }

    private async read<T>(resource: string, name: string, optional: boolean): Promise<T | undefined> {
        try {
            return await this.api.get<T>(`/api/v1/namespaces/${this.namespace}/${resource}/${name}`);
        } catch (error) {
            if (!(error instanceof ApiError) || error.status !== 404) {
                throw error;
            }
            if (optional) {
                return undefined;
            }
            throw new ContainerConfigError(`${resource.slice(0, -1)} "${name}" not found`);
        }
    }
}

function decode(data: Record<string, string> | undefined, encoding: BufferEncoding): Record<string, Buffer> {
    return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, encoding)]));
}
