import { CATALOGUE, RuleKind } from "../../core/policy";
import { EXAMPLES } from "./examples";

import type { RuleDoc } from "../../core/policy";
import type { Example, Place } from "./examples";

/** A page that the catalogue of rules gives, by its path in the project. */
export interface Page {
    path: string;
    text: string;
}

interface Section {
    heading: string;
    text: string;
    kind: RuleKind;
    severity: RuleDoc["severity"];
}

const SECTIONS: readonly Section[] = [
    {
        heading: "Refused by the cluster",
        text: "The API server or the webhook refuses these. They stop the preview, and cannot be ignored.",
        kind: RuleKind.Refused,
        severity: "error",
    },
    {
        heading: "Refused by this package alone",
        text: "The cluster accepts these, to somebody's harm. They stop the preview, and cannot be ignored; [stricter.md](stricter.md) lists them with the reasons.",
        kind: RuleKind.Stricter,
        severity: "error",
    },
    {
        heading: "Lints that stop the preview",
        text: "The cluster accepts these, and they can then never work, or are open to strangers.",
        kind: RuleKind.Lint,
        severity: "error",
    },
    {
        heading: "Lints that warn",
        text: "These work, and perhaps not as they were meant.",
        kind: RuleKind.Lint,
        severity: "warning",
    },
];

const INTRODUCTION = `# Findings

What \`pulumi preview\` and \`signed-images lint\` say of policies, by the code that stands in brackets behind each finding.

A lint that does not apply is left out by its code: \`ignoreLints: ["CODE"]\` in the arguments of a ClusterImagePolicy,
\`--ignore CODE\` on the command line. Words in capitals in the examples stand for values that are too long to show.
`;

/** All pages that the catalogue gives. */
export function pages(): Page[] {
    return [
        { path: "docs/findings.md", text: findingsPage() },
        { path: "docs/stricter.md", text: stricterPage() },
    ];
}

function rulesOf({ kind, severity }: Pick<Section, "kind" | "severity">): [string, RuleDoc][] {
    return Object.entries(CATALOGUE).flatMap(([code, rule]): [string, RuleDoc][] =>
        rule?.kind === kind && rule.severity === severity ? [[code, rule]] : [],
    );
}

function findingsPage(): string {
    const parts = SECTIONS.map((section) =>
        [`## ${section.heading}`, section.text, ...rulesOf(section).map(([code, rule]) => ruleText(code, rule))].join(
            "\n\n",
        ),
    );
    return `${[INTRODUCTION.trimEnd(), ...parts].join("\n\n")}\n`;
}

function ruleText(code: string, rule: RuleDoc): string {
    const example = EXAMPLES[code];
    return [
        `### ${code}`,
        `${rule.severity === "error" ? "Error" : "Warning"}: ${rule.title}.`,
        `${rule.why} ${rule.instead}`,
        ...(example === undefined ? [] : [exampleText(example)]),
        ...(rule.kind === RuleKind.Lint ? [`To ignore it: \`ignoreLints: ["${code}"]\`.`] : []),
    ].join("\n\n");
}

const FIELD_OF_PLACE: Readonly<Record<Place, string>> = {
    document: "",
    spec: "",
    images: "glob: ",
    authority: "- ",
    identity: "- ",
    trustRoot: "",
    policies: "",
    config: "",
};

const CAPTION_OF_PLACE: Readonly<Record<Place, string>> = {
    document: "a policy",
    spec: "in `spec`",
    images: "in `spec.images`",
    authority: "in `spec.authorities`",
    identity: "in `keyless.identities`",
    trustRoot: "in `spec` of a TrustRoot",
    policies: "two policies: their glob, and who must have signed",
    config: "in the ConfigMap `config-policy-controller`",
};

function exampleText({ place, bad, good }: Example): string {
    const block = (yaml: string): string => {
        const shown = place === "images" && /^$|^\*/.test(yaml) ? `"${yaml}"` : yaml;
        return `${FIELD_OF_PLACE[place]}${shown}`;
    };
    return [
        `Bad, ${CAPTION_OF_PLACE[place]}:`,
        `\`\`\`yaml\n${block(bad)}\n\`\`\``,
        "Good:",
        `\`\`\`yaml\n${block(good)}\n\`\`\``,
    ].join("\n\n");
}

function stricterPage(): string {
    const table = (section: Pick<Section, "kind" | "severity">): string =>
        [
            "| code | what it is said of | why |",
            "| --- | --- | --- |",
            ...rulesOf(section).map(
                ([code, { title, why }]) => `| [${code}](findings.md#${code}) | ${cell(title)} | ${cell(why)} |`,
            ),
        ].join("\n");
    return `# Where this package is stricter than the cluster

A policy without the findings below is valid here exactly if policy-controller's webhook accepts it. The cases below are
errors here, and the webhook accepts them.

## Always

These do harm in the cluster, and cannot be ignored.

${table({ kind: RuleKind.Stricter, severity: "error" })}

## Unless they are ignored by name

What the cluster accepts and what can then never work as it was meant, or is open to strangers. Each is a lint with the
severity \`error\`: it stops the preview and gives \`signed-images lint\` the exit code 1, unless \`ignoreLints\` or
\`--ignore\` names it.

${table({ kind: RuleKind.Lint, severity: "error" })}
`;
}

function cell(text: string): string {
    return text.replaceAll("|", "\\|");
}
