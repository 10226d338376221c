import { error, show } from "../finding";
import { regexpMatcher, regexpRefusal } from "../go/regexp";
import { isKnown } from "../unknown";
import { literalPrefix } from "./expression";

import type { Finding } from "../finding";
import type { PropertyPath } from "../path";
import type { Identity } from "../spec";
import type { Known } from "../unknown";

/** What certificates of a public issuer name as subject (Fulcio's docs/oidc.md). */
interface IssuerFacts {
    /** What every subject begins with; absent for e-mail addresses. */
    prefix?: string;
    /** In words. */
    subjects: string;
}

const WORKFLOW = "a workflow and its ref: https://github.com/acme/app/.github/workflows/release.yml@refs/heads/main";
const EMAIL: IssuerFacts = { subjects: "an e-mail address" };

/** The issuers of the public Sigstore instance that many people use. */
const ISSUERS: ReadonlyMap<string, IssuerFacts> = new Map([
    ["https://token.actions.githubusercontent.com", { prefix: "https://github.com/", subjects: WORKFLOW }],
    [
        "https://gitlab.com",
        {
            prefix: "https://gitlab.com/",
            subjects: "a pipeline and its ref: https://gitlab.com/acme/app//.gitlab-ci.yml@refs/heads/main",
        },
    ],
    ["https://accounts.google.com", EMAIL],
    ["https://github.com/login/oauth", EMAIL],
    ["https://login.microsoftonline.com", EMAIL],
    ["https://oauth2.sigstore.dev/auth", EMAIL],
]);

/** Whether the identity takes tokens of an issuer that gives them to anybody, with names of their own choice. */
export function isOfOpenIssuer({ issuer, issuerRegExp }: Known<Identity>): boolean {
    const open = Array.from(ISSUERS.keys());
    if (isKnown(issuerRegExp) && issuerRegExp !== "" && regexpRefusal(issuerRegExp) === undefined) {
        return open.some(regexpMatcher(issuerRegExp));
    }
    return isKnown(issuer) && open.includes(issuer);
}

/** An issuer and a subject that no certificate has together. */
export function pairFindings(identity: Known<Identity>, path: PropertyPath): Finding[] {
    const { issuer } = identity;
    if (!isKnown(issuer) || issuer === "") {
        return [];
    }
    const facts = ISSUERS.get(issuer);
    if (facts === undefined) {
        return misspelled(issuer, [...path, "issuer"]);
    }
    const isExact = isKnown(identity.subject) && identity.subject !== "";
    const subject = isExact
        ? (identity.subject as string)
        : isKnown(identity.subjectRegExp)
          ? identity.subjectRegExp
          : "";
    const fits = isExact ? isSubjectOf(facts, subject) : canBeginLike(facts, literalPrefix(subject));
    return subject === "" || fits
        ? []
        : [
              error("identity-never-together", [...path, isExact ? "subject" : "subjectRegExp"], {
                  found: `${show(subject)} from ${issuer}`,
                  cluster: `The cluster would accept no signature: ${issuer} names ${facts.subjects}.`,
                  instead: `Write ${facts.subjects}; or name the issuer that such a subject is from.`,
              }),
          ];
}

function isSubjectOf({ prefix }: IssuerFacts, subject: string): boolean {
    return prefix === undefined
        ? /^[^/\s]+@[^/\s]+$/.test(subject)
        : subject.startsWith(prefix) && subject.includes("@");
}

/** As far as an expression says how a subject begins. */
function canBeginLike({ prefix }: IssuerFacts, begin: string): boolean {
    return prefix === undefined ? !/^https?:\/\//.test(begin) : prefix.startsWith(begin) || begin.startsWith(prefix);
}

/** The issuer is compared letter by letter: a slash at the end or another case is another issuer. */
function misspelled(issuer: string, path: PropertyPath): Finding[] {
    const plain = (text: string): string =>
        text
            .toLowerCase()
            .replace(/^(?:https?:\/\/)?/, "")
            .replace(/\/+$/, "");
    const meant = Array.from(ISSUERS.keys()).find((known) => plain(known) === plain(issuer));
    return meant === undefined
        ? []
        : [
              error("identity-issuer-misspelled", path, {
                  found: show(issuer),
                  cluster: "The cluster would compare the issuer letter by letter, and accept no signature.",
                  instead: `Write ${meant}.`,
              }),
          ];
}
