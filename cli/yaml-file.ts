/** The files of YAML or JSON that a command is given. */
import { readYaml, YamlError } from "../core/policy/yaml-file";
import { CliError } from "./errors";
import { inputName, readText } from "./input";

import type { YamlDocument } from "../core/policy/yaml-file";
import type { Surroundings } from "./command";

/** All documents of a file, or of standard input for `-`. @throws CliError that names it, and the line */
export async function readYamlFile(file: string, stdin: Surroundings["stdin"]): Promise<YamlDocument[]> {
    const text = await readText(file, stdin);
    try {
        return readYaml(text);
    } catch (error) {
        throw error instanceof YamlError ? new CliError(error.in(inputName(file))) : error;
    }
}
