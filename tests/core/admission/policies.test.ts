import crypto from "node:crypto";
import { mock } from "node:test";
import { expect } from "chai";

import { Admission, judge } from "../../../core/admission";
import { UNKNOWN } from "../../../core/policy";
import { claim, signature } from "../../support/image-workshop";
import { ACME, FAIL, HOST, keyOf, PASS, policy, STRANGER, workshop } from "./support";

const SOME = `${HOST}/acme/app@sha256:${"a".repeat(64)}`;

describe("the policies that are in force", () => {
    const { registry } = workshop();

    function absentOf(policies: object[], secrets: object[] = []) {
        return new Admission({ policies, secrets }, { registry }).absentPolicies;
    }

    function secret(data: Record<string, string>) {
        return { apiVersion: "v1", kind: "Secret", metadata: { name: "release" }, data };
    }

    const inSecret = policy("p", [{ key: { secretRef: { name: "release" } } }]);
    const pem = Buffer.from(ACME.pem).toString("base64");

    it("are not those that the webhook refuses", () => {
        const [absent] = absentOf([policy("p", [{ key: { data: "no key" } }])]);
        expect(absent?.reason).to.match(/^The cluster refuses the policy: invalid value/);
    });

    it("are also those that only this package refuses", () => {
        expect(absentOf([policy("p", [PASS], { colour: "blue" })])).to.deep.equal([]);
    });

    it("are not those whose Secret has two entries, none, or no key", () => {
        expect(absentOf([inSecret], [secret({ "cosign.pub": pem })])).to.deep.equal([]);
        expect(absentOf([inSecret], [secret({ a: pem, b: pem })])[0]?.reason).to.match(/several entries/);
        expect(absentOf([inSecret], [secret({})])[0]?.reason).to.match(/empty/);
        expect(absentOf([inSecret], [secret({ a: "bm8=" })])[0]?.reason).to.match(/no public key/);
    });

    it("are not those that the controller says it cannot read", () => {
        const status = { conditions: [{ type: "Ready", status: "False", message: "secret not found" }] };
        expect(absentOf([{ ...policy("p", [PASS]), status }])[0]?.reason).to.match(/secret not found/);
    });

    it("may be none any more where a source cannot be parsed", async () => {
        const poison = policy("poison", [{ ...keyOf(ACME), source: [{ oci: "registry.example.com:5000" }] }]);
        const rules = { policies: [poison, policy("p", [PASS])] };
        const verdict = await judge({ image: SOME }, rules, { registry });
        expect(verdict.verdict).to.equal("unknown");
        expect(verdict.reason).to.match(/policy poison has a source/);
    });

    it("are the last of one name", async () => {
        const rules = { policies: [policy("p", [FAIL]), policy("p", [PASS])] };
        expect((await judge({ image: SOME }, rules, { registry })).verdict).to.equal("admitted");
    });
});

describe("an admission", () => {
    it("asks everything once, however many objects run the image and policies ask for it", async () => {
        const { registry, images } = workshop();
        const digest = await images.image("acme/app");
        const payload = claim(images.repository("acme/app"), digest);
        await images.attach("acme/app", digest, "sig", [signature(ACME, payload)]);
        const policies = [policy("p", [keyOf(ACME)]), policy("q", [keyOf(STRANGER), keyOf(ACME)])];
        const admission = new Admission({ policies }, { registry });
        const verdicts = await Promise.all(
            Array.from({ length: 5 }, () => admission.judge({ image: `${HOST}/acme/app:1` })),
        );
        expect(verdicts.map(({ verdict }) => verdict)).to.deep.equal(Array(5).fill("admitted"));
        const manifests = registry.questions.filter((question) => question.startsWith("manifest"));
        expect(manifests).to.have.length(2);
    });

    it("looks at a signature once for a key, however many policies trust it under whatever name", async () => {
        const { registry, images } = workshop();
        const digest = await images.image("acme/app");
        // Each signature of this one is read anew for each key: its payload is not cosign's own.
        const payload = Buffer.from(
            claim(images.repository("acme/app"), digest).toString().replace("null", '{"a":"b"}'),
        );
        const layers = Array.from({ length: 3 }, () => signature(STRANGER, payload));
        await images.attach("acme/app", digest, "sig", layers);
        const verificationsFor = async (count: number) => {
            const policies = Array.from({ length: count }, (_, n) =>
                policy(`p${n}`, [{ name: `n${n}`, ...keyOf(ACME) }]),
            );
            const verify = mock.method(crypto, "verify");
            try {
                const { verdict } = await judge({ image: `${HOST}/acme/app@${digest}` }, { policies }, { registry });
                expect(verdict).to.equal("refused");
                return verify.mock.callCount();
            } finally {
                verify.mock.restore();
            }
        };
        const once = await verificationsFor(1);
        expect(once).to.be.at.least(layers.length);
        expect(await verificationsFor(30)).to.equal(once);
    });

    it("gives the tree of reasons: which glob matched, which authority said what", async () => {
        const { registry, images } = workshop();
        const digest = await images.image("acme/app");
        const verdict = await judge(
            { image: `${HOST}/acme/app@${digest}` },
            {
                policies: [
                    policy("p", [{ name: "release", ...keyOf(ACME) }, FAIL], {
                        images: [{ glob: "ghcr.io/**" }, { glob: `${HOST}/acme/*` }],
                    }),
                ],
            },
            { registry },
        );
        expect(verdict).to.deep.equal({
            image: `${HOST}/acme/app@${digest}`,
            digest,
            verdict: "refused",
            reason: "Policy p: release: no signatures found. authority-1: disallowed by static policy: not today.",
            policies: [
                {
                    name: "p",
                    glob: `${HOST}/acme/*`,
                    result: "failed",
                    authorities: [
                        { name: "release", result: "failed", reason: "no signatures found." },
                        {
                            name: "authority-1",
                            result: "failed",
                            reason: "disallowed by static policy: not today.",
                        },
                    ],
                },
            ],
        });
    });

    it("passes over nothing that is not known yet: neither a pod's spec, nor its containers, nor an image", async () => {
        const { registry } = workshop();
        const admission = new Admission({ policies: [policy("p", [PASS])] }, { registry });
        const podSpecs = [
            UNKNOWN,
            { containers: UNKNOWN },
            { containers: [UNKNOWN] },
            { containers: [{ image: UNKNOWN }] },
        ];
        for (const spec of [UNKNOWN, ...podSpecs.map((podSpec) => ({ template: { spec: podSpec } }))]) {
            const workload = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "web" }, spec };
            expect(await admission.judgeWorkload({ workload })).to.deep.include({ verdict: "unknown" });
        }
    });

    it("says nothing against objects that the webhooks do not see", async () => {
        const { registry } = workshop();
        const workload = { apiVersion: "example.com/v1", kind: "App", metadata: { name: "a" }, spec: {} };
        const verdict = await judge({ image: SOME, workload }, { policies: [] }, { registry });
        expect(verdict.verdict).to.equal("admitted");
    });
});
