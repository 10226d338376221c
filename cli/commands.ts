/** The commands. Each is loaded when it is meant: all of them together take as long as checking dozens of images. */
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

/** By name, in the order of the help. */
export const COMMANDS: ReadonlyMap<string, () => Command> = new Map([
    ["check", () => (require("./check") as typeof Check).check],
    ["lint", () => (require("./lint") as typeof Lint).lint],
    ["import", () => (require("./import") as typeof ImportPolicies).importPolicies],
    ["sign", () => (require("./sign/sign") as typeof Sign).sign],
    ["attest", () => (require("./sign/attest") as typeof Attest).attest],
    ["sign-request", () => (require("./sign/request") as typeof Request).signRequest],
    ["disarm", () => (require("./disarm") as typeof Disarm).disarm],
    ["keys generate", () => (require("./keys/generate") as typeof Generate).keysGenerate],
    ["keys import", () => (require("./keys/import") as typeof ImportKeys).keysImport],
    ["keys inspect", () => (require("./keys/inspect") as typeof Inspect).keysInspect],
    ["keys public", () => (require("./keys/public") as typeof Public).keysPublic],
]);
