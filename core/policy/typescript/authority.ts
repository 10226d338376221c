import { HashAlgorithm, PolicyType, PredicateType, SignatureFormat, StaticAction } from "../spec";
import { fieldsOf } from "./fields";
import { call, list, member, name, object, value } from "./source";

import type { Attestation, Authority, Keyless, KeyRef, Policy, Static } from "../spec";
import type { Constants } from "./constants";
import type { Field, Source } from "./source";

/** What the pieces of one policy have in common. */
export interface Surroundings {
    /** The policy's name. */
    policy: string;
    constants: Constants;
    /** The constants of the TrustRoots that the program makes as well, by their names. */
    trustRoots: ReadonlyMap<string, string>;
}

/** An authority by the factory of its kind. */
export function authoritySource(authority: Authority, around: Surroundings): Source {
    const { key, keyless, static: answer, ...options } = authority;
    const more = optionFields(options, around);
    if (key !== undefined) {
        return call("Authority.key", object([...keyFields(key, around), ...more]));
    }
    if (keyless !== undefined) {
        return call("Authority.keyless", object([...keylessFields(keyless, around), ...more]));
    }
    // The factory takes a name beside the answer; of the rest the webhook ignores what it does not refuse.
    const fields = answer === undefined ? [] : answerFields(answer);
    return more.every((field) => field.name === "name")
        ? call("Authority.static", object([...fields, ...more]))
        : object([{ name: "static", source: object(fields) }, ...more]);
}

function optionFields(options: Omit<Authority, "key" | "keyless" | "static">, around: Surroundings): Field[] {
    return fieldsOf(options, {
        ctlog: (log) => trusting(log, around),
        rfc3161timestamp: (timestamp) => trusting(timestamp, around),
        attestations: (attestations) => list(attestations.map((attestation) => attestationSource(attestation, around))),
        signatureFormat: (format) => member("SignatureFormat", SignatureFormat, format),
    });
}

function keyFields(key: KeyRef, { constants, policy }: Surroundings): Field[] {
    return fieldsOf(key, {
        data: (data) => constants.text(data, `${policy}-key`),
        hashAlgorithm: (hash) => member("HashAlgorithm", HashAlgorithm, hash),
    });
}

function keylessFields(keyless: Keyless, around: Surroundings): Field[] {
    return fieldsOf(keyless, { trustRootRef: (reference) => trustRootSource(reference, around) });
}

function answerFields(answer: Static): Field[] {
    return fieldsOf(answer, { action: (action) => member("StaticAction", StaticAction, action) });
}

/** A part that names a TrustRoot. */
function trusting(part: { trustRootRef?: string }, around: Surroundings): Source {
    return object(fieldsOf(part, { trustRootRef: (reference) => trustRootSource(reference, around) }));
}

/** By what the program makes itself, so that it comes first. */
function trustRootSource(reference: string, { trustRoots }: Surroundings): Source {
    const constant = trustRoots.get(reference);
    return constant === undefined ? value(reference) : name(`${constant}.name`);
}

function attestationSource({ name: called, predicateType, policy }: Attestation, around: Surroundings): Source {
    const factory = Object.entries(PredicateType).find(([, type]) => type === predicateType)?.[0];
    const unsaid = factory === undefined ? { predicateType } : {};
    const fields = fieldsOf({ name: called, ...unsaid, policy }, { policy: (given) => programSource(given, around) });
    return factory === undefined
        ? object(fields)
        : call(`Attestation.${factory.slice(0, 1).toLowerCase()}${factory.slice(1)}`, object(fields));
}

/** A program that judges what was verified. */
export function programSource({ type, data, ...rest }: Policy, { constants, policy }: Surroundings): Source {
    const text = data === undefined ? undefined : constants.text(data, `${policy}-program`);
    const isPlain = Object.keys(rest).length === 0;
    return text !== undefined && isPlain
        ? call(`Policy.${type}`, text)
        : object([
              { name: "type", source: member("PolicyType", PolicyType, type) },
              ...(text === undefined ? [] : [{ name: "data", source: text }]),
              ...fieldsOf(rest),
          ]);
}
