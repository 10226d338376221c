/** The real engine and control plane, built from pinned Go modules: see README.md. */

import type { ToolName } from "./catalogue";
import { ensureFrom, type EnsureOptions } from "./ensure";
import { projectWorkshop } from "./workshop";

export { CONTROL_PLANE_TOOLS, DEMO_TOOLS, ENGINE_TOOLS, TEST_TOOLS, type ToolName } from "./catalogue";
export { engineToolNames, ensureEngine, type Engine, type EngineOptions } from "./engine";
export type { EnsureOptions } from "./ensure";
export { ToolError, type ToolErrorCode } from "./errors";
export { formatDuration, type Report } from "./progress";

/**
 * The absolute paths of the tools asked for, and of no others. What is missing is taken from the user's cache, or built.
 *
 * @throws ToolError
 */
export function ensureTools<Name extends ToolName>(
    names: readonly Name[],
    options?: EnsureOptions,
): Promise<Readonly<Record<Name, string>>> {
    return ensureFrom(projectWorkshop(), names, options);
}
