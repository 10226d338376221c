import * as pulumi from "@pulumi/pulumi";
import { errorsOf, type Finding, formatFinding, formatPath } from "../core/policy";

/**
 * Stops the program with every error among the findings, before anything is registered; shows warnings in the preview.
 *
 * @throws InputPropertiesError where at least one finding is an error.
 */
export function rejectFindings(component: string, name: string, findings: readonly Finding[]): void {
    const errors = errorsOf(findings);
    if (errors.length > 0) {
        throw new pulumi.InputPropertiesError({
            message: [`${component} "${name}":`, ...errors.map((finding) => formatFinding(finding))].join("\n"),
            errors: errors.map((finding) => ({
                propertyPath: formatPath(finding.path),
                reason: formatFinding(finding),
            })),
        });
    }
    for (const finding of findings) {
        void pulumi.log.warn(`${component} "${name}": ${formatFinding(finding)}`);
    }
}
