import { runtime } from "@pulumi/pulumi";

/** The inputs of `command:local:Command` that are understood here. */
export interface CommandInputs {
    create?: string;
    update?: string;
    delete?: string;
    stdin?: string;
    dir?: string;
    interpreter?: string[];
    environment?: Record<string, string>;
    triggers?: unknown[];
    logging?: "stdout" | "stderr" | "stdoutAndStderr" | "none";
    addPreviousOutputInEnv?: boolean;
}

const NAMES: readonly string[] = [
    "create",
    "update",
    "delete",
    "stdin",
    "dir",
    "interpreter",
    "environment",
    "triggers",
    "logging",
    "addPreviousOutputInEnv",
] satisfies (keyof CommandInputs)[];

/** Properties as they go over the wire: secrets are marked. */
export type WireProperties = Readonly<Record<string, unknown>>;

/** Inputs that nothing here would act upon. */
export function strangers(properties: WireProperties): string[] {
    return Object.keys(properties).filter((name) => !name.startsWith("__") && !NAMES.includes(name));
}

/** The inputs without the marks of secrets. */
export function plainInputs(properties: WireProperties): CommandInputs {
    const known = Object.entries(properties).filter(([name]) => NAMES.includes(name));
    return plain(Object.fromEntries(known)) as CommandInputs;
}

function plain(value: unknown): unknown {
    if (runtime.isRpcSecret(value)) {
        return plain(runtime.unwrapRpcSecret(value));
    }
    if (Array.isArray(value)) {
        return value.map(plain);
    }
    if (typeof value === "object" && value !== null) {
        return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
    }
    return value;
}
