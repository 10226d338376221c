import { isQuotation } from "../../../core/policy";

import type { Finding } from "../../../core/policy";

/** What clients say, from the API's index, before they ask for anything. */
const SAID_BY_CLIENTS = ["document-not-an-object", "kind-unknown", "api-version-unknown"];

/** Where the webhook's decoder stops. */
const SAID_BY_DECODER = "cannot decode incoming new object: ";

/** What the API server says itself, before the validating webhook is asked. */
const SAID_BY_SERVER = /^metadata\.name: |Invalid value: "null"/;

/**
 * The findings whose quotations should occur in what the cluster said, and do not.
 *
 * Decoder, API server and webhook are asked one after the other. The first that refuses anything has the word: the
 * decoder with the first thing that it cannot read, the others with all that they have to say.
 */
export function unsaid(findings: readonly Finding[], message: string): Finding[] {
    const quoted = findings.filter((finding) => isQuotation(finding) && !SAID_BY_CLIENTS.includes(finding.code));
    const decoding = quoted.filter(({ cluster }) => cluster.startsWith(SAID_BY_DECODER));
    if (decoding.length > 0) {
        return decoding.some(({ cluster }) => says(message, cluster)) ? [] : decoding;
    }
    const byServer = quoted.filter(({ cluster }) => SAID_BY_SERVER.test(cluster));
    // It also looks where the webhook would not: into an authority of two kinds.
    const isOfServer = byServer.length > 0 || SAID_BY_SERVER.test(message);
    return (isOfServer ? byServer : quoted).filter(({ cluster }) => !says(message, cluster));
}

/** A message of knative's `FieldError`: what is wrong, the paths where, and details on lines of their own. */
const FIELD_ERROR =
    /^(?<said>(?:missing field\(s\)|expected exactly one, got (?:both|neither)|must not set the field\(s\)|invalid value: [^]*): )(?<paths>[^\n:]*)(?<details>(?:\n[^]*)?)$/;

/**
 * Whether a message has these words in it. Messages that differ in their paths only are one, with all the paths. `…` in
 * the words stands for anything.
 */
function says(message: string, words: string): boolean {
    const { said = words, paths, details = "" } = FIELD_ERROR.exec(words)?.groups ?? {};
    const among =
        paths === undefined
            ? ""
            : `(?:[^\\n]*, )?${paths.split(", ").map(literally).join(", (?:[^\\n]*, )?")}(?:, [^\\n]*)?`;
    const pattern = new RegExp(`${literally(said)}${among}${literally(details)}`);
    return pattern.test(withoutWrongPaths(message));
}

/** `Source.Validate` of the webhook puts a pull secret's place in front of every error that it has found before. */
function withoutWrongPaths(message: string): string {
    return message.replaceAll(/(?:\.signaturePullSecrets\[\d+\])+(?=\.signaturePullSecrets\[|\.oci)/g, "");
}

/** What Go and JSON do not write in the same way inside of quotes: control characters, and what is not ASCII. */
const WRITTEN_DIFFERENTLY = /…|[^\x20-\x7e\n]+|\\u[0-9a-f]{4}/;

function literally(words: string): string {
    return words
        .split(WRITTEN_DIFFERENTLY)
        .map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"))
        .join("[^]*?");
}
