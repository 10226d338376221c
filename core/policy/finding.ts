import { CATALOGUE } from "./catalogue";
import { formatPath } from "./path";
import { printable } from "./printable";
import { withoutKeyMaterial } from "./redact";

import type { Catalogue } from "./catalogue";
import type { PropertyPath } from "./path";

/** How much a finding weighs: errors stop the preview, warnings show in it. */
export const Severity = { Error: "error", Warning: "warning" } as const;
export type Severity = (typeof Severity)[keyof typeof Severity];

/** One thing that is wrong, or not what it seems, in a policy. A value: components and the CLI decide how it looks. */
export interface Finding {
    severity: Severity;
    /** Stable, kebab-case; the name of its entry in the catalogue and on the docs page, and what `ignoreLints` takes. */
    code: string;
    /** Where, in the terms of what was given: a typed policy's property, or a field of the manifest. */
    path: PropertyPath;
    /** What stands there, short and fit for a log: never the bytes of a private key. */
    found: string;
    /** What the webhook would answer, in its words; for what it accepts, a sentence on what it would then do. */
    cluster: string;
    /** What to write instead, as a sentence. */
    instead: string;
}

/** The texts of a finding: what was found, what the cluster does with it, what to write instead. */
export type FindingTexts = Pick<Finding, "found" | "cluster" | "instead">;

/** A finding that stops the preview. */
export function error(code: string, path: PropertyPath, texts: FindingTexts): Finding {
    return { severity: Severity.Error, code, path, ...safe(texts) };
}

/** A finding that shows in the preview. */
export function warning(code: string, path: PropertyPath, texts: FindingTexts): Finding {
    return { severity: Severity.Warning, code, path, ...safe(texts) };
}

/** A private key may stand in any field by mistake, and the texts repeat values: `found`, and the webhook's own words. */
function safe({ found, cluster, instead }: FindingTexts): FindingTexts {
    return {
        found: withoutKeyMaterial(found),
        cluster: withoutKeyMaterial(cluster),
        instead: withoutKeyMaterial(instead),
    };
}

/** The errors among the findings. */
export function errorsOf(findings: readonly Finding[]): Finding[] {
    return findings.filter((finding) => finding.severity === Severity.Error);
}

/** The column at which the code stands, so that the codes of many findings can be read down the right side. */
const CODE_COLUMN = 100;

/**
 * A finding as text: what is wrong where, what the cluster would do, what to write instead.
 *
 * @param catalogue where the code's title stands; a layer with codes of its own passes its own.
 * @default catalogue the catalogue of this folder
 */
export function formatFinding(finding: Finding, catalogue: Catalogue = CATALOGUE): string {
    const rule = catalogue[finding.code];
    const title = rule?.title ?? finding.code.replaceAll("-", " ");
    const where = finding.path.length === 0 ? "" : `${formatPath(finding.path)}: `;
    return [
        printable(`${where}${title} (found ${finding.found}).`),
        printable(`  ${clusterSentence(finding, rule !== undefined)}`),
        `${printable(`  ${finding.instead}`).padEnd(CODE_COLUMN - 1)} [${finding.code}]`,
    ].join("\n");
}

/** Whether a finding has the webhook's own words; otherwise a sentence of ours says what the cluster does. */
export function isQuotation({ cluster }: Finding): boolean {
    return !/^[A-Z].*\.$/s.test(cluster);
}

/** What the cluster would do: a sentence of ours as it stands, the webhook's own words as a quotation. */
function clusterSentence(finding: Finding, isOfPolicy: boolean): string {
    const { cluster, code } = finding;
    if (!isQuotation(finding)) {
        return cluster;
    }
    const object = code.startsWith("trust-root") ? "trust root" : "policy";
    const said = cluster.replaceAll("\n", ": ");
    return isOfPolicy ? `The cluster would refuse the ${object}: "${said}".` : `In the cluster: ${said}.`;
}

/** The longest value that is shown whole. */
const SHOWN_CHARACTERS = 80;

/** A value as a finding shows it: JSON on one line, shortened, and key material only by its first line. */
export function show(value: unknown): string {
    if (value === undefined) {
        return "nothing";
    }
    if (typeof value === "string" && value.includes("-----BEGIN")) {
        return JSON.stringify(/-----BEGIN [^\n\r]*?-----/.exec(value)?.[0] ?? "-----BEGIN");
    }
    // Before it is cut: of a cut line nobody can tell what it is.
    const text = withoutKeyMaterial(typeof value === "function" ? "a function" : asJson(value));
    return text.length <= SHOWN_CHARACTERS ? text : `${text.slice(0, SHOWN_CHARACTERS - 1)}…`;
}

function asJson(value: unknown): string {
    try {
        return typeof value === "symbol" ? "a value not known yet" : JSON.stringify(value);
    } catch {
        // Neither a bigint nor a list that contains itself has a form in JSON; YAML can have both.
        return typeof value === "bigint" ? String(value) : "a value that contains itself";
    }
}
