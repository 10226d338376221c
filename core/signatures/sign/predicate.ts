import { fromJson } from "../../json";
import { PREDICATE_TYPE_NAMES, predicateTypeUri } from "../predicate-types";
import { asRecord } from "../go-json";
import { SigningError } from "./errors";

import type { SignedImage } from "../stored";

/** What is to be said of an image. */
export interface Predicate {
    /** One of cosign's names, such as `slsaprovenance`, or a URI. */
    readonly type: string;
    /** The content of the file. */
    readonly content: Uint8Array;
}

/**
 * The in-toto statement that cosign makes of a predicate (`GenerateStatement` in its pkg/cosign/attestation): `custom`
 * takes any text and wraps it with a time, everything else is a JSON object and stays as it is.
 *
 * An SPDX document that is no JSON is refused: policy-controller 0.15 reads no statement in which the predicate is a text.
 *
 * @throws SigningError `predicate-malformed`
 */
export function statementOf({ repository, digest }: SignedImage, predicate: Predicate, now: Date): Buffer {
    const predicateType = typeUri(predicate.type);
    const [algorithm = "", hex = ""] = digest.split(":");
    const statement = {
        _type: "https://in-toto.io/Statement/v0.1",
        predicateType,
        subject: [{ name: `${repository.registry}/${repository.repository}`, digest: { [algorithm]: hex } }],
        predicate: predicate.type === "custom" ? customPredicate(predicate.content, now) : objectOf(predicate),
    };
    return Buffer.from(JSON.stringify(statement), "utf8");
}

/** What a statement about the same says the same, whenever it was made. */
export function isSameStatement(left: Uint8Array, right: Uint8Array): boolean {
    return withoutTime(left) === withoutTime(right);
}

/** Only the statements that {@link customPredicate} makes have a time of their own; elsewhere it is part of what is said. */
function withoutTime(bytes: Uint8Array): string {
    const statement = asRecord(parsed(bytes) ?? null);
    const predicate = asRecord(statement?.predicate);
    return statement?.predicateType === predicateTypeUri("custom") && predicate !== undefined
        ? JSON.stringify({ ...statement, predicate: { ...predicate, Timestamp: undefined } })
        : JSON.stringify(statement);
}

/** The JSON in bytes; undefined where there is none. What it says is passed on, so that every number stays what it is. */
function parsed(bytes: Uint8Array): unknown {
    return fromJson(Buffer.from(bytes).toString("utf8"));
}

function typeUri(type: string): string {
    const uri = predicateTypeUri(type);
    if (!/^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(uri)) {
        throw new SigningError(
            "predicate-malformed",
            `${JSON.stringify(type)} is no predicate type. Give a URI, or one of ${PREDICATE_TYPE_NAMES.join(", ")}.`,
        );
    }
    return uri;
}

function customPredicate(content: Uint8Array, now: Date): object {
    return {
        Data: Buffer.from(content).toString("utf8"),
        Timestamp: `${now.toISOString().slice(0, 19)}Z`,
    };
}

/** Fields without which cosign makes no statement of that type. */
const REQUIRED: Readonly<Record<string, readonly string[] | undefined>> = {
    slsaprovenance: ["builder", "buildType"],
    slsaprovenance02: ["builder", "buildType"],
    slsaprovenance1: ["buildDefinition", "runDetails"],
    vuln: ["invocation", "scanner", "metadata"],
};

function objectOf({ type, content }: Predicate): object {
    const value = parsed(content);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
        throw new SigningError(
            "predicate-malformed",
            `A predicate of the type ${type} is a JSON object, and this is none. For other text, use the type custom.`,
        );
    }
    const missing = (REQUIRED[type] ?? []).filter((field) => !Object.hasOwn(value, field));
    if (missing.length > 0) {
        throw new SigningError(
            "predicate-malformed",
            `A predicate of the type ${type} has ${missing.join(" and ")}, and this has not. Give the predicate alone, not the whole statement around it.`,
        );
    }
    return value;
}
