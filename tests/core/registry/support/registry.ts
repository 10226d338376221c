import { RegistryClient, RegistryError } from "../../../../core/registry";

import type { RegistryErrorCode, RegistryOptions, RepositoryName } from "../../../../core/registry";

/** Short, for stand-ins that never answer; and nothing of this machine's configuration. */
export const IMPATIENT: RegistryOptions = {
    environment: {},
    retryDelayMs: 1,
    timeouts: { connectMs: 500, responseMs: 200, exchangeMs: 400, questionMs: 1500 },
};

export const clients = new Set<RegistryClient>();

/** A client that `closeClients` closes. */
export function client(options: RegistryOptions = {}): RegistryClient {
    const made = new RegistryClient({ ...IMPATIENT, ...options });
    clients.add(made);
    return made;
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
