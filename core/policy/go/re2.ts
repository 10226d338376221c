import { createRequire } from "node:module";

/** Loaded here alone: it is large, and only keyless policies have expressions. */
export function re2js(): typeof import("re2js").RE2JS {
    return (createRequire(__filename)("re2js") as typeof import("re2js")).RE2JS;
}

/** Whether re2js takes an expression. */
export function isRe2(expression: string): boolean {
    return compileError(expression) === undefined;
}

/** What re2js has against an expression. */
export function compileError(expression: string): string | undefined {
    try {
        re2js().compile(expression);
        return undefined;
    } catch (cause) {
        return cause instanceof Error ? cause.message : String(cause);
    }
}
