/** A report for a comment on a pull request. */
import { isLost, placeOf } from "../../core/admission/checked-image";
import { resolvedDigest } from "../../core/admission/lines";
import { reasonLines } from "../../core/admission/reason";
import { Verdict } from "../../core/admission/verdict";
import { notes, sentenceOf } from "./table";

import type { CheckedImage } from "../../core/admission/checked-image";
import type { CheckReport } from "./report";

/** GitHub and GitLab take comments of 65,536 characters and more; room is left for what others put around it. */
const MAXIMUM_CHARACTERS = 60_000;

const SIGNS = {
    [Verdict.Admitted]: "✅",
    [Verdict.Warned]: "⚠️",
    [Verdict.Refused]: "❌",
    [Verdict.Unknown]: "❔",
} as const;

/** Worst first: what must be read is not cut off. */
const ORDER: readonly Verdict[] = [Verdict.Refused, Verdict.Unknown, Verdict.Warned, Verdict.Admitted];

/** The report as Markdown, cut where it becomes too long for a comment. */
export function markdownOf(report: CheckReport): string {
    const head = ["### Image signatures", "", escaped(sentenceOf(report.summary)), ""].join("\n");
    const tail = notes(report)
        .map((note) => `- ${escaped(note)}`)
        .join("\n");
    const rows = [...report.images]
        .sort((left, right) => ORDER.indexOf(left.verdict) - ORDER.indexOf(right.verdict))
        .map(rowOf);
    const room = MAXIMUM_CHARACTERS - head.length - Math.min(tail.length, MAXIMUM_CHARACTERS / 3);
    const shown = fitting(rows, room);
    const cut = rows.length - shown.length;
    return [
        head,
        ...(shown.length > 0 ? ["| | image | where | why |\n| --- | --- | --- | --- |", ...shown, ""] : []),
        ...(cut > 0 ? [`… and ${cut} more.\n`] : []),
        ...(tail === "" ? [] : [tail.slice(0, MAXIMUM_CHARACTERS / 3), ""]),
    ].join("\n");
}

function fitting(rows: readonly string[], room: number): string[] {
    let used = 0;
    return rows.filter((row) => (used += row.length + 1) <= room);
}

function rowOf(image: CheckedImage): string {
    const { verdict, workload, policies } = image;
    const advice = policies.flatMap(({ authorities }) => authorities.flatMap(({ advice }) => advice ?? []));
    const lost = isLost(image) ? ["It runs now, and would not come back."] : [];
    const cells = [
        `${SIGNS[verdict]} ${verdict}`,
        [image.image, resolvedDigest(image)]
            .filter((name) => name !== "")
            .map(code)
            .join("<br>"),
        workload === null ? "" : escaped(`${placeOf(workload)}, ${workload.path}`),
        [...[...lost, ...reasonLines(image)].map(escaped), ...advice.map(code)].join("<br>"),
    ];
    return `| ${cells.join(" | ")} |`;
}

/**
 * Text in which nothing of Markdown or HTML is left, and nothing that GitHub or GitLab make a link, a mention or a reference of:
 * names come from files and registries of others. Entities do not stop mentions, which are looked for in what is rendered.
 */
function escaped(text: string): string {
    return entities(plain(text).replaceAll(/[@#!~%$&](?=[\w"])/g, "$&\u200b"));
}

/** Text in a fixed pitch, where nobody looks for mentions: entities work in it, a backtick and a pipe do not. */
function code(text: string): string {
    return `<code>${entities(plain(text))}</code>`;
}

function plain(text: string): string {
    return text.replaceAll(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, " ");
}

function entities(text: string): string {
    return text
        .replaceAll("&", "&amp;")
        .replaceAll("<", "&lt;")
        .replaceAll(/[\\`*_{}[\]()#+!|~@>]|:(?=\/\/)|(?<=www)\./gi, (character) => `&#${character.charCodeAt(0)};`);
}
