import { parseArgs } from "node:util";

import { TOOLS, type Tool } from "./row";

export const HELP = `Usage: npm run bench [-- OPTION…]

Verifies signed images with signed-images check, cosign verify and policy-tester, beside one another, behind a proxy
that puts the registry so far away.

  --output FILE       write the rows as JSON, too
  --images N,…        how many images                      [default: 1,10,100,500]
  --round-trips MS,…  round trips in milliseconds          [default: 0,20,100]
  --repeat K          runs of each; the median counts. What takes longer than five seconds runs once  [default: 3]
  --tools NAME,…      some of ${TOOLS.join(", ")}
  --help              this text`;

/** What is to be measured. */
export interface BenchOptions {
    output: string | undefined;
    images: number[];
    roundTripsMs: number[];
    repeat: number;
    tools: readonly Tool[];
}

/** A command line that says nothing that could be measured. */
export class UsageError extends Error {
    public override readonly name = "UsageError";
}

/** @throws UsageError; TypeError of `parseArgs` for an option that there is not */
export function readOptions(args: readonly string[]): BenchOptions | "help" {
    const { values } = parseArgs({
        args: [...args],
        options: {
            output: { type: "string" },
            images: { type: "string", default: "1,10,100,500" },
            "round-trips": { type: "string", default: "0,20,100" },
            repeat: { type: "string", default: "3" },
            tools: { type: "string", default: TOOLS.join(",") },
            help: { type: "boolean", short: "h", default: false },
        },
    });
    if (values.help) {
        return "help";
    }
    return {
        output: values.output,
        images: numbers("--images", values.images, 1),
        roundTripsMs: numbers("--round-trips", values["round-trips"], 0),
        repeat: number("--repeat", values.repeat, 1),
        tools: tools(values.tools),
    };
}

function numbers(option: string, list: string, least: number): number[] {
    return list.split(",").map((text) => number(option, text, least));
}

function number(option: string, text: string, least: number): number {
    if (!/^\d+$/.test(text) || Number(text) < least) {
        throw new UsageError(`${option} ${JSON.stringify(text)}: write a whole number of at least ${least}.`);
    }
    return Number(text);
}

function tools(list: string): Tool[] {
    return list.split(",").map((name) => {
        const tool = TOOLS.find((candidate) => candidate === name);
        if (tool === undefined) {
            throw new UsageError(`--tools ${JSON.stringify(name)}: there are ${TOOLS.join(", ")}.`);
        }
        return tool;
    });
}
