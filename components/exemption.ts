import { error, type Finding, show, warning } from "../core/policy";

/** RFC 3339's date-time; Date.parse alone takes much else, and another date for some of it: 24:00 is the next day's 00:00. */
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]([01]\d|2[0-3]):\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Whether the exemption still lasts. */
export function isExempt(until: string | undefined, now: Date): boolean {
    return until !== undefined && now.getTime() < Date.parse(until);
}

/** The rules for `exemptUntil`: an error for what is no date, a reminder while it lasts and after it. */
export function validateExemption(namespace: string, until: string | undefined, now: Date): Finding[] {
    if (until === undefined) {
        return [];
    }
    if (!RFC_3339.test(until) || Number.isNaN(Date.parse(until)) || !namesARealDay(until)) {
        return [
            error("exemption-no-date", ["exemptUntil"], {
                found: show(until),
                cluster: "nobody could say when enforcement comes back",
                instead: 'Write an RFC 3339 date and time: "2026-12-01T00:00:00Z".',
            }),
        ];
    }
    if (!isExempt(until, now)) {
        return [
            warning("exemption-over", ["exemptUntil"], {
                found: show(until),
                cluster: `The exemption of ${namespace} is over, and it is enforced again.`,
                instead: "Take exemptUntil away.",
            }),
        ];
    }
    const days = Math.ceil((Date.parse(until) - now.getTime()) / DAY_MS);
    return [
        warning("exemption-lasts", ["exemptUntil"], {
            found: show(until),
            cluster: `Any image runs in ${namespace} for ${days} more ${days === 1 ? "day" : "days"}; the first \`pulumi up\` after that enforces again.`,
            instead: "Take exemptUntil away to enforce at once.",
        }),
    ];
}

/** `2026-02-30` is taken for the second of March by Date.parse. */
function namesARealDay(until: string): boolean {
    const day = until.slice(0, 10);
    return new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}
