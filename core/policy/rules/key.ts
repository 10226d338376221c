import { KeyError } from "../../keys/errors";
import { readPublicKeyAsCluster } from "../../keys/public-key";
import { error, show } from "../finding";
import { hashAlgorithmNamed } from "../key-hash";
import { both, invalid, neither } from "../said";
import { isKnown, UNKNOWN } from "../unknown";
import { validateKms } from "./kms";
import { enumerate, givenOf, isMissing } from "./present";

import type { Finding } from "../finding";
import type { KeyRefManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";
import type { RuleContext } from "./context";

/** Where a key may come from. */
const SOURCES = ["data", "kms", "secretRef"] as const;

/** The paths that the webhook names: it spells `secretref` in lower case. */
const SOURCES_AS_SAID = ["data", "kms", "secretref"] as const;

/** A reference to a key (`KeyRef.Validate`). */
export function validateKey(key: Known<KeyRefManifest>, path: PropertyPath, context: RuleContext): Finding[] {
    return [
        ...validateSourceCount(key, path),
        ...validateHashAlgorithm(key.hashAlgorithm, [...path, "hashAlgorithm"]),
        ...(isKnown(key.data) && key.data !== "" ? validateData(key.data, [...path, "data"]) : []),
        ...(isKnown(key.kms) && key.kms !== "" ? validateKms(key.kms, [...path, "kms"]) : []),
        ...(isKnown(key.secretRef) ? validateSecretRef(key.secretRef, path, context) : []),
    ];
}

function validateSourceCount(key: Known<KeyRefManifest>, path: PropertyPath): Finding[] {
    const given = givenOf(key, SOURCES);
    if (given === undefined || given.length === 1) {
        return [];
    }
    return [
        error("key-source-count", path, {
            found: enumerate(given),
            cluster: (given.length === 0 ? neither : both)(path, ...SOURCES_AS_SAID),
            instead: "Keep one. For a key pair of this stack: Authority.key({ data: pair.publicKey }).",
        }),
    ];
}

function validateHashAlgorithm(name: string | typeof UNKNOWN | undefined, path: PropertyPath): Finding[] {
    if (!isKnown(name) || name === "" || hashAlgorithmNamed(name) !== undefined) {
        return [];
    }
    return [
        error("hash-algorithm-unknown", path, {
            found: show(name),
            cluster: invalid(name, path),
            instead: "Write sha224, sha256, sha384 or sha512; without it, SHA-256 is taken.",
        }),
    ];
}

/** The public key in `data`, as the webhook parses it (`cryptoutils.UnmarshalPEMToPublicKey`). */
function validateData(pem: string, path: PropertyPath): Finding[] {
    try {
        readPublicKeyAsCluster(pem);
        return [];
    } catch (cause) {
        if (!(cause instanceof KeyError)) {
            throw cause;
        }
        return [
            error(cause.code, path, {
                found: showPem(pem),
                cluster: invalid("…", path),
                instead: adviceOf(cause),
            }),
        ];
    }
}

/** Of what should be a key only the line that says what it is: the rest could be a private key. */
function showPem(pem: string): string {
    return pem.includes("-----BEGIN") ? show(pem) : `${pem.length} characters without a PEM block`;
}

/** The error's advice without its first sentence: the catalogue's title says that. */
function adviceOf({ message }: KeyError): string {
    const sentence = /^.*?[.:] (?=[A-Z])/s.exec(message)?.[0] ?? "";
    return message.slice(sentence.length);
}

function validateSecretRef(
    secretRef: Exclude<Known<KeyRefManifest>["secretRef"], undefined | typeof UNKNOWN>,
    key: PropertyPath,
    context: RuleContext,
): Finding[] {
    const { name, namespace } = secretRef;
    return [
        ...(isKnown(namespace) && namespace !== "" && namespace !== context.controllerNamespace
            ? [
                  error("secret-ref-namespace", [...key, "secretRef", "namespace"], {
                      found: show(namespace),
                      cluster: invalid(
                          namespace,
                          [...key, "secretref", "namespace"],
                          "secretref.namespace is invalid. If set, it should use the same namespace where the policy-controller was deployed",
                      ),
                      instead: `Put the Secret into ${context.controllerNamespace}, where the controller runs, and leave namespace out.`,
                  }),
              ]
            : []),
        ...(isMissing(name)
            ? [
                  error("secret-ref-name-missing", [...key, "secretRef", "name"], {
                      found: show(name),
                      cluster:
                          "The cluster would accept the policy, find no Secret, and leave the whole policy out of what it enforces.",
                      instead: "Name the Secret that holds the public key as its only entry.",
                  }),
              ]
            : []),
    ];
}
