import { error, show } from "../finding";
import { regexpRefusal } from "../go/regexp";
import { both, invalid, missing } from "../said";
import { isKnown, UNKNOWN } from "../unknown";
import { enumerate, givenOf } from "./present";

import type { Finding } from "../finding";
import type { PropertyPath } from "../path";
import type { Identity } from "../spec";
import type { Known } from "../unknown";

/** Who a certificate may name: one of each pair, and expressions that compile (`Identity.Validate`). */
export function validateIdentity(identity: Known<Identity>, path: PropertyPath): Finding[] {
    return [
        ...validatePair(identity, ["issuer", "issuerRegExp"], path),
        ...validatePair(identity, ["subject", "subjectRegExp"], path),
        ...validateExpression(identity.issuerRegExp, [...path, "issuerRegExp"]),
        ...validateExpression(identity.subjectRegExp, [...path, "subjectRegExp"]),
    ];
}

type Pair = readonly ["issuer", "issuerRegExp"] | readonly ["subject", "subjectRegExp"];

function validatePair(identity: Known<Identity>, pair: Pair, path: PropertyPath): Finding[] {
    const given = givenOf(identity, pair);
    if (given === undefined || given.length === 1) {
        return [];
    }
    const [exact, expression] = pair;
    return [
        error(`identity-${exact}-count`, given.length === 0 ? [...path, exact] : path, {
            found: enumerate(given),
            cluster: given.length === 0 ? missing(path, ...pair) : both(path, ...pair),
            instead: `Write ${exact} for one exact value, or ${expression} for an expression, and not both.`,
        }),
    ];
}

function validateExpression(expression: string | typeof UNKNOWN | undefined, path: PropertyPath): Finding[] {
    if (!isKnown(expression) || expression === "") {
        return [];
    }
    const refusal = regexpRefusal(expression);
    if (refusal === undefined) {
        return [];
    }
    return refusal.dependsOnGoVersion === true
        ? [
              error("regexp-unicode-name", path, {
                  found: show(expression),
                  cluster:
                      "Whether the cluster accepts the policy depends on the Go that its controller is built with: before and since Go 1.25 it knows this class by different names.",
                  instead:
                      "Write the class as every build knows it, such as \\p{Greek}, or \\pL for letters; where it has no such name, as a range: [\\x{10300}-\\x{1032F}].",
              }),
          ]
        : [
              error("regexp-invalid", path, {
                  found: show(expression),
                  cluster: invalid(expression, path, `regex is invalid: ${refusal.message}`),
                  instead:
                      "Write it in RE2's syntax (https://github.com/google/re2/wiki/Syntax): it has no lookaround and no back references.",
              }),
          ];
}
