import type * as pulumi from "@pulumi/pulumi";
import { checkImport, KeyError, passwordBytes, type PublicKeyInfo, readPublicKey } from "../core/keys";
import { error, type Finding, type PropertyPath, show, UNKNOWN } from "../core/policy";
import type { KeyGeneration, PrivateKeyHome } from "./cosign-key-pair";
import { knownNow } from "./known-values";
import { validateLabel } from "./names";

const PRIVATE_KEY_HOMES: readonly PrivateKeyHome[] = ["secret", "output"];

/** What is declared of a key pair as a whole. */
export interface DeclaredGenerations {
    generations: readonly KeyGeneration[];
    current: string | undefined;
    privateKey?: PrivateKeyHome;
}

/** The rules for the generations of a key pair. */
export function validateGenerations({ generations, current, privateKey }: DeclaredGenerations): Finding[] {
    if (generations.length === 0) {
        return [
            error("generations-empty", ["generations"], {
                found: "an empty list",
                cluster: "a policy without keys admits nothing",
                instead: 'List at least one generation: [{ id: "2026-11" }].',
            }),
        ];
    }
    const ids = generations.map((generation) => generation.id);
    return [
        ...generations.flatMap((generation, index) => [
            ...validateLabel(generation.id, ["generations", index, "id"]),
            ...validateNotReserved(generation.id, ["generations", index, "id"]),
            ...(ids.indexOf(generation.id) === index ? [] : [doubled(generation.id, index)]),
            ...validatePresent(generation, ["generations", index]),
            ...validateSource(generation, ["generations", index]),
        ]),
        ...validateDistinctKeys(generations),
        ...validateCurrent(ids, current),
        ...validateHome(
            generations.find(({ id }) => id === (current ?? ids[0])),
            privateKey,
        ),
    ];
}

function doubled(id: string, index: number): Finding {
    return error("generation-doubled", ["generations", index, "id"], {
        found: show(id),
        cluster: "two keys would want the same name",
        instead: "Give each generation an id of its own, and never use one again.",
    });
}

/** `PREFIX-ID-pub` is the Secret of the public key of the generation ID. */
function validateNotReserved(id: string, path: PropertyPath): Finding[] {
    return id.endsWith("-pub")
        ? [
              error("generation-id-reserved", path, {
                  found: show(id),
                  cluster: "its Secret would be named as the one that holds another generation's public key",
                  instead: "Choose an id that does not end in -pub.",
              }),
          ]
        : [];
}

function validateCurrent(ids: readonly string[], current: string | undefined): Finding[] {
    if (current === undefined && ids.length > 1) {
        return [
            error("current-generation-missing", ["current"], {
                found: `${ids.length} generations and no current one`,
                cluster: "a signer that takes up a key before every cluster trusts it gets its images refused",
                instead: `Say which generation signs, for example current: ${JSON.stringify(ids[0])}.`,
            }),
        ];
    }
    if (current !== undefined && !ids.includes(current)) {
        return [
            error("current-generation-unknown", ["current"], {
                found: show(current),
                cluster: "nothing could sign with it",
                instead: `Name one of the listed generations: ${ids.join(", ")}.`,
            }),
        ];
    }
    return [];
}

/** What is given decides where the key comes from: nothing, a private key with its password, or a public key. */
function validateSource(generation: KeyGeneration, path: PropertyPath): Finding[] {
    const { publicKey, privateKey, password } = generation;
    if (publicKey !== undefined && privateKey !== undefined) {
        return [
            error("generation-source-ambiguous", path, {
                found: "a publicKey beside a privateKey",
                cluster: "where the two do not belong together, what one signs is refused by the other",
                instead:
                    "Keep privateKey where this stack holds the key to sign with, publicKey where it only trusts it.",
            }),
        ];
    }
    if (privateKey !== undefined && password === undefined) {
        return [
            error("password-missing", [...path, "password"], {
                found: show(password),
                cluster: "The key would lie in the Secret or the output under a password that nobody chose.",
                instead: 'Write the password of the key, as a secret; password: "" for a key without one.',
            }),
        ];
    }
    if (privateKey === undefined && password !== undefined) {
        return [
            error("password-without-private-key", [...path, "password"], {
                found: "a password and no privateKey",
                cluster: "nothing would be encrypted with it: a generated key gets a password of its own",
                instead: "Write the privateKey that it opens, or leave it out.",
            }),
        ];
    }
    return [
        ...whereKnown(publicKey, (known) => validatePublicKey(known, [...path, "publicKey"])),
        ...whereKnown(privateKey, (known) => validatePrivateKey(known, [...path, "privateKey"])),
        ...whereKnown(password, (known) => validatePassword(known, [...path, "password"])),
    ];
}

/** What is plain is known before any resource is registered; of the rest, an `apply` says the same. */
function whereKnown(value: pulumi.Input<string> | undefined, rule: (known: string) => Finding[]): Finding[] {
    const known = knownNow(value);
    return known === undefined || known === UNKNOWN ? [] : rule(known);
}

