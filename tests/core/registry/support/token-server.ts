import { generateKeyPairSync, sign } from "node:crypto";

import { StandIn, type Received } from "./stand-in";

import type { KeyObject } from "node:crypto";

const ISSUER = "test-issuer";
const SERVICE = "test-registry";
const KEY_ID = "test-key";

/** A token server of our own, whose tokens the real `distribution` checks (distribution's docs/content/spec/auth/jwt.md). */
export interface TokenServer {
    standIn: StandIn;
    /** The file that `distribution` reads its key from. */
    jwks: string;
    /** Its configuration. */
    authWith(jwksFile: string): Record<string, unknown>;
}

/** Lets `ci` pull and push with the password, and anybody pull what is below `public/`. */
export async function startTokenServer(password: string): Promise<TokenServer> {
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const basic = `Basic ${Buffer.from(`ci:${password}`).toString("base64")}`;
    const standIn = await StandIn.start((request, response) => {
        if (request.authorization !== undefined && request.authorization !== basic) {
            response.writeHead(401);
            response.end();
            return;
        }
        const token = tokenFor(privateKey, grantedTo(request));
        response.end(JSON.stringify({ token, expires_in: 300 }));
    });
    const jwk = { ...publicKey.export({ format: "jwk" }), kid: KEY_ID, alg: "ES256", use: "sig" };
    return {
        standIn,
        jwks: JSON.stringify({ keys: [jwk] }),
        authWith: (jwksFile) => ({
            token: {
                realm: `http://${standIn.host}/token`,
                service: SERVICE,
                issuer: ISSUER,
                jwks: jwksFile,
                signingalgorithms: ["ES256"],
            },
        }),
    };
}

interface Access {
    type: string;
    name: string;
    actions: string[];
}

function grantedTo({ url, authorization }: Received): Access[] {
    const scopes = new URL(url, "http://localhost").searchParams.getAll("scope");
    return scopes.map((scope) => {
        const [type = "", name = "", actions = ""] = scope.split(":");
        const anonymous = name.startsWith("public/") ? ["pull"] : [];
        return { type, name, actions: authorization === undefined ? anonymous : actions.split(",") };
    });
}

function tokenFor(key: KeyObject, access: readonly Access[]): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: ISSUER, sub: "ci", aud: SERVICE, exp: now + 300, nbf: now - 10, iat: now, jti: "1", access };
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const signed = `${part({ typ: "JWT", alg: "ES256", kid: KEY_ID })}.${part(claims)}`;
    const signature = sign("sha256", Buffer.from(signed), { key, dsaEncoding: "ieee-p1363" });
    return `${signed}.${signature.toString("base64url")}`;
}
