import { RegistryError } from "../errors";

import { CredentialSourceError, readDockerConfigs } from "./docker-config";
import { askHelper } from "./helper";
import { credentialKeys, normalizedKey } from "./keys";

import type { Credential } from "../options";
import type { RepositoryName } from "../types";
import type { DockerConfig, Environment } from "./docker-config";

export interface KeychainOptions {
    credentials: readonly Credential[];
    environment: Environment;
    helperMs: number;
}

/**
 * Finds the credentials for a repository: given ones first, then Docker's, then podman's; undefined for none, which is anonymous.
 *
 * Files are read and helpers run once, when a registry first asks.
 */
export class Keychain {
    private readonly answers = new Map<string, Promise<Credential | undefined>>();
    private configs?: DockerConfig[];

    public constructor(private readonly options: KeychainOptions) {}

    /** @throws RegistryError `credentials` where a file or a helper that should have them fails */
    public async find(repository: RepositoryName): Promise<Credential | undefined> {
        try {
            return await this.search(credentialKeys(repository));
        } catch (error) {
            if (error instanceof CredentialSourceError) {
                throw new RegistryError(error.message, { ...repository, code: "credentials" });
            }
            throw error;
        }
    }

    private async search(keys: readonly string[]): Promise<Credential | undefined> {
        const given = new Map(
            this.options.credentials.map((credential) => [normalizedKey(credential.for), credential]),
        );
        const explicit = firstOf(given, keys);
        if (explicit !== undefined) {
            return explicit;
        }
        this.configs ??= readDockerConfigs(this.options.environment);
        for (const config of this.configs) {
            const found = (await this.fromHelpers(config, keys)) ?? firstOf(config.auths, keys);
            if (found !== undefined) {
                return found;
            }
        }
        return undefined;
    }

    private async fromHelpers(
        { helpers, store }: DockerConfig,
        keys: readonly string[],
    ): Promise<Credential | undefined> {
        const key = keys.find((name) => helpers.has(name));
        const own = key === undefined ? undefined : helpers.get(key);
        if (key !== undefined && own !== undefined) {
            return this.ask(own, key);
        }
        const host = keys.find((name) => !name.includes("/") || name.startsWith("https://"));
        return store === undefined || host === undefined ? undefined : this.ask(store, host);
    }

    private ask(helper: string, registry: string): Promise<Credential | undefined> {
        const key = `${helper} ${registry}`;
        const { environment, helperMs } = this.options;
        const answer = this.answers.get(key) ?? askHelper(helper, registry, { environment, timeoutMs: helperMs });
        this.answers.set(key, answer);
        return answer;
    }
}

function firstOf(credentials: ReadonlyMap<string, Credential>, keys: readonly string[]): Credential | undefined {
    const key = keys.find((name) => credentials.has(name));
    return key === undefined ? undefined : credentials.get(key);
}
