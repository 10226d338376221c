import { error, type Finding, show, valueAt } from "../../core/policy";
import { LABEL_MAX_LENGTH } from "../names";
import type { PolicyControllerArgs } from "./args";

/** What `helm install policy-controller` calls the release, and with it the objects. */
const DEFAULT_RELEASE_NAME = "policy-controller";
const CHART_NAME = "policy-controller";

/** Helm stores its own records under the name (helm.sh/helm, pkg/chartutil/validate_name.go). */
const RELEASE_NAME = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const RELEASE_NAME_MAX_LENGTH = 53;
/** The chart labels everything with the full name and `-webhook`. */
const FULL_NAME_MAX_LENGTH = LABEL_MAX_LENGTH - "-webhook".length;

export function releaseName({ releaseName: given }: PolicyControllerArgs): string {
    return given ?? DEFAULT_RELEASE_NAME;
}

/** What the names of the chart's objects begin with (templates/_helpers.tpl, `policy-controller.fullname`). */
export function fullName(args: PolicyControllerArgs): string {
    const override = textAt(args, "fullnameOverride");
    const release = releaseName(args);
    const name = chartName(args);
    return override ?? (release.includes(name) ? release : `${release}-${name}`);
}

/** The name of the container that serves the webhooks. */
export function containerName(args: PolicyControllerArgs): string {
    return `${chartName(args)}-${textAt(args, "webhook", "name") ?? "webhook"}`;
}

/** The rules for what the objects of the chart are called after. */
export function validateRelease(args: PolicyControllerArgs): Finding[] {
    const release = releaseName(args);
    if (!RELEASE_NAME.test(release) || release.length > RELEASE_NAME_MAX_LENGTH) {
        return [
            error("release-name-invalid", ["releaseName"], {
                found: show(release),
                cluster: "Helm refuses the name, and so would the API server",
                instead: `Write lowercase letters, digits and \`-\`, ${RELEASE_NAME_MAX_LENGTH} characters at most.`,
            }),
        ];
    }
    const full = fullName(args);
    if (full.length > FULL_NAME_MAX_LENGTH) {
        return [
            error("release-name-too-long", ["releaseName"], {
                found: `${show(full)} as the name of the chart's objects`,
                cluster: "the API server refuses their labels: 63 characters at most",
                instead: `Write a shorter releaseName or values.fullnameOverride: ${FULL_NAME_MAX_LENGTH} characters at most in all.`,
            }),
        ];
    }
    const container = containerName(args);
    return container.length > LABEL_MAX_LENGTH
        ? [
              error("container-name-too-long", ["values", "webhook", "name"], {
                  found: `${show(container)} as the name of the container`,
                  cluster: `the API server refuses the Deployment: ${LABEL_MAX_LENGTH} characters at most`,
                  instead: "Write a shorter values.webhook.name or values.nameOverride.",
              }),
          ]
        : [];
}

function chartName(args: PolicyControllerArgs): string {
    return textAt(args, "nameOverride") ?? CHART_NAME;
}

/** A chart value that is a text, and not empty: the templates take an empty one for nothing. */
function textAt({ values }: PolicyControllerArgs, ...path: string[]): string | undefined {
    const value = valueAt(values, path);
    return typeof value === "string" && value !== "" ? value : undefined;
}