/** A setting that is not there would otherwise mean, without a word, that a new key is generated. */
function validatePresent(generation: KeyGeneration, path: PropertyPath): Finding[] {
    return (["publicKey", "privateKey"] as const)
        .filter((name) => name in generation && generation[name] === undefined)
        .flatMap((name) => notText(generation[name], [...path, name]));
}

/** The rule for what has to be a text once it is known, and is never shown. */
export function notText(value: unknown, path: PropertyPath): Finding[] {
    return typeof value === "string"
        ? []
        : [
              error("key-missing", path, {
                  found: value === undefined || value === null ? "nothing" : "something that is no text",
                  cluster: "A key of which nobody knows would stand in for the one that is meant.",
                  instead: "Give the value (from the configuration: requireSecret), or leave the property out.",
              }),
          ];
}

/** The rule for an imported public key that is known. */
export function validatePublicKey(publicKey: string, path: PropertyPath): Finding[] {
    return validateKey(publicKey, path, readPublicKey);
}

/** The rule for an imported private key that is known, as far as it tells without its password. */
function validatePrivateKey(privateKey: string, path: PropertyPath): Finding[] {
    return validateKey(privateKey, path, checkImport);
}

function validateKey(text: string, path: PropertyPath, read: (text: string) => PublicKeyInfo | undefined): Finding[] {
    if (typeof text !== "string") {
        return notText(text, path);
    }
    try {
        const { algorithm = "", policyControllerRefusal } = read(text) ?? {};
        return policyControllerRefusal === undefined ? [] : [neverVerifies(algorithm, policyControllerRefusal, path)];
    } catch (problem) {
        return [findingOf(problem, path)];
    }
}

function validatePassword(password: string, path: PropertyPath): Finding[] {
    if (typeof password !== "string") {
        return notText(password, path);
    }
    try {
        passwordBytes(password).fill(0);
        return [];
    } catch (problem) {
        return [findingOf(problem, path)];
    }
}

/** What was made of a private key and its password that cannot be used. Nothing of either is shown. */
export function findingOf(problem: unknown, keyPath: PropertyPath): Finding {
    if (!(problem instanceof KeyError)) {
        throw problem;
    }
    const isPassword = problem.field === "password";
    return error(problem.code, isPassword ? [...keyPath.slice(0, -1), "password"] : keyPath, {
        found: "a value that is not shown",
        cluster:
            keyPath.at(-1) === "publicKey" ? "Nothing could be verified by it." : "Nobody could sign with the key.",
        instead: problem.message,
    });
}

/** A key that policy-controller takes, and of which it accepts no signature. */
export function neverVerifies(algorithm: string, reason: string, path: PropertyPath): Finding {
    return error("key-never-verifies", path, {
        found: algorithm,
        cluster: "The cluster would accept the policy, and refuse every image that this key signed.",
        instead: `${reason.charAt(0).toUpperCase()}${reason.slice(1)}`,
    });
}

function validateDistinctKeys(generations: readonly KeyGeneration[]): Finding[] {
    return doubledKeys(generations.map(({ publicKey }) => fingerprintOrNone(publicKey)));
}

/**
 * The rule that each key is listed once: under a second id, it would stay trusted when the first one is dropped.
 *
 * @param fingerprints One for each generation; undefined where it is not known, or cannot be anybody else's.
 */
export function doubledKeys(fingerprints: readonly (string | undefined)[]): Finding[] {
    return fingerprints.flatMap((fingerprint, index) => {
        const first = fingerprint === undefined ? index : fingerprints.indexOf(fingerprint);
        return first === index
            ? []
            : [
                  error("generation-key-doubled", ["generations", index], {
                      found: `the key of generations[${first}]`,
                      cluster: "The key would stay trusted after one of the two generations is dropped.",
                      instead: "List each key once.",
                  }),
              ];
    });
}

function fingerprintOrNone(publicKey: KeyGeneration["publicKey"]): string | undefined {
    try {
        return typeof publicKey === "string" ? readPublicKey(publicKey).fingerprint : undefined;
    } catch {
        // validatePublicKey says what is wrong with it.
        return undefined;
    }
}

function validateHome(current: KeyGeneration | undefined, home: PrivateKeyHome | undefined): Finding[] {
    if (home !== undefined && !PRIVATE_KEY_HOMES.includes(home)) {
        return [
            error("private-key-home-unknown", ["privateKey"], {
                // Not quoted: who takes this for the place of the key itself has written the key here.
                found: "something else",
                cluster: "nobody would know where the private key went",
                instead: `Write ${PRIVATE_KEY_HOMES.join(" or ")}. A key to import belongs into its generation.`,
            }),
        ];
    }
    if (home === "output" && current?.publicKey !== undefined) {
        return [
            error("private-key-absent", ["privateKey"], {
                found: `"output", where the current generation ${show(current.id)} is a public key`,
                cluster: "there is no private key to put out",
                instead: "Leave privateKey out, or let current name a generation with a private key.",
            }),
        ];
    }
    return [];
}
