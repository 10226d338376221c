import { KeyError } from "../../keys/errors";
import { readPublicKeyAsCluster } from "../../keys/public-key";
import { error, show } from "../finding";
import { decodeBase64 } from "../go/base64";
import { readCertificates } from "../go/certificates";
import { invalid, missing, neither, nullRefused } from "../said";
import { isKnown, UNKNOWN } from "../unknown";
import { isMissing, isMissingUrl } from "./present";

import type { Finding } from "../finding";
import type { PropertyPath } from "../path";
import type { CertificateAuthority, SigstoreKeys, TransparencyLog } from "../spec";
import type { Known } from "../unknown";

/** The lists in the order in which the webhook goes through them, and what it calls each. */
const LISTS = [
    { field: "certificateAuthorities", said: "certificateAuthority", validate: validateAuthority },
    { field: "timestampAuthorities", said: "timestampAuthorities", validate: validateTimestampAuthority },
    { field: "ctLogs", said: "ctLogs", validate: validateLog },
    { field: "tLogs", said: "tLogs", validate: validateLog },
] as const;

/**
 * Keys and certificates of one's own (`SigstoreKeys.Validate`).
 *
 * The webhook checks every entry and keeps only its answer for the last one, so that a broken entry passes where a good
 * one follows it. The controller then cannot use it; so here every entry counts, and a finding says which of the two
 * would say no.
 */
export function validateSigstoreKeys(keys: Known<SigstoreKeys>, path: PropertyPath): Finding[] {
    const entries = LISTS.flatMap(({ field, said, validate }) =>
        entriesOf(keys[field]).map(([entry, index]) =>
            // The lists hold different entries; each goes to the rule beside its name.
            (validate as EntryRule)(entry, [...path, field, index], [...path, said, index]),
        ),
    );
    const isOpen = LISTS.some(({ field }) => keys[field] === UNKNOWN || keys[field]?.includes(UNKNOWN) === true);
    return [
        ...validateCount(keys, path, entries.length > 0 || isOpen),
        ...entries.flatMap((findings, index) =>
            index === entries.length - 1 && !isOpen ? findings : findings.map(overlooked),
        ),
    ];
}

type EntryRule = (entry: object, path: PropertyPath, said: PropertyPath) => Finding[];

function entriesOf(list: Known<SigstoreKeys>[keyof SigstoreKeys]): [object, number][] {
    return isKnown(list)
        ? list.flatMap((entry, index): [object, number][] => (isKnown(entry) ? [[entry, index]] : []))
        : [];
}

/** What the webhook refuses at the last place only. */
const OVERLOOKED_CODES = ["trust-root-entry-incomplete", "trust-root-chain-invalid"];

/** The same finding at a place where the webhook does not mind. */
function overlooked(finding: Finding): Finding {
    return OVERLOOKED_CODES.includes(finding.code)
        ? error("trust-root-entry-overlooked", finding.path, {
              ...finding,
              cluster: "The cluster would accept the trust root, because it keeps its answer for the last entry only.",
          })
        : finding;
}

function validateCount(keys: Known<SigstoreKeys>, path: PropertyPath, hasEntries: boolean): Finding[] {
    const place = [...path, "certificateAuthorities"];
    const { certificateAuthorities } = keys;
    if (certificateAuthorities === undefined) {
        return [
            error("trust-root-authorities-missing", place, {
                found: "nothing",
                cluster: nullRefused(place, "array"),
                instead:
                    "Write the list; without certificate authorities of your own, an empty one: certificateAuthorities: [].",
            }),
        ];
    }
    return hasEntries || certificateAuthorities === UNKNOWN
        ? []
        : [
              error("trust-root-authorities-missing", place, {
                  found: "none",
                  cluster: neither(path, "certificateAuthority", "timestampAuthorities"),
                  instead: "List at least one certificate authority, time-stamping authority or log.",
              }),
          ];
}

function validateAuthority(authority: Known<CertificateAuthority>, path: PropertyPath, said: PropertyPath): Finding[] {
    const place = [...path, "certChain"];
    return [
        ...validateNames(authority, path, said),
        ...validateBytes(authority.certChain, place, missing(said, "certchain")),
        ...validateChain(authority.certChain, place),
    ];
}

