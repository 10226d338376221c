export { type Chart, type ChartInRepository, type ChartOnDisk, type LocateChartOptions, locateChart } from "./chart";
export { CONTEXT_NAME } from "./credentials";
export { SandboxError, type SandboxErrorCode } from "./errors";
export { Sandbox, type SandboxBinaries, type SandboxOptions, type SandboxProcess } from "./sandbox";
export { onTermination } from "./termination";
