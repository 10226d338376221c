import { error, type Finding, type PropertyPath, show } from "../core/policy";

/** What the name of a namespace must be (RFC 1123 label). */
const LABEL_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
/** Also of the values of labels, and of the names of containers. */
export const LABEL_MAX_LENGTH = 63;
/** What the names of Secrets, PriorityClasses and most other objects must be (RFC 1123 subdomain). */
const SUBDOMAIN_PATTERN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const SUBDOMAIN_MAX_LENGTH = 253;

/**
 * The rule for what must be the beginning of RFC 1123 subdomains.
 *
 * @param longestSuffix How many characters may follow.
 */
export function validateSubdomainPrefix(prefix: string, longestSuffix: number, path: PropertyPath): Finding[] {
    const maximum = SUBDOMAIN_MAX_LENGTH - longestSuffix;
    return SUBDOMAIN_PATTERN.test(prefix) && prefix.length <= maximum
        ? []
        : [
              error("subdomain-invalid", path, {
                  found: show(prefix),
                  cluster: "the API server refuses the name: it must be a lowercase RFC 1123 subdomain",
                  instead: `Write lowercase letters, digits, \`-\` and \`.\`, ${maximum} characters at most.`,
              }),
          ];
}

/** The rule for what must be an RFC 1123 subdomain: the names of Secrets, and of most other objects. */
export function validateSubdomain(name: string, path: PropertyPath): Finding[] {
    return validateSubdomainPrefix(name, 0, path);
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
