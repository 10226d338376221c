import { error, show, warning } from "../finding";
import { regexpMatcher, regexpRefusal } from "../go/regexp";
import { isKnown } from "../unknown";
import { authoritiesOf } from "./context";
import { isAnchoredAtEnd, isAnchoredAtStart, literalPrefix } from "./expression";
import { isOfOpenIssuer, pairFindings } from "./issuers";

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
        ...(isLintable(subjectRegExp)
            ? subjectFindings(subjectRegExp, isOfOpenIssuer(identity), [...path, "subjectRegExp"])
            : []),
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

/** @param isOpen whether anybody can have a token of the issuer, with a name of their own choice in it */
function subjectFindings(expression: string, isOpen: boolean, path: PropertyPath): Finding[] {
    const matches = regexpMatcher(expression);
    if (STRANGERS.every(matches)) {
        return [isOpen ? anyone(expression, path) : anySubject(expression, path)];
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
    return [...unanchoredSubject(expression, isOpen, path), ...unescapedDot(expression, path)];
}

/** At the beginning a subject must be tied down; an e-mail address may instead be by its domain, at the end. */
function unanchoredSubject(expression: string, isOpen: boolean, path: PropertyPath): Finding[] {
    const isDomain = isAnchoredAtEnd(expression) && /@[^@/]*$/.test(expression);
    if (!isTiedAtStart(expression) && !isDomain) {
        return [
            isOpen
                ? openToStrangers(expression, path, tiedDown(expression))
                : unanchored(expression, path, isOpenAtStart(expression) ? tiedDown(expression) : `^${expression}`),
        ];
    }
    // A dot in a host's name is meant as one, also where it is not escaped.
    const meant = expression.replaceAll(/(?<!\\)\.(?=[a-z])/g, "\\.");
    const prefix = literalPrefix(meant);
    const isHalfName =
        /^https:\/\/[^/]+\/[^/]*[A-Za-z0-9]$/.test(prefix) &&
        /^\^(?:[^\\^$.|?*+()[\]{}]|\\[^A-Za-z0-9])*(?:\.\*)?$/.test(meant);
    return isHalfName || /^https:\/\/[^/]+$/.test(prefix)
        ? [
              warning("identity-open-end", path, {
                  found: show(expression),
                  cluster: `The cluster would accept ${prefix}-evil/… as well: the name goes on where the expression ends.`,
                  instead: `End the name: ^${escapeExpression(prefix)}/.`,
              }),
          ]
        : [];
}

/** `^.*` ties nothing down. */
function isTiedAtStart(expression: string): boolean {
    return isAnchoredAtStart(expression) && !/^(?:\(\?[imsU]+\))?\^\.[*+]/.test(expression);
}

/** What this one seems to mean, of an issuer whose subjects are those of a forge or e-mail addresses. */
function tiedDown(expression: string): string {
    const isName = /^[A-Za-z0-9_-]+$/.test(expression);
    if (isName || isOpenAtStart(expression)) {
        const name = isName ? expression : "acme";
        return `^https://github\\.com/${name}/, or @${name}\\.example$`;
    }
    if (expression.startsWith("@")) {
        return `${expression}$`;
    }
    const isWithoutScheme = /^[a-z0-9-]+(?:\\?\.[a-z0-9-]+)+\//.test(expression);
    return isWithoutScheme ? `^https://${expression}` : `^${expression}`;
}

function isOpenAtStart(expression: string): boolean {
    return /^\^?\.[*+]/.test(expression);
}

function issuerFindings(expression: string, path: PropertyPath): Finding[] {
    const matches = regexpMatcher(expression);
    if (
        ["https://accounts.google.com", "https://token.actions.githubusercontent.com", "https://issuer.example"].every(
            matches,
        )
    ) {
        return [anyIssuer(expression, path)];
    }
    const isAnchored = isTiedAtStart(expression) && isAnchoredAtEnd(expression);
    const instead = isOpenAtStart(expression) ? "^https://issuer\\.acme\\.example$" : `^${expression}$`;
    return [...(isAnchored ? [] : [unanchored(expression, path, instead)]), ...unescapedDot(expression, path)];
}

function anyone(expression: string, path: PropertyPath): Finding {
    return error("identity-anyone", path, {
        found: show(expression),
        cluster:
            "The cluster would accept every subject, and anybody can have a certificate from this issuer: the policy would stop nobody.",
        instead:
            "Write whom you mean, such as issuer: https://token.actions.githubusercontent.com and subjectRegExp: ^https://github\\.com/acme/.",
    });
}

function anySubject(expression: string, path: PropertyPath): Finding {
    return warning("identity-any-subject", path, {
        found: show(expression),
        cluster: "The cluster would accept a signature from everybody to whom this issuer gives a token.",
        instead: "Name the subjects that may sign, unless the issuer serves nobody else.",
    });
}

function anyIssuer(expression: string, path: PropertyPath): Finding {
    return warning("identity-any-issuer", path, {
        found: show(expression),
        cluster: "The cluster would accept such a subject from whichever issuer names it.",
        instead: "Write the one that you mean, such as issuer: https://token.actions.githubusercontent.com.",
    });
}

/** A stranger chooses a part of the subject: the repository's name, the branch's, the mailbox. */
function openToStrangers(expression: string, path: PropertyPath, instead: string): Finding {
    return error("identity-unanchored", path, {
        found: show(expression),
        cluster:
            "The cluster would accept any subject with such a text anywhere in it: strangers can name a repository, a branch or a mailbox so.",
        instead: `Tie it down, such as ${anchoredOnce(instead)}.`,
    });
}

function unanchored(expression: string, path: PropertyPath, instead: string): Finding {
    return warning("expression-unanchored", path, {
        found: show(expression),
        cluster:
            "The cluster would accept every text that has a match anywhere in it, not only at its beginning or end.",
        instead: `Tie it down, such as ${anchoredOnce(instead)}.`,
    });
}

function anchoredOnce(expression: string): string {
    return expression.replaceAll(/\^\^/g, "^").replaceAll(/\$\$/g, "$");
}

/** A dot between letters that stands for any character. Harmless in most places, and never meant. */
function unescapedDot(expression: string, path: PropertyPath): Finding[] {
    // Between \Q and \E a dot is a dot.
    const dot = /(?<!\\)(?:\\\\)*[A-Za-z0-9]\.(?=(?:com|org|io|net|dev|example)\b)/.exec(
        expression.replaceAll(/\\Q.*?(?:\\E|$)/gs, ""),
    );
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
