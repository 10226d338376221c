import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import {
    CATALOGUE,
    checkManifest,
    controllerConfigFindings,
    lintManifests,
    RuleKind,
    Severity,
} from "../../core/policy";
import { EXAMPLES, type Example } from "../../docs/source/examples";
import { pages } from "../../docs/source/pages";
import { CA, LEAF, OTHER_LEAF } from "../core/policy/certificates";
import { KEYS } from "../core/policy/samples";
import { repositoryThatExpires, repositoryWithUnreadableTarget } from "../core/policy/tuf-cases";
import { tufRepository } from "../core/policy/tuf-repository";
import { policyOf, trustRootOf } from "../core/policy/support";
import { PROJECT_FOLDER } from "../support/project";

const p256 = KEYS.p256;
const bytes = (text: string): string => Buffer.from(text).toString("base64");
const block = (type: string, body: string): string => `-----BEGIN ${type}-----\n${body}\n-----END ${type}-----\n`;
const body = p256.split("\n").slice(1, -2).join("");

const REPOSITORY = tufRepository();

/** What the words in capitals stand for. */
const VALUES: Readonly<Record<string, unknown>> = {
    PEM: p256,
    TRUNCATED: p256.slice(0, 60),
    MALFORMED: block("PUBLIC KEY", bytes("no key")),
    TRAILING: block("PUBLIC KEY", Buffer.concat([Buffer.from(body, "base64"), Buffer.from([0])]).toString("base64")),
    PRIVATE: block("PRIVATE KEY", "MIGHAgEA"),
    CERTIFICATE: CA,
    OTHER: block("OPENSSH PUBLIC KEY", "AAAA"),
    TWO: p256 + KEYS.rsa2048,
    ED25519: KEYS.ed25519,
    ED448: KEYS.ed448,
    P384: KEYS.p384,
    RSA1024: KEYS.rsa1024,
    SLSA: "https://slsa.dev/provenance/v1",
    SUM: "0".repeat(64),
    IDENTITY: { issuer: "https://token.actions.githubusercontent.com", subjectRegExp: "^https://github\\.com/acme/" },
    BASE64_ROOT: REPOSITORY.root,
    BASE64_MIRROR: REPOSITORY.mirrorFS,
    MIRROR_WITH_ANOTHER_TARGET: repositoryWithUnreadableTarget().mirrorFS,
    MIRROR_OF_LAST_MONTH: repositoryThatExpires(new Date(Date.now() + 24 * 60 * 60 * 1000)).mirrorFS,
    BASE64_CHAIN: bytes(CA),
    BASE64_TRAILING: bytes(`${CA}\n\n`),
    BASE64_LEAVES: bytes(LEAF + OTHER_LEAF + CA),
    BASE64_TSA: bytes(LEAF + CA),
    BASE64_KEY: bytes(p256),
};

/** The YAML of an example with values in place of the words. */
function valueOf(yaml: string): unknown {
    return JSON.parse(
        JSON.stringify(parse(yaml.replaceAll(/(key|ca-cert): PEM/g, "$1: { data: PEM }"))),
        (_, part: unknown) =>
            typeof part === "string" && Object.hasOwn(VALUES, part)
                ? VALUES[part]
                : typeof part === "string"
                  ? part.replace("SUM", "0".repeat(64))
                  : part,
    );
}

function codesOf({ place }: Example, yaml: string): string[] {
    const value = place === "images" ? yaml : valueOf(yaml);
    const images = [{ glob: "ghcr.io/acme/app@*" }];
    const authorities = [{ key: { data: p256 } }];
    switch (place) {
        case "document":
            return codes(checkManifest(value));
        case "spec":
            return [true, false].flatMap((failOnEmptyAuthorities) =>
                codes(
                    checkManifest(policyOf({ images, authorities, ...(value as object) }), { failOnEmptyAuthorities }),
                ),
            );
        case "images":
            return codes(checkManifest(policyOf({ images: [{ glob: value }], authorities })));
        case "authority":
            return codes(checkManifest(policyOf({ images, authorities: [value] })));
        case "identity":
            return codes(checkManifest(policyOf({ images, authorities: [{ keyless: { identities: [value] } }] })));
        case "trustRoot":
            return codes(checkManifest(trustRootOf(value)));
        case "policies":
            return lintManifests(Object.entries(value as object).map(namedPolicy)).map(({ finding }) => finding.code);
        case "config":
            return codes(controllerConfigFindings(value as Record<string, string>));
    }
}

function namedPolicy([name, text]: [string, string]): unknown {
    const [glob, signer] = text.split(" ");
    const isKey = signer === "key" || signer === "other";
    const authority = isKey
        ? { key: { data: signer === "key" ? p256 : KEYS.rsa2048 } }
        : { static: { action: signer } };
    return { ...policyOf({ images: [{ glob }], authorities: [authority] }), metadata: { name } };
}

function codes(findings: readonly { code: string }[]): string[] {
    return findings.map(({ code }) => code);
}

describe("the pages about findings", () => {
    for (const { path: file, text } of pages()) {
        it(`${file} is what the catalogue says (otherwise: npm run docs)`, () => {
            expect(fs.readFileSync(path.join(PROJECT_FOLDER, file), "utf8")).to.equal(text);
        });
    }

    it("have an example of every code", () => {
        const missing = Object.keys(CATALOGUE).filter((code) => EXAMPLES[code] === undefined);
        expect(missing).to.deep.equal(["ignored-lint-unknown"]);
    });

    it("list every error that the cluster does not have as a stricter rule", () => {
        const stricter = pages().find(({ path: file }) => file.endsWith("stricter.md"))?.text ?? "";
        const unlisted = Object.entries(CATALOGUE).filter(
            ([code, rule]) =>
                rule?.severity === Severity.Error &&
                rule.kind !== RuleKind.Refused &&
                !stricter.includes(`findings.md#${code}`),
        );
        expect(unlisted.map(([code]) => code)).to.deep.equal([]);
    });

    for (const [code, example] of Object.entries(EXAMPLES)) {
        it(`show for ${code} what it is said of, and what it is not`, () => {
            if (example === undefined) {
                return;
            }
            expect(codesOf(example, example.bad)).to.include(code);
            expect(codesOf(example, example.good)).not.to.include(code);
        });
    }
});
