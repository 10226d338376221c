/** Where a signing key and its password come from: never from the command line. */
import { openPrivateKey } from "../../core/keys";
import { printable } from "../../core/policy/printable";
import { CliError, UsageError } from "../errors";
import { readInput } from "../input";
import { readDescriptor, requirePassword } from "../password";
import { readKubernetesSecret } from "./kubernetes-secret";
import { readStackOutput } from "./stack-output";

import type { KeyObject } from "node:crypto";
import type { Surroundings } from "../command";

/** What help says of `--key`. */
export const KEY_HELP = `Keys, in cosign's encrypted form:
  FILE                       a file; - is standard input
  k8s://NAMESPACE/NAME       a Secret as "cosign generate-key-pair k8s://" and CosignKeyPair make it, with its password
  env://VARIABLE             an environment variable
  fd://N                     a file descriptor, which is read to its end
  pulumi://STACK#OUTPUT      an output of a Pulumi stack, read by the pulumi CLI`;

export const PASSWORD_FROM_HELP = `The password comes from the Secret with k8s:// if it has one, else from --password-from (env://, fd:// or
pulumi://), else from COSIGN_PASSWORD (also an empty one), else from a prompt on the terminal. It is never taken from
the command line.`;

/** How a key is named on the command line. */
export interface KeyRequest {
    readonly key: string;
    /** `--password-from` */
    readonly passwordFrom: string | undefined;
}

/** A key file's content, and the password where it comes with it. */
interface SourceContent {
    readonly text: string | Buffer;
    readonly password?: string;
}

/**
 * Reads and opens a signing key.
 *
 * @throws UsageError, CliError where it cannot be had; KeyError where it is no key or the password is wrong
 */
export async function readSigningKey(
    { key, passwordFrom }: KeyRequest,
    surroundings: Surroundings,
): Promise<KeyObject> {
    const { text, password } = await readSource(key, surroundings);
    return openPrivateKey(text, password ?? (await readPassword(passwordFrom, surroundings)));
}

async function readPassword(from: string | undefined, surroundings: Surroundings): Promise<string> {
    if (from === undefined) {
        return requirePassword({ descriptor: undefined, isNew: false }, surroundings);
    }
    if (!/^(?:env|fd|pulumi):\/\//.test(from)) {
        // What stands there may be the password itself.
        throw new UsageError("--password-from takes env://VARIABLE, fd://N or pulumi://STACK#OUTPUT.");
    }
    const { text } = await readSource(from, surroundings);
    return text.toString("utf8").replace(/\r?\n$/, "");
}

/**
 * Reads an identity token.
 *
 * @throws UsageError, CliError
 */
export async function readToken(source: string, surroundings: Surroundings): Promise<string> {
    if (!/^(?:env|fd):\/\//.test(source)) {
        // What stands there may be the token itself.
        throw new UsageError("--identity-token takes env://VARIABLE or fd://N.");
    }
    return (await readSource(source, surroundings)).text.toString("utf8").trim();
}

async function readSource(source: string, { env, stdin }: Surroundings): Promise<SourceContent> {
    const [, scheme, rest = ""] = /^([a-z0-9]+):\/\/(.*)$/s.exec(source) ?? [];
    switch (scheme) {
        case undefined:
            return { text: await readInput(source, stdin) };
        case "env":
            return { text: variable(rest, env) };
        case "fd":
            return { text: await readDescriptor(rest, `fd://${printable(rest)}`) };
        case "k8s":
            return readKubernetesSecret(rest);
        case "pulumi":
            return { text: await readStackOutput(rest) };
        default:
            throw new UsageError(
                `${printable(scheme)}:// is no source of keys here. There are: FILE, k8s://, env://, fd:// and pulumi://.`,
            );
    }
}

function variable(name: string, env: Surroundings["env"]): string {
    const value = env[name];
    if (value === undefined) {
        throw new CliError(`env://${printable(name)}: the environment has no such variable.`);
    }
    return value;
}
