import { readFileSync } from "node:fs";
import { join } from "node:path";

import { systemCode } from "../../system-error";
import { asObject, parseObject, textOf } from "../json";

import { normalizedKey } from "./keys";

import type { JsonObject } from "../json";
import type { Credential } from "../options";

const MAX_FILE_BYTES = 4 * 1024 * 1024;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A file as `docker login` and `podman login` write it. */
export interface DockerConfig {
    /** Where it is, for messages. */
    source: string;
    /** By the normalized name of a registry or a part of it. */
    auths: ReadonlyMap<string, Credential>;
    /** Names of helpers by registry. */
    helpers: ReadonlyMap<string, string>;
    /** The name of the helper for all others. */
    store?: string;
}

/** A file is there, and cannot be used. The message names it and quotes nothing of it. */
export class CredentialSourceError extends Error {
    public override readonly name = "CredentialSourceError";
}

/**
 * The files in the order of asking: `DOCKER_AUTH_CONFIG` (the variable itself), Docker's own, podman's, as in go-containerregistry (authn/keychain.go),
 * which takes podman's only where there is none of Docker's.
 *
 * @throws CredentialSourceError
 */
export function readDockerConfigs(environment: Environment): DockerConfig[] {
    const inline = environment.DOCKER_AUTH_CONFIG;
    const configs = inline === undefined ? [] : [parseConfig("DOCKER_AUTH_CONFIG", Buffer.from(inline))];
    for (const candidates of [dockerFiles(environment), podmanFiles(environment)]) {
        for (const path of candidates) {
            const bytes = readIfThere(path);
            if (bytes !== undefined) {
                configs.push(parseConfig(path, bytes));
                break;
            }
        }
    }
    return configs;
}

function dockerFiles({ DOCKER_CONFIG, HOME }: Environment): string[] {
    return DOCKER_CONFIG ? [join(DOCKER_CONFIG, "config.json")] : HOME ? [join(HOME, ".docker", "config.json")] : [];
}

function podmanFiles({ REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, XDG_CONFIG_HOME, HOME }: Environment): string[] {
    if (REGISTRY_AUTH_FILE) {
        return [REGISTRY_AUTH_FILE];
    }
    const folders = [XDG_RUNTIME_DIR, XDG_CONFIG_HOME ?? (HOME ? join(HOME, ".config") : undefined)];
    return folders
        .filter((folder) => folder !== undefined && folder !== "")
        .map((folder) => join(folder ?? "", "containers", "auth.json"));
}

function readIfThere(path: string): Buffer | undefined {
    try {
        return readFileSync(path);
    } catch (error) {
        const code = systemCode(error) ?? "unknown";
        if (code === "ENOENT" || code === "ENOTDIR") {
            return undefined;
        }
        throw new CredentialSourceError(`cannot read ${path} (${code})`);
    }
}

function parseConfig(source: string, bytes: Buffer): DockerConfig {
    const config = bytes.length > MAX_FILE_BYTES ? undefined : isBlank(bytes) ? {} : parseObject(bytes);
    if (config === undefined) {
        throw new CredentialSourceError(`${source} is no Docker configuration: not a JSON object`);
    }
    const auths = Object.entries(asObject(config.auths) ?? {}).flatMap(([key, entry]): [string, Credential][] => {
        const credential = parseEntry(source, key, asObject(entry) ?? {});
        return credential === undefined ? [] : [[normalizedKey(key), credential]];
    });
    const helpers = Object.entries(asObject(config.credHelpers) ?? {}).filter(
        (entry): entry is [string, string] => typeof entry[1] === "string" && entry[1] !== "",
    );
    return { source, auths: new Map(auths), helpers: new Map(helpers), store: textOf(config, "credsStore") };
}

/** An empty file is as good as none, as for Docker. */
function isBlank(bytes: Buffer): boolean {
    return bytes.length < 64 && /^\s*(null)?\s*$/.test(bytes.toString("utf8"));
}

/** Undefined for `{}`, which `docker login` leaves where the credentials are in a store. */
function parseEntry(source: string, key: string, entry: JsonObject): Credential | undefined {
    const [username, password] = decodeAuth(source, key, textOf(entry, "auth")) ?? [
        textOf(entry, "username"),
        textOf(entry, "password"),
    ];
    const identityToken = textOf(entry, "identitytoken");
    const registryToken = textOf(entry, "registrytoken");
    return username === undefined && identityToken === undefined && registryToken === undefined
        ? undefined
        : { for: key, username, password, identityToken, registryToken };
}

function decodeAuth(source: string, key: string, auth: string | undefined): [string, string] | undefined {
    if (auth === undefined) {
        return undefined;
    }
    const text = Buffer.from(auth, "base64").toString("utf8");
    const colon = text.indexOf(":");
    if (colon < 1) {
        throw new CredentialSourceError(`${source} has no name and password in base64 as the auth of ${key}`);
    }
    return [text.slice(0, colon), text.slice(colon + 1).replace(/\0+$/, "")];
}
