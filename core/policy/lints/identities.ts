import { error, show, warning } from "../finding";
import { regexpMatcher, regexpRefusal } from "../go/regexp";
import { isKnown } from "../unknown";
import { authoritiesOf } from "./context";
import { isAnchoredAtEnd, isAnchoredAtStart, literalPrefix } from "./expression";
import { pairFindings } from "./issuers";

import type { Finding } from "../finding";
import type { ClusterImagePolicyManifestSpec } from "../manifest";
import type { PropertyPath } from "../path";
import type { Identity } from "../spec";
import type { Known } from "../unknown";

/** Identities that more people have than their author had in mind, and ones that nobody has. */
export function identityFindings(spec: Known<ClusterImagePolicyManifestSpec>, path: PropertyPath): Finding[] {
    return authoritiesOf(spec, path).flatMap(({ authority, path: place }) => {
        const identities =
            isKnown(authority.keyless) && isKnown(authority.keyless.identities) ? authority.keyless.identities : [];
        return identities.flatMap((identity, index) =>
            isKnown(identity) ? findingsOf(identity, [...place, "keyless", "identities", index]) : [],
        );
    });
}

function findingsOf(identity: Known<Identity>, path: PropertyPath): Finding[] {
    const { issuerRegExp, subjectRegExp } = identity;
    return [
        ...(isLintable(subjectRegExp) ? subjectFindings(subjectRegExp, [...path, "subjectRegExp"]) : []),
        ...(isLintable(issuerRegExp) ? issuerFindings(issuerRegExp, [...path, "issuerRegExp"]) : []),
        ...pairFindings(identity, path),
    ];
}

/** An expression that is refused anyway needs no lint. */
function isLintable(expression: Known<Identity>[keyof Identity]): expression is string {
    return isKnown(expression) && expression !== "" && regexpRefusal(expression) === undefined;
}

/** Subjects of people who have nothing to do with each other. */
const STRANGERS = [
    "https://github.com/somebody/project/.github/workflows/release.yml@refs/heads/main",
    "https://gitlab.com/somebody/project//.gitlab-ci.yml@refs/heads/main",
    "somebody@example.com",
];

/** Subjects of anybody's repositories, by forge. */
const REPOSITORIES_OF_ANYBODY = new Map([
    [
        "github.com",
        [
            "https://github.com/x7q/a/.github/workflows/b.yml@refs/heads/main",
            "https://github.com/Zed-9/k.w/.github/workflows/release.yaml@refs/tags/v1.0.0",
        ],
    ],
    [
        "gitlab.com",
        [
            "https://gitlab.com/x7q/a//.gitlab-ci.yml@refs/heads/main",
            "https://gitlab.com/zed-9/t/k//.gitlab-ci.yml@refs/tags/v1.0.0",
        ],
    ],
]);

function subjectFindings(expression: string, path: PropertyPath): Finding[] {
    const matches = regexpMatcher(expression);
    if (STRANGERS.every(matches)) {
        return [anyone(expression, path, "every subject")];
    }
    const forge = Array.from(REPOSITORIES_OF_ANYBODY).find(([, subjects]) => subjects.every(matches))?.[0];
    if (forge !== undefined) {
        return [
            error("identity-any-repository", path, {
                found: show(expression),
                cluster: `The cluster would accept a signature from any repository of ${forge}, also from one that an attacker makes for it.`,
                instead: `Name the organisation: ^https://${forge.replace(".", "\\.")}/acme/.`,
            }),
        ];
    }
    return [...unanchoredSubject(expression, path), ...unescapedDot(expression, path)];
}

/** At the beginning a subject must be tied down; an e-mail address may instead be by its domain, at the end. */
function unanchoredSubject(expression: string, path: PropertyPath): Finding[] {
    const isDomain = isAnchoredAtEnd(expression) && /@[^@/]*$/.test(expression);
    if (!isAnchoredAtStart(expression) && !isDomain) {
        return [unanchored(expression, path, `^${expression}`)];
    }
    // A dot in a host's name is meant as one, also where it is not escaped.
    const meant = expression.replaceAll(/(?<!\\)\.(?=[a-z])/g, "\\.");
    const prefix = literalPrefix(meant);
    const isOpen =
        /^https:\/\/[^/]+\/[^/]*[A-Za-z0-9]$/.test(prefix) &&
        /^\^(?:[^\\^$.|?*+()[\]{}]|\\[^A-Za-z0-9])*(?:\.\*)?$/.test(meant);
    return isOpen || /^https:\/\/[^/]+$/.test(prefix)
        ? [
              warning("identity-open-end", path, {
                  found: show(expression),
                  cluster: `The cluster would accept ${prefix}-evil/… as well: the name goes on where the expression ends.`,
                  instead: `End the name: ^${escapeExpression(prefix)}/.`,
              }),
          ]
        : [];
}

function issuerFindings(expression: string, path: PropertyPath): Finding[] {
    const matches = regexpMatcher(expression);
    if (
        ["https://accounts.google.com", "https://token.actions.githubusercontent.com", "https://issuer.example"].every(
            matches,
        )
    ) {
        return [anyone(expression, path, "every issuer")];
    }
    const isAnchored = isAnchoredAtStart(expression) && isAnchoredAtEnd(expression);
    return [
        ...(isAnchored ? [] : [unanchored(expression, path, `^${expression}$`)]),
        ...unescapedDot(expression, path),
    ];
}

function anyone(expression: string, path: PropertyPath, what: string): Finding {
    return error("identity-anyone", path, {
        found: show(expression),
        cluster: `The cluster would accept ${what}.`,
        instead:
            "Write whom you mean, such as issuer: https://token.actions.githubusercontent.com and subjectRegExp: ^https://github\\.com/acme/.",
    });
}

function unanchored(expression: string, path: PropertyPath, instead: string): Finding {
    return error("identity-unanchored", path, {
        found: show(expression),
        cluster:
            "The cluster would accept every text that has a match anywhere in it, also in a name that somebody else chose.",
        instead: `Tie it down: ${instead.replaceAll(/\^\^/g, "^").replaceAll(/\$\$/g, "$")}.`,
    });
}

/** A dot between letters that stands for any character. Harmless in most places, and never meant. */
function unescapedDot(expression: string, path: PropertyPath): Finding[] {
    const dot = /(?<!\\)(?:\\\\)*[A-Za-z0-9]\.(?=(?:com|org|io|net|dev|example)\b)/.exec(expression);
    return dot === null
        ? []
        : [
              warning("identity-unescaped-dot", path, {
                  found: show(expression),
                  cluster: "The cluster would take any character in place of the dot.",
                  instead: "Write \\. for a dot.",
              }),
          ];
}

function escapeExpression(text: string): string {
    return text.replaceAll(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}
