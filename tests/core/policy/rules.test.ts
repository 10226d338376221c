import { expect } from "chai";

import { CATALOGUE, RuleKind, validateManifest } from "../../../core/policy";
import { BROKEN, VALID } from "./cases";
import { base64, KEYS } from "./samples";
import { trustRootOf, validation, withAuthorities, withSpec } from "./support";

const KEY = { key: { data: KEYS.p256 } };

describe("validation names exactly what is wrong", () => {
    for (const [table, cases] of Object.entries(BROKEN)) {
        describe(table.toLowerCase().replaceAll("_", " "), () => {
            for (const [claim, document, code, path] of cases) {
                it(`${claim}: ${code}`, () => {
                    expect(validation(document)).to.deep.equal([`${code} at ${path}`]);
                });
            }
        });
    }

    it("has a case for every rule of the catalogue", () => {
        const tried = Object.values(BROKEN).flatMap((cases) => cases.map(([, , code]) => code));
        const rules = Object.entries(CATALOGUE).filter(([, rule]) => rule?.kind !== RuleKind.Lint);
        // Bytes behind a key inside its block: core/keys has the case. What one version alone takes: tuf.test.ts has them.
        expect(rules.map(([code]) => code).filter((code) => !tried.includes(code))).to.deep.equal([
            "key-trailing-data",
            "trust-root-mirror-fs-doubtful",
        ]);
    });

    it("has an entry in the catalogue for every code that it uses, of the same severity", () => {
        for (const [, document] of Object.values(BROKEN).flat()) {
            for (const { code, severity } of validateManifest(document)) {
                expect(CATALOGUE[code], code).to.deep.include({ severity });
            }
        }
    });
});

describe("validation takes what the webhook takes", () => {
    for (const [claim, document] of VALID) {
        it(claim, () => {
            expect(validation(document)).to.deep.equal([]);
        });
    }

    it("a Secret in another namespace, where the controller runs there", () => {
        const document = withAuthorities({ key: { secretRef: { name: "k", namespace: "signing" } } });
        expect(validation(document, { controllerNamespace: "signing" })).to.deep.equal([]);
    });

    it("a policy without authorities, where the controller is set to take it", () => {
        expect(validation(withSpec({ authorities: [] }), { failOnEmptyAuthorities: false })).to.deep.equal([]);
    });
});

describe("what v1beta1 loses", () => {
    it("is named: ctlog without a url, rfc3161timestamp without a trust root", () => {
        const authority = { ...KEY, ctlog: { trustRootRef: "r" }, rfc3161timestamp: {} };
        const document = { ...withAuthorities(authority), apiVersion: "policy.sigstore.dev/v1beta1" };
        expect(validation(document)).to.deep.equal([
            "api-version-converted at apiVersion",
            "conversion-drops-field at spec.authorities.0.ctlog",
            "conversion-drops-field at spec.authorities.0.rfc3161timestamp",
        ]);
    });
});

describe("a refusal is quoted in the cluster's own words", () => {
    const quotations: readonly (readonly [claim: string, document: unknown, words: string])[] = [
        [
            "images that are absent reach the API server as null",
            withSpec({ images: undefined }),
            'spec.images: Invalid value: "null": spec.images in body must be of type array: "null"',
        ],
        ["images that are empty do not", withSpec({ images: [] }), "missing field(s): spec.images"],
        [
            "a class without an end",
            withSpec({ images: [{ glob: "a[" }] }),
            "invalid value: a[: spec.images[0].glob\nglob is invalid: syntax error in pattern",
        ],
        [
            "a class with an end",
            withSpec({ images: [{ glob: "[a-z]" }] }),
            'invalid value: [a-z]: spec.images[0].glob\nglob is invalid: invalid glob "[a-z]"',
        ],
        [
            "no name",
            { ...withSpec({}), metadata: {} },
            "metadata.name: Required value: name or generateName is required",
        ],
        [
            "bytes as a list, with one that is none",
            trustRootOf({ remote: { root: [123, 300], mirror: "https://tuf.example" } }),
            "cannot decode incoming new object: json: cannot unmarshal number 300 into Go struct field …",
        ],
        [
            "a TUF repository without files",
            trustRootOf({ repository: { root: base64('{"signatures":[]}') } }),
            'spec.repository.mirrorFS: Invalid value: "null": spec.repository.mirrorFS in body must be of type string: "null"',
        ],
    ];
    for (const [claim, document, words] of quotations) {
        it(claim, () => {
            expect(validateManifest(document).map(({ cluster }) => cluster)).to.deep.equal([words]);
        });
    }
});
