import { expect } from "chai";
import fc from "fast-check";

import {
    CATALOGUE,
    checkManifest,
    checkPolicy,
    formatFinding,
    lintManifests,
    lintPolicy,
    specOfManifest,
    UNKNOWN,
    validateManifest,
    validatePolicy,
    validateTrustRoot,
    valueAt,
} from "../../../core/policy";
import { anyDocument, policyManifest, trustRootManifest } from "./arbitraries";
import { brief, withAuthorities, withSpec } from "./support";

import type {
    ClusterImagePolicyManifestSpec,
    ClusterImagePolicySpec,
    Finding,
    MaybeUnknown,
    TrustRootSpec,
} from "../../../core/policy";

const anyManifest = fc.oneof(policyManifest, trustRootManifest, anyDocument);

/** The value that a path leads to, or the last one that is there on the way: absent fields have a path as well. */
function parentExists(document: unknown, { path }: Finding): boolean {
    return (
        path.length === 0 ||
        path.some((_, index) => valueAt(document, path.slice(0, index + 1)) !== undefined) ||
        path.length === 1
    );
}

describe("whatever a document is", () => {
    it("validation and lints answer, with codes of the catalogue and texts that can be shown", () => {
        fc.assert(
            fc.property(anyManifest, (document) => {
                for (const finding of checkManifest(document)) {
                    expect(CATALOGUE[finding.code], finding.code).to.include({ severity: finding.severity });
                    expect(formatFinding(finding)).to.match(/^[^\n]+\n {2}\S[^\n]+\n {2}\S[^\n]* \[[a-z0-9-]+\]$/);
                }
            }),
            { numRuns: 1500 },
        );
    });

    it("validation and lints answer, also where it is no policy in any form", () => {
        fc.assert(
            fc.property(fc.anything({ withBigInt: true, withDate: true, withNullPrototype: true }), (value) => {
                checkManifest(value);
                checkManifest(withSpec({ images: value }));
                checkPolicy(value as ClusterImagePolicySpec);
                checkPolicy({ images: ["**"], authorities: [value] } as ClusterImagePolicySpec);
                validateTrustRoot(value as TrustRootSpec);
                lintManifests([value, withAuthorities(value)]);
            }),
            { numRuns: 1500 },
        );
    });

    it("a finding's path points into it", () => {
        fc.assert(
            fc.property(anyManifest, (document) => {
                for (const finding of validateManifest(document)) {
                    expect(parentExists(document, finding), finding.path.join(".")).to.equal(true);
                }
            }),
            { numRuns: 1000 },
        );
    });

    it("nothing is said of what is unknown in it, and nothing because of it", () => {
        fc.assert(
            fc.property(policyManifest, fc.nat(), (document, choice) => {
                const places = placesIn(document.spec, ["spec"]);
                const place = places[choice % places.length] ?? [];
                const after = validateManifest(replaced(document, place, UNKNOWN));
                // A field's own name, and a label's, may be wrong whatever their values are.
                const ofValues = after.filter(
                    ({ code }) => !["unknown-field", "match-selector-invalid"].includes(code),
                );
                const isInside = (path: Finding["path"]): boolean => place.every((part, index) => path[index] === part);
                expect(ofValues.filter(({ path }) => isInside(path))).to.deep.equal([]);
                if (validateManifest(document).length === 0) {
                    expect(after).to.deep.equal([]);
                }
            }),
            { numRuns: 1000 },
        );
    });
});

/** Every place in a value, itself included. */
function placesIn(value: unknown, path: (string | number)[]): (string | number)[][] {
    const inside = Array.isArray(value)
        ? value.flatMap((entry: unknown, index) => placesIn(entry, [...path, index]))
        : typeof value === "object" && value !== null
          ? Object.entries(value).flatMap(([name, entry]) => placesIn(entry, [...path, name]))
          : [];
    return [path, ...inside];
}

