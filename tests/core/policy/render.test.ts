import { expect } from "chai";
import fc from "fast-check";

import {
    containsUnknown,
    errorsOf,
    Images,
    PolicyMode,
    renderClusterImagePolicy,
    renderTrustRoot,
    specOfManifest,
    UNKNOWN,
    validateManifest,
} from "../../../core/policy";
import { policyManifest } from "./arbitraries";
import { CA } from "./certificates";
import { base64, KEYS } from "./samples";

import type { ClusterImagePolicyManifestSpec, ClusterImagePolicySpec, MaybeUnknown } from "../../../core/policy";

describe("a rendered policy", () => {
    it("has the webhook's defaults in it", () => {
        const spec: ClusterImagePolicySpec = {
            images: [Images.under("ghcr.io/acme")],
            authorities: [
                { key: { secretRef: { name: "release" } } },
                {
                    name: "ci",
                    keyless: { issuer: "https://issuer.example", subjectRegExp: "^https://acme\\.example/" },
                },
            ],
            match: [{ version: "v1", resource: "pods" }],
        };
        expect(renderClusterImagePolicy("acme", spec)).to.deep.equal({
            apiVersion: "policy.sigstore.dev/v1alpha1",
            kind: "ClusterImagePolicy",
            metadata: { name: "acme" },
            spec: {
                images: [{ glob: "ghcr.io/acme/**" }],
                authorities: [
                    { name: "authority-0", key: { secretRef: { name: "release" } } },
                    {
                        name: "ci",
                        keyless: {
                            url: "https://fulcio.sigstore.dev",
                            identities: [
                                { issuer: "https://issuer.example", subjectRegExp: "^https://acme\\.example/" },
                            ],
                        },
                    },
                ],
                mode: "enforce",
                match: [{ group: "", version: "v1", resource: "pods" }],
            },
        });
    });

    it("has the hash that belongs to the key, unless another is written", () => {
        const hashes = (keys: { data: string; hashAlgorithm?: "sha256" }[]): unknown[] => {
            const spec = { images: ["**"], authorities: keys.map((key) => ({ key })) };
            return (renderClusterImagePolicy("a", spec).spec.authorities ?? []).map(({ key }) => key?.hashAlgorithm);
        };
        expect(
            hashes([{ data: KEYS.p256 }, { data: KEYS.p384 }, { data: KEYS.p521 }, { data: KEYS.rsa2048 }]),
        ).to.deep.equal([undefined, "sha384", "sha512", undefined]);
        expect(hashes([{ data: KEYS.p384, hashAlgorithm: "sha256" }, { data: "no key" }])).to.deep.equal([
            "sha256",
            undefined,
        ]);
    });

    it("has the identity in place before the others", () => {
        const keyless = { issuer: "a", subject: "b", identities: [{ issuer: "c", subject: "d" }] };
        const { spec } = renderClusterImagePolicy("a", { images: ["**"], authorities: [{ keyless }] });
        expect(spec.authorities?.[0]?.keyless?.identities).to.deep.equal([
            { issuer: "a", subject: "b" },
            { issuer: "c", subject: "d" },
        ]);
    });

    it("is in the form in which the webhook writes it back", () => {
        const { spec } = renderClusterImagePolicy("a", {
            images: ["**"],
            mode: PolicyMode.Warn,
            match: [],
            authorities: [
                {
                    keyless: {
                        url: "HTTPS://Fulcio.example/a b",
                        identities: [{ issuer: "i", issuerRegExp: "", subject: "s" }],
                    },
                    attestations: [],
                    source: [{ oci: "", tagPrefix: "" }],
                },
            ],
        });
        expect(spec).to.deep.equal({
            images: [{ glob: "**" }],
            mode: "warn",
            authorities: [
                {
                    name: "authority-0",
                    keyless: { url: "https://Fulcio.example/a%20b", identities: [{ issuer: "i", subject: "s" }] },
                    source: [{ tagPrefix: "" }],
                },
            ],
        });
    });

    it("keeps what is not known yet where it is", () => {
        const spec: MaybeUnknown<ClusterImagePolicySpec> = {
            images: ["ghcr.io/acme/**", UNKNOWN],
            authorities: [
                UNKNOWN,
                { key: { data: UNKNOWN } },
                { name: UNKNOWN, keyless: { issuer: UNKNOWN, subject: "s" } },
            ],
            match: UNKNOWN,
        };
        expect(renderClusterImagePolicy(UNKNOWN, spec)).to.deep.equal({
            apiVersion: "policy.sigstore.dev/v1alpha1",
            kind: "ClusterImagePolicy",
            metadata: { name: UNKNOWN },
            spec: {
                images: [{ glob: "ghcr.io/acme/**" }, { glob: UNKNOWN }],
                authorities: [
                    UNKNOWN,
                    { name: "authority-1", key: { data: UNKNOWN, hashAlgorithm: UNKNOWN } },
                    {
                        name: UNKNOWN,
                        keyless: {
                            url: "https://fulcio.sigstore.dev",
                            identities: [{ issuer: UNKNOWN, subject: "s" }],
                        },
                    },
                ],
                mode: "enforce",
                match: UNKNOWN,
            },
        });
        expect(containsUnknown(spec)).to.equal(true);
        expect(containsUnknown({ a: [1, null, { b: "c" }] })).to.equal(false);
    });
});

describe("a rendered trust root", () => {
    it("has the folder of the targets, and a list of authorities", () => {
        const remote = { root: base64("{}"), mirror: "https://tuf.example" };
        expect(renderTrustRoot("a", { remote }).spec).to.deep.equal({ remote: { ...remote, targets: "targets" } });
        const timestampAuthorities = [
            { subject: { organization: "o", commonName: "c" }, uri: "https://tsa.example", certChain: base64(CA) },
        ];
        expect(renderTrustRoot("a", { sigstoreKeys: { timestampAuthorities } }).spec).to.deep.equal({
            sigstoreKeys: { certificateAuthorities: [], timestampAuthorities },
        });
    });
});

describe("the way back from a manifest", () => {
    it("gives the policy that somebody would have written", () => {
        const spec = specOfManifest({
            images: [{ glob: "ghcr.io/acme/**" }],
            mode: "enforce",
            match: [{ group: "", version: "v1", resource: "pods" }],
            authorities: [
                { name: "authority-0", key: { data: KEYS.p384 } },
                {
                    name: "ci",
                    keyless: { url: "https://fulcio.sigstore.dev", identities: [{ issuer: "i", subject: "s" }] },
                },
            ],
        });
        expect(spec).to.deep.equal({
            images: ["ghcr.io/acme/**"],
            match: [{ version: "v1", resource: "pods" }],
            authorities: [
                // What the webhook takes without being told has to be said: the key alone would imply SHA-384.
                { key: { data: KEYS.p384, hashAlgorithm: "sha256" } },
                { name: "ci", keyless: { issuer: "i", subject: "s" } },
            ],
        });
    });

    it("and forth again changes nothing", () => {
        fc.assert(
            fc.property(policyManifest, (document) => {
                fc.pre(errorsOf(validateManifest(document)).length === 0 && !JSON.stringify(document).includes("null"));
                const given = document.spec as ClusterImagePolicyManifestSpec;
                const once = renderClusterImagePolicy("generated", specOfManifest(given));
                const twice = renderClusterImagePolicy("generated", specOfManifest(once.spec));
                expect(twice).to.deep.equal(once);
                expect(errorsOf(validateManifest(once))).to.deep.equal([]);
            }),
            { numRuns: 300 },
        );
    });
});
