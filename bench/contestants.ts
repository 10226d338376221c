/** The command line of each tool for some images. */
import { ensureTools } from "../tools";

import type { Command } from "./measure";
import type { Tool } from "./row";
import type { Stage } from "./stage";

/** One run of a tool over images. It fails where the tool does not admit all of them. */
export type Contestant = (images: readonly string[]) => Command;

/** The processes that one after another are as many as images, and those at the same time. */
const LOOP = 'while read -r image; do "$0" -policy "$1" -image "$image" || exit 1; done';
const AT_ONCE = "16";

/** @param program the words that start the program of this package */
export async function contestants(
    tools: readonly Tool[],
    stage: Stage,
    program: readonly string[],
): Promise<Map<Tool, Contestant>> {
    const made = new Map<Tool, Contestant>();
    for (const tool of tools) {
        made.set(tool, await contestant(tool, stage, program));
    }
    return made;
}

async function contestant(
    tool: Tool,
    { policyFile, keyFile }: Stage,
    [file = "", ...words]: readonly string[],
): Promise<Contestant> {
    if (tool === "signed-images") {
        const options = ["check", "--policy", policyFile, "--output", "json"];
        return (images) => ({ file, args: [...words, ...options, ...images] });
    }
    if (tool === "cosign") {
        const { cosign } = await ensureTools(["cosign"], { report: console.error });
        // Without a look for bundles and in the transparency log, which would only be more requests.
        const options = ["--key", keyFile, "--insecure-ignore-tlog=true", "--new-bundle-format=false"];
        return (images) => ({ file: cosign, args: ["verify", ...options, ...images] });
    }
    const tester = (await ensureTools(["policy-tester"], { report: console.error }))["policy-tester"];
    const input = (images: readonly string[]) => images.map((image) => `${image}\n`).join("");
    return tool === "policy-tester"
        ? (images) => ({ file: "sh", args: ["-c", LOOP, tester, policyFile], input: input(images) })
        : (images) => ({
              file: "xargs",
              args: ["-P", AT_ONCE, "-n", "1", tester, "-policy", policyFile, "-image"],
              input: input(images),
          });
}