/** A copy with another value at one place. */
function replaced(root: unknown, [first, ...rest]: (string | number)[], value: unknown): unknown {
    if (first === undefined) {
        return value;
    }
    const child = replaced(valueAt(root, [first]), rest, value);
    return Array.isArray(root)
        ? root.map((entry: unknown, index) => (index === first ? child : entry))
        : { ...(root as object), [first]: child };
}

describe("all findings at once", () => {
    it("each of two broken authorities is named as it is alone", () => {
        fc.assert(
            fc.property(policyManifest, policyManifest, (left, right) => {
                const authorities = [left, right].map(({ spec }) => firstAuthority(spec));
                const alone = authorities.map((authority) => brief(validateManifest(withAuthorities(authority))));
                const together = brief(validateManifest(withAuthorities(...authorities)));
                const moved = (alone[1] ?? []).map((found) => found.replace("authorities.0", "authorities.1"));
                expect(together).to.have.members([...(alone[0] ?? []), ...moved]);
            }),
            { numRuns: 500 },
        );
    });
});

function firstAuthority(spec: unknown): unknown {
    const authorities = valueAt(spec, ["authorities"]);
    return Array.isArray(authorities) ? (authorities[0] ?? {}) : {};
}

describe("a typed policy", () => {
    it("is judged as the manifest that it renders to", () => {
        fc.assert(
            fc.property(policyManifest, (document) => {
                // The way back is for sound manifests: leave out what has wrong types or unknown fields.
                const codes = validateManifest(document).map(({ code }) => code);
                fc.pre(
                    !codes.some((code) => ["wrong-type", "unknown-field"].includes(code)) &&
                        !JSON.stringify(document).includes("null"),
                );
                const spec = specOfManifest(document.spec as ClusterImagePolicyManifestSpec);
                expect(validatePolicy(spec).map(({ code }) => code)).to.have.members(codes);
            }),
            { numRuns: 500 },
        );
    });

    it("has findings with paths of its own fields", () => {
        const spec: ClusterImagePolicySpec = {
            images: ["ok/**", "{bad}"],
            authorities: [
                { keyless: { issuerRegExp: "(", subject: "s", identities: [{ issuer: "i", subjectRegExp: "[" }] } },
                { keyless: { identities: [{ issuer: "i", subjectRegExp: "[" }] } },
                { keyless: { caCert: { data: "x" }, identities: [{ issuer: "i", subject: "s" }] } },
            ],
        };
        expect(brief(validatePolicy(spec))).to.deep.equal([
            "glob-invalid at images.1",
            "regexp-invalid at authorities.0.keyless.issuerRegExp",
            "regexp-invalid at authorities.0.keyless.identities.0.subjectRegExp",
            "regexp-invalid at authorities.1.keyless.identities.0.subjectRegExp",
            "keyless-ca-cert at authorities.2.keyless.caCert",
            "key-no-pem at authorities.2.keyless.caCert.data",
        ]);
    });

    it("has what is known of it judged, where something is not", () => {
        const spec: MaybeUnknown<ClusterImagePolicySpec> = {
            images: UNKNOWN,
            authorities: [UNKNOWN, { key: { data: UNKNOWN, hashAlgorithm: "md5" as "sha256" } }],
            mode: "audit" as "warn",
        };
        expect(brief(validatePolicy(spec))).to.deep.equal([
            "hash-algorithm-unknown at authorities.1.key.hashAlgorithm",
            "mode-unknown at mode",
        ]);
        expect(validatePolicy(UNKNOWN)).to.deep.equal([]);
        expect(lintPolicy(UNKNOWN)).to.deep.equal([]);
    });

    it("has lints with paths of its own fields, which can be ignored", () => {
        const spec: ClusterImagePolicySpec = {
            images: ["ghcr.io/acme/app:1"],
            authorities: [{ keyless: { issuer: "https://issuer.example", subjectRegExp: "acme" } }],
        };
        expect(brief(checkPolicy(spec))).to.deep.equal([
            "glob-never-matches at images.0",
            "expression-unanchored at authorities.0.keyless.subjectRegExp",
        ]);
        expect(checkPolicy(spec, { ignoreLints: ["glob-never-matches", "expression-unanchored"] })).to.deep.equal([]);
    });
});
