import { CONTEXT_NAME } from "../../../sandbox";
import { PROJECT_FOLDER, run } from "../../support/project";
import type { Stage } from "./stage";

/** Runs `signed-images disarm` as a user does; what it prints. */
export async function disarm({ sandbox }: Stage, more: readonly string[] = ["--yes"]): Promise<string> {
    const args = ["--import", "tsx", "cli/main.ts", "disarm", "--context", CONTEXT_NAME, ...more];
    const env = { ...process.env, KUBECONFIG: sandbox.kubeconfig };
    const { stdout } = await run(process.execPath, args, { cwd: PROJECT_FOLDER, env });
    return stdout;
}
