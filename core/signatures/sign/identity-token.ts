/** Where the identity token of a signature without a key comes from, and whether it can be used. */
import { SigningError } from "./errors";
import { GoogleIdentityProvider } from "./google-identity";

import type { IdentityProvider } from "sigstore";

/** What GitHub and its like put into a token for Sigstore. */
export const AUDIENCE = "sigstore";

/**
 * Gives a token that Fulcio may take.
 *
 * @param given a token to be used instead of that of where this runs
 * @param job knows the CI. A CI's job on a machine of Google's is the job first.
 */
export function identityProviderOf(given: string | undefined, job: IdentityProvider): IdentityProvider {
    const machine = new GoogleIdentityProvider(AUDIENCE);
    return {
        async getToken() {
            const token = given ?? (await job.getToken().catch(() => machine.getToken()));
            requireUsable(token);
            return token;
        },
    };
}

/** Says what is wrong with a token before it is sent anywhere. The token itself is never quoted. */
function requireUsable(token: string): void {
    const { exp, aud } = claimsOf(token);
    if (typeof exp === "number" && exp * 1000 <= Date.now()) {
        throw new SigningError(
            "identity-token",
            `The identity token has run out at ${new Date(exp * 1000).toISOString()}. Ask for a new one right before signing, and check the clock of this machine.`,
        );
    }
    const audiences = Array.isArray(aud) ? aud : [aud];
    if (aud !== undefined && !audiences.includes(AUDIENCE)) {
        throw new SigningError(
            "identity-token",
            `The identity token is for the audience ${JSON.stringify(aud)}, and Fulcio wants ${AUDIENCE}. Ask for one with aud: ${AUDIENCE}.`,
        );
    }
}

function claimsOf(token: string): { exp?: unknown; aud?: unknown } {
    try {
        const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
        if (typeof claims === "object" && claims !== null) {
            return claims;
        }
    } catch {
        // Said below.
    }
    throw new SigningError("identity-token", "This is no identity token: it is not a JSON Web Token.");
}
