import { parseObject, textOf } from "../json";

import { CredentialSourceError } from "./docker-config";

import type { Credential } from "../options";
import type { Environment } from "./docker-config";

const MAX_OUTPUT_BYTES = 64 * 1024;

/** What docker-credential-helpers prints, with exit status 1, where it has nothing (`errCredentialsNotFound`). */
const NOT_FOUND = /credentials not found/i;

/** The name that stands for an identity token in place of a password. */
const IDENTITY_TOKEN_USER = "<token>";

export interface HelperOptions {
    environment: Environment;
    timeoutMs: number;
}

/**
 * Asks a credential helper (`docker-credential-NAME get`, the registry on stdin, JSON on stdout). Undefined where it has nothing.
 *
 * Nothing that it prints gets into an error.
 */
export async function askHelper(
    name: string,
    registry: string,
    { environment, timeoutMs }: HelperOptions,
): Promise<Credential | undefined> {
    if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
        throw new CredentialSourceError(`${JSON.stringify(name)} is no name of a credential helper`);
    }
    const program = `docker-credential-${name}`;
    const { status, output } = await run(program, registry, environment, timeoutMs);
    if (status !== 0) {
        if (NOT_FOUND.test(output.toString("utf8"))) {
            return undefined;
        }
        throw new CredentialSourceError(`${program} failed for ${registry} (exit status ${status ?? "none"})`);
    }
    const answer = parseObject(output);
    const username = answer && textOf(answer, "Username");
    const secret = answer && textOf(answer, "Secret");
    if (answer !== undefined && username === undefined && secret === undefined) {
        return undefined;
    }
    if (secret === undefined) {
        throw new CredentialSourceError(`${program} printed no credentials for ${registry}`);
    }
    return username === IDENTITY_TOKEN_USER
        ? { for: registry, identityToken: secret }
        : { for: registry, username: username ?? "", password: secret };
}

interface HelperRun {
    status: number | null;
    output: Buffer;
}

async function run(program: string, input: string, environment: Environment, timeoutMs: number): Promise<HelperRun> {
    const { spawn } = await import("node:child_process");
    return new Promise((resolve, reject) => {
        const child = spawn(program, ["get"], { env: { ...environment }, stdio: ["pipe", "pipe", "ignore"] });
        const pieces: Buffer[] = [];
        let length = 0;
        const stop = (message: string): void => {
            clearTimeout(timer);
            child.kill("SIGKILL");
            // What the helper started may hold the pipe.
            child.stdout.destroy();
            child.unref();
            reject(new CredentialSourceError(message));
        };
        const timer = setTimeout(() => {
            stop(`${program} did not answer within ${timeoutMs} ms`);
        }, timeoutMs);
        child.on("error", (error: NodeJS.ErrnoException) => {
            const reason =
                error.code === "ENOENT" ? "is not on the PATH" : `cannot be run (${error.code ?? "unknown"})`;
            stop(`${program} ${reason}, and the Docker configuration names it for this registry`);
        });
        child.stdout.on("data", (piece: Buffer) => {
            pieces.push(piece);
            length += piece.length;
            if (length > MAX_OUTPUT_BYTES) {
                stop(`${program} printed more than ${MAX_OUTPUT_BYTES} bytes`);
            }
        });
        child.on("close", (status) => {
            clearTimeout(timer);
            resolve({ status, output: Buffer.concat(pieces) });
        });
        // A helper may end without having read.
        child.stdin.on("error", () => undefined);
        child.stdin.end(`${input}\n`);
    });
}
