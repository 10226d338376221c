import { generateKeyPairSync, randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

/** The name of the only context of the sandbox's kubeconfig. */
export const CONTEXT_NAME = "signed-images-sandbox";

/** What a client needs to speak to an API server. */
export interface ApiAccess {
    server: string;
    /** PEM. */
    certificateAuthority: string;
    token: string;
}

export interface Tokens {
    /** The CSV file for --token-auth-file. */
    file: string;
    admin: string;
    controllerManager: string;
    node: string;
}

/** Random tokens, one for each part that speaks to the API server. */
export function writeTokens(directory: string): Tokens {
    const tokens = { admin: newToken(), controllerManager: newToken(), node: newToken() };
    const file = join(directory, "tokens.csv");
    const rows = [
        [tokens.admin, "sandbox-admin"],
        [tokens.controllerManager, "sandbox-controller-manager"],
        [tokens.node, "sandbox-node"],
    ];
    writePrivateFile(file, rows.map(([token, user]) => `${token},${user},${user},"system:masters"\n`).join(""));
    return { file, ...tokens };
}

/** The key that signs the tokens of ServiceAccounts. */
export function writeServiceAccountKey(directory: string): string {
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const file = join(directory, "service-accounts.key");
    writePrivateFile(file, privateKey.export({ type: "sec1", format: "pem" }).toString());
    return file;
}

type KubeconfigUser = { token: string } | { tokenFile: string };

/** Writes a kubeconfig that only its owner can read. */
export function writeKubeconfig(
    file: string,
    access: Pick<ApiAccess, "server" | "certificateAuthority">,
    user: KubeconfigUser,
    name: string = CONTEXT_NAME,
): string {
    writePrivateFile(
        file,
        stringify({
            apiVersion: "v1",
            kind: "Config",
            clusters: [
                {
                    name,
                    cluster: {
                        server: access.server,
                        "certificate-authority-data": Buffer.from(access.certificateAuthority).toString("base64"),
                    },
                },
            ],
            users: [{ name, user }],
            contexts: [{ name, context: { cluster: name, user: name } }],
            "current-context": name,
        }),
    );
    return file;
}

export function writePrivateFile(file: string, content: string | Buffer): void {
    writeFileSync(file, content, { mode: 0o600 });
}

function newToken(): string {
    return randomBytes(32).toString("hex");
}
