import { error, type Finding, type PropertyPath, show } from "../core/policy";

/** What a Kubernetes namespace, and most other names, must be (RFC 1123 label). */
const LABEL_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const LABEL_MAX_LENGTH = 63;
/** The names of Secrets: RFC 1123 subdomain. */
const SUBDOMAIN_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_MAX_LENGTH = 253;

/**
 * The rule for what the names of Secrets start with.
 *
 * @param longestSuffix How many characters may follow.
 */
export function validateSecretNamePrefix(prefix: string, longestSuffix: number, path: PropertyPath): Finding[] {
    const maximum = SUBDOMAIN_MAX_LENGTH - longestSuffix;
    return SUBDOMAIN_PATTERN.test(prefix) && prefix.length <= maximum
        ? []
        : [
              error("secret-name-invalid", path, {
                  found: show(prefix),
                  cluster: "the API server refuses the Secret: its name must be a lowercase RFC 1123 subdomain",
                  instead: `Write lowercase letters, digits, \`-\` and \`.\`, ${maximum} characters at most.`,
              }),
          ];
}

/** The rule for a whole name of a Secret, and of what else is named like one. */
export function validateSecretName(name: string, path: PropertyPath): Finding[] {
    return validateSecretNamePrefix(name, 0, path);
}

/** The rule for what must be an RFC 1123 label: namespaces, and ids that become parts of names. */
export function validateLabel(value: string, path: PropertyPath): Finding[] {
    return LABEL_PATTERN.test(value) && value.length <= LABEL_MAX_LENGTH
        ? []
        : [
              error("label-invalid", path, {
                  found: show(value),
                  cluster: "the API server refuses the name: it must be a lowercase RFC 1123 label",
                  instead: "Write lowercase letters, digits and `-`, 63 characters at most.",
              }),
          ];
}
