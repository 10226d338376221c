import { RegistryError } from "../errors";

import { chooseChallenge, parseChallenges } from "./challenge";
import { basicAuthorization, isToken } from "./tokens";

import type { About } from "../http/failures";
import type { ExchangeResponse } from "../http/exchange";
import type { Credential } from "../options";
import type { Challenge } from "./challenge";
import type { TokenCache } from "./tokens";

/** What a request is allowed to do when its scope is granted. */
export type Actions = "pull" | "pull,push";

/** Whom and what an authorization is for. */
export interface Scope {
    about: About;
    repository: string;
    actions: Actions;
}

/**
 * Authorizes requests to one origin, as late as possible: nothing is sent before the origin asks for it. What it asked for once is sent with
 * the next requests to the same repository at once; and with those to others, where it let somebody in for it.
 */
export class Authenticator {
    private readonly challenges = new Map<string, Challenge>();
    private usual?: Challenge;

    /** @param find the credentials of a repository; gives none for an origin that a registry redirected to */
    public constructor(
        private readonly origin: URL,
        private readonly find: (repository: string) => Promise<Credential | undefined>,
        private readonly tokens: TokenCache,
    ) {}

    /** The header to send before being asked; undefined while nothing is known to be wanted. */
    public async header(scope: Scope): Promise<string | undefined> {
        const own = this.challenges.get(scope.repository);
        if (own !== undefined) {
            return this.authorize(own, scope);
        }
        const { usual } = this;
        if (usual === undefined) {
            return undefined;
        }
        try {
            return await this.authorize(usual, scope);
        } catch {
            // It may want something else for this repository, or nothing, and says so when it is asked.
            this.usual = this.usual === usual ? undefined : this.usual;
            return undefined;
        }
    }

    /**
     * The header that answers a 401; undefined where the request was refused with the same already, or there is nothing to answer with.
     *
     * @param refused the header that the request had
     */
    public async answer(response: ExchangeResponse, scope: Scope, refused?: string): Promise<string | undefined> {
        const challenge = chooseChallenge(parseChallenges(response.headers["www-authenticate"]));
        if (challenge === undefined) {
            return undefined;
        }
        const { error } = challenge.parameters;
        const wanted = inOrder(challenge.parameters.scope ?? scopeOf(scope));
        if (refused !== undefined && error === "insufficient_scope" && wanted === scopeOf(scope)) {
            return undefined;
        }
        this.challenges.set(scope.repository, {
            ...challenge,
            parameters: { ...challenge.parameters, scope: "" },
        });
        const asked = { ...challenge, parameters: { ...challenge.parameters, scope: wanted } };
        const header = await this.authorize(asked, scope, refused);
        return header === refused ? undefined : header;
    }

    /** Hears what the origin said to a header that it had asked for. */
    public answered({ status }: ExchangeResponse, { repository }: Scope): void {
        if (status !== 401) {
            this.usual = this.challenges.get(repository);
        }
    }

    /** What was sent to this origin, or may have been, and must not be quoted. */
    public async secrets(repository: string): Promise<string[]> {
        const credential = await this.find(repository);
        return [credential?.password, credential?.identityToken, credential?.registryToken].filter(
            (secret) => secret !== undefined,
        );
    }

    private async authorize(challenge: Challenge, scope: Scope, refused?: string): Promise<string | undefined> {
        const credential = await this.find(scope.repository);
        if (challenge.scheme === "basic") {
            return basicAuthorization(credential);
        }
        if (credential?.registryToken !== undefined) {
            if (!isToken(credential.registryToken)) {
                const message = "the registry token that is kept for it is none that can be sent";
                throw new RegistryError(message, { ...scope.about, code: "credentials" });
            }
            return `Bearer ${credential.registryToken}`;
        }
        const { realm, service, scope: wanted } = challenge.parameters;
        if (realm === undefined) {
            throw new RegistryError("wants a token, and does not say from where", {
                ...scope.about,
                code: "protocol-error",
            });
        }
        const token = await this.tokens.get(
            {
                realm,
                service,
                // A registry that is asked for less than it wants would only ask again.
                scope: wanted === undefined || wanted === "" ? scopeOf(scope) : wanted,
                registry: this.origin,
                credential,
                about: scope.about,
            },
            refused?.replace(/^Bearer /, ""),
        );
        return `Bearer ${token}`;
    }
}

function scopeOf({ repository, actions }: Scope): string {
    return `repository:${repository}:${actions}`;
}

/** The same scope with its actions in the order of ours: distribution writes them in another one each time. */
function inOrder(scope: string): string {
    return scope.replace(/[^: ]+$/, (actions) => actions.split(",").sort().join(","));
}
