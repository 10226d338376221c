import { RegistryClient, RegistryError } from "../../../../core/registry";

import type { RegistryErrorCode, RegistryOptions, RepositoryName } from "../../../../core/registry";

const clients = new Set<RegistryClient>();

/** A client that knows nothing of this machine's configuration, and that `closeClients` closes. */
export function client(options: RegistryOptions = {}): RegistryClient {
    const made = new RegistryClient({ environment: {}, retryDelayMs: 1, ...options });
    clients.add(made);
    return made;
}

/** A client for stand-ins that never answer. */
export function impatient(options: RegistryOptions = {}): RegistryClient {
    return client({ timeouts: { connectMs: 500, responseMs: 300, exchangeMs: 600, questionMs: 1500 }, ...options });
}

/** For an `afterEach`. */
export async function closeClients(): Promise<void> {
    await Promise.all(Array.from(clients, (made) => made.close()));
    clients.clear();
}

export function repositoryAt(registry: string, repository = "acme/app"): RepositoryName {
    return { registry, repository };
}

/** The error that a question fails with. */
export async function failureOf(question: Promise<unknown>): Promise<RegistryError> {
    const answer = await question.catch((error: unknown) => error);
    if (!(answer instanceof RegistryError)) {
        throw new Error(`expected a RegistryError, got ${String(answer)}`);
    }
    return answer;
}

/** The code that a question fails with. */
export async function codeOf(question: Promise<unknown>): Promise<RegistryErrorCode> {
    return (await failureOf(question)).code;
}