function validateNames(
    { subject, uri }: Known<CertificateAuthority>,
    path: PropertyPath,
    said: PropertyPath,
): Finding[] {
    // An absent subject is an empty one to Go.
    const names =
        subject === UNKNOWN
            ? []
            : (["organization", "commonName"] as const).filter((field) =>
                  isMissing((subject as typeof subject | undefined)?.[field]),
              );
    return [
        ...names.map((field) => incomplete([...path, "subject", field], missing([...said, "subject"], field))),
        ...(isMissingUrl(uri) ? [incomplete([...path, "uri"], missing(said, "uri"))] : []),
    ];
}

function validateTimestampAuthority(
    authority: Known<CertificateAuthority>,
    path: PropertyPath,
    said: PropertyPath,
): Finding[] {
    const place = [...path, "certChain"];
    const { certificates, refusal } = readCertificates(textOf(authority.certChain), "trim");
    if (refusal !== undefined) {
        return [
            ...validateNames(authority, path, said),
            error("trust-root-chain-invalid", place, {
                found: `${show(textOf(authority.certChain))} with ${refusal}`,
                cluster: invalid("error splitting the certificates", [...said, "certChain"]),
                instead: CHAIN_ADVICE,
            }),
        ];
    }
    const leaves = certificates.filter((certificate) => !certificate.ca);
    return [
        ...validateAuthority(authority, path, said),
        ...(leaves.length > 1
            ? [
                  error("trust-root-chain-invalid", place, {
                      found: `${leaves.length} certificates that are no authorities`,
                      cluster: invalid("certificate chain must contain at most one TSA certificate", [
                          ...said,
                          "certChain",
                      ]),
                      instead:
                          "Keep one time-stamping certificate in front of its authorities; write the other as an entry of its own.",
                  }),
              ]
            : []),
    ];
}

function validateLog(log: Known<TransparencyLog>, path: PropertyPath, said: PropertyPath): Finding[] {
    return [
        ...(isMissingUrl(log.baseURL) ? [incomplete([...path, "baseURL"], missing(said, "baseURL"))] : []),
        ...(isMissing(log.hashAlgorithm)
            ? [incomplete([...path, "hashAlgorithm"], missing(said, "hashAlgorithm"))]
            : []),
        ...validateBytes(log.publicKey, [...path, "publicKey"], missing(said, "publicKey")),
        ...validateLogKey(log.publicKey, [...path, "publicKey"]),
    ];
}

function incomplete(path: PropertyPath, cluster: string): Finding {
    return error("trust-root-entry-incomplete", path, { found: "nothing", cluster, instead: "Fill it in." });
}

const CHAIN_ADVICE =
    "Write CERTIFICATE blocks, the root last, and nothing behind the last line end, in base64: base64 -w0 FILE.";

type Bytes = string | typeof UNKNOWN | undefined;

function validateBytes(bytes: Bytes, path: PropertyPath, asEmpty: string): Finding[] {
    if (bytes === undefined) {
        return [
            error("trust-root-bytes-missing", path, {
                found: "nothing",
                cluster: nullRefused(path, "string"),
                instead: "Write the PEM in base64: base64 -w0 FILE.",
            }),
        ];
    }
    return textOf(bytes) === "" && bytes !== UNKNOWN ? [incomplete(path, asEmpty)] : [];
}

/** The text in the base64 of a field; nothing for what is not known. */
function textOf(bytes: Bytes): string {
    return isKnown(bytes) ? (decodeBase64(bytes)?.toString("latin1") ?? "") : "";
}

function validateChain(certChain: Bytes, path: PropertyPath): Finding[] {
    const { refusal } = readCertificates(textOf(certChain), "exact");
    return refusal === undefined
        ? []
        : [
              error("trust-root-chain-unreadable", path, {
                  found: show(textOf(certChain)),
                  cluster: `The cluster would not be able to use the trust root (Ready=False) because of ${refusal}.`,
                  instead: CHAIN_ADVICE,
              }),
          ];
}

function validateLogKey(publicKey: Bytes, path: PropertyPath): Finding[] {
    const text = textOf(publicKey);
    if (text === "") {
        return [];
    }
    try {
        readPublicKeyAsCluster(text);
        return [];
    } catch (cause) {
        if (!(cause instanceof KeyError)) {
            throw cause;
        }
        return [
            error("trust-root-log-key-unreadable", path, {
                found: text.includes("-----BEGIN") ? show(text) : "no PEM block",
                cluster: `The cluster would accept the trust root and not be able to use it (Ready=False), as it cannot read this key.`,
                instead: "Write the log's public key as PEM, in base64: base64 -w0 FILE.",
            }),
        ];
    }
}
