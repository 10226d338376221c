/** What a command line says of registries, as the settings that they are read with. */
import { printable } from "../core/policy/printable";
import { isMirror, isRegistry, settingProblems, type RegistrySettings } from "../core/registry";
import { CliError, UsageError } from "./errors";
import { inputName, readInput } from "./input";

import type { Readable } from "node:stream";

/** Mirrors by registry, in the order of asking. @param given `REGISTRY=MIRROR` @throws UsageError */
export function mirrorsOf(given: readonly string[]): Record<string, string[]> {
    const mirrors: Record<string, string[]> = {};
    for (const text of given) {
        const [registry = "", mirror = "", ...more] = text.split("=");
        if (more.length > 0 || !isRegistry(registry) || !isMirror(mirror)) {
            throw new UsageError(
                `--registry-mirror ${printable(text)}: write REGISTRY=MIRROR, such as docker.io=mirror.example.com/hub.`,
            );
        }
        (mirrors[registry] ??= []).push(mirror);
    }
    return mirrors;
}

/** Reads the files of `--registry-ca`. @throws CliError for one that cannot be read, and one without a certificate */
export async function certificateAuthoritiesOf(
    files: readonly string[],
    stdin: Readable,
): Promise<NonNullable<RegistrySettings["certificateAuthorities"]>> {
    return Promise.all(
        files.map(async (file) => {
            const pem = (await readInput(file, stdin)).toString();
            const [problem] = settingProblems({ certificateAuthorities: [pem] });
            if (problem !== undefined) {
                throw new CliError(`--registry-ca ${inputName(file)} has no certificate. ${problem.instead}`);
            }
            return pem;
        }),
    );
}
