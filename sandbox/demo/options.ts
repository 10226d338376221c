import { parseArgs } from "node:util";

/** What the demo's command line says. */
export interface DemoOptions {
    /** Leave the sandbox, or the stack in the user's own cluster, as it is at the end. */
    keep: boolean;
    /** One JSON object on stdout, everything else on stderr. */
    json: boolean;
    /** A chart on disk. */
    chart: string | undefined;
    /** The user's own cluster, and where images for it are pushed, instead of the sandbox. */
    cluster: { context: string; registry: string } | undefined;
}

export const USAGE = `Usage: npm run demo -- [options]

Installs policy-controller with \`pulumi up\`, then shows which of four images the cluster admits.

  --keep                  leave the sandbox running, and say how to reach and how to stop it
  --json                  print one JSON object on stdout, and everything else on stderr
  --chart PATH            a policy-controller chart on disk: a directory or a .tgz
  --context NAME          use this context of your kubeconfig instead of the sandbox; needs --registry
  --registry HOST/PREFIX  where images for that cluster are pushed, with your own credentials
  --help                  this text
`;

/** A command line that says nothing that the demo could do. */
export class UsageError extends Error {
    public override readonly name = "UsageError";
}

/** @throws UsageError */
export function readOptions(commandLine: readonly string[]): DemoOptions | "help" {
    const { keep, json, chart, context, registry, help } = parse(commandLine);
    if (help) {
        return "help";
    }
    if ((context === undefined) !== (registry === undefined)) {
        const [given, missing] = context === undefined ? ["registry", "context"] : ["context", "registry"];
        throw new UsageError(
            `--${given} needs --${missing}: a cluster cannot reach the sandbox's registry on loopback.`,
        );
    }
    const cluster = context === undefined || registry === undefined ? undefined : { context, registry };
    return { keep, json, chart, cluster };
}

function parse(commandLine: readonly string[]) {
    try {
        return parseArgs({
            args: [...commandLine],
            options: {
                keep: { type: "boolean", default: false },
                json: { type: "boolean", default: false },
                chart: { type: "string" },
                context: { type: "string" },
                registry: { type: "string" },
                help: { type: "boolean", short: "h", default: false },
            },
        }).values;
    } catch (problem) {
        throw new UsageError(problem instanceof Error ? problem.message : String(problem));
    }
}
