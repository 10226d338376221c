/** The commands. Each is loaded when it is meant: all of them together take as long as checking dozens of images. */
import { createRequire } from "node:module";

import type * as Attest from "./sign/attest";
import type * as Check from "./check";
import type * as Disarm from "./disarm";
import type * as Generate from "./keys/generate";
import type * as ImportKeys from "./keys/import";
import type * as ImportPolicies from "./import";
import type * as Inspect from "./keys/inspect";
import type * as Lint from "./lint";
import type * as Public from "./keys/public";
import type * as Request from "./sign/request";
import type * as Sign from "./sign/sign";
import type { Command } from "./command";

const load = createRequire(__filename);

/** By name, in the order of the help. */
export const COMMANDS: ReadonlyMap<string, () => Command> = new Map([
    ["check", () => (load("./check") as typeof Check).check],
    ["lint", () => (load("./lint") as typeof Lint).lint],
    ["import", () => (load("./import") as typeof ImportPolicies).importPolicies],
    ["sign", () => (load("./sign/sign") as typeof Sign).sign],
    ["attest", () => (load("./sign/attest") as typeof Attest).attest],
    ["sign-request", () => (load("./sign/request") as typeof Request).signRequest],
    ["disarm", () => (load("./disarm") as typeof Disarm).disarm],
    ["keys generate", () => (load("./keys/generate") as typeof Generate).keysGenerate],
    ["keys import", () => (load("./keys/import") as typeof ImportKeys).keysImport],
    ["keys inspect", () => (load("./keys/inspect") as typeof Inspect).keysInspect],
    ["keys public", () => (load("./keys/public") as typeof Public).keysPublic],
]);
