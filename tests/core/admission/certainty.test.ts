import { expect } from "chai";
import fc from "fast-check";

import { judge, type ImageVerdict, type Rules } from "../../../core/admission";
import { whyLines } from "../../../core/admission/lines";
import { reasonLines } from "../../../core/admission/reason";
import { UNKNOWN } from "../../../core/policy";
import { claim, signature } from "../../support/image-workshop";
import { ACME, FAIL, FailingRegistry, HOST, keyOf, PASS, policy, workshop } from "./support";

import type { RegistryReader } from "../../../core/registry";

const KMS = { key: { kms: "hashivault://release" } };
const IN_SECRET = { key: { secretRef: { name: "release-pub" } } };
const CUE = { type: "cue", data: "a: 1" };

describe("a verdict that cannot be known", () => {
    const { registry, images } = workshop();
    let signed: string;
    let unsigned: string;

    before(async () => {
        const digest = await images.image("acme/signed");
        await images.attach("acme/signed", digest, "sig", [
            signature(ACME, claim(images.repository("acme/signed"), digest)),
        ]);
        signed = `${HOST}/acme/signed@${digest}`;
        unsigned = `${HOST}/acme/unsigned@${await images.image("acme/unsigned")}`;
    });

    function verdictOf(image: string, policies: object[], more: Partial<Rules> = {}, from: RegistryReader = registry) {
        return judge({ image }, { policies, ...more }, { registry: from });
    }

    async function expectUnknown(found: Promise<ImageVerdict>, reason: RegExp): Promise<void> {
        expect((await found).verdict).to.equal("unknown");
        expect((await found).reason).to.match(reason);
    }

    it("is unknown, and says what is missing", async () => {
        await expectUnknown(verdictOf(signed, [policy("p", [KMS])]), /key management service/);
        await expectUnknown(verdictOf(signed, [policy("p", [IN_SECRET])]), /Secret release-pub/);
        await expectUnknown(verdictOf(signed, [policy("p", [keyOf(ACME)], { policy: CUE })]), /CUE program/);
        const down = new FailingRegistry("unreachable");
        await expectUnknown(verdictOf(signed, [policy("p", [keyOf(ACME)])], {}, down), /no answer/);
        const unresolved = verdictOf(`${HOST}/acme/signed:1`, [policy("p", [PASS])], {}, down);
        await expectUnknown(unresolved, /digest is not known/);
        expect(reasonLines(await unresolved)).to.deep.equal([(await unresolved).reason]);
        expect(whyLines(await unresolved)[0]).to.equal(`  ${(await unresolved).reason}`);
        await expectUnknown(
            verdictOf(signed, [policy("p", [{ key: { data: UNKNOWN } }])]),
            /not known before the deployment/,
        );
        await expectUnknown(
            judge({ image: undefined }, { policies: [] }, { registry }),
            /not known before the deployment/,
        );
    });

    it("is unknown where the registry misbehaves in a way that the cluster, elsewhere, may not see", async () => {
        const codes = [
            "redirect-loop",
            "insecure-redirect",
            "insecure-realm",
            "too-large",
            "protocol-error",
            "tls",
        ] as const;
        for (const code of codes) {
            await expectUnknown(
                verdictOf(signed, [policy("p", [keyOf(ACME)])], {}, new FailingRegistry(code)),
                /no answer/,
            );
        }
    });

    it("is known all the same where another authority passes", async () => {
        expect((await verdictOf(signed, [policy("p", [KMS, keyOf(ACME)])])).verdict).to.equal("unknown");
        const ready = { status: { conditions: [{ type: "Ready", status: "True" }] } };
        const enforced = { ...policy("p", [KMS, keyOf(ACME)]), ...ready };
        expect((await verdictOf(signed, [enforced])).verdict).to.equal("admitted");
        // Where the policy may be absent, only a no-match policy that admits as well makes it certain.
        const allow = { config: { noMatchPolicy: "allow" as const } };
        expect((await verdictOf(signed, [policy("p", [KMS, keyOf(ACME)])], allow)).verdict).to.equal("admitted");
    });

    it("is known all the same where another policy refuses", async () => {
        const found = await verdictOf(signed, [policy("p", [KMS]), policy("q", [FAIL])]);
        expect(found.verdict).to.equal("refused");
        expect(found.policies.map(({ result }) => result)).to.deep.equal(["unknown", "failed"]);
    });

    it("is known all the same where there is nothing that a key could have signed", async () => {
        expect((await verdictOf(unsigned, [policy("p", [KMS])])).verdict).to.equal("refused");
        expect((await verdictOf(unsigned, [policy("p", [keyOf(ACME)], { policy: CUE })])).verdict).to.equal("refused");
    });

    it("is known all the same where a registry is down, and no policy or a fixed answer decides", async () => {
        const down = new FailingRegistry("unreachable");
        expect((await verdictOf(`${HOST}/acme/signed:1`, [], {}, down)).verdict).to.equal("refused");
        expect((await verdictOf(`${HOST}/acme/signed:1`, [policy("p", [FAIL])], {}, down)).verdict).to.equal("refused");
        expect((await verdictOf(signed, [policy("p", [FAIL])], {}, down)).verdict).to.equal("refused");
        expect((await verdictOf(signed, [policy("p", [PASS])], {}, down)).verdict).to.equal("admitted");
    });

    it("follows from the unknown answers, whatever the policies: it is certain only where all of them agree", async () => {
        const kinds = fc.constantFrom("pass", "fail", "warn", "maybe", "maybe-warn", "maybe-gone");
        await fc.assert(
            fc.asyncProperty(
                fc.array(kinds, { maxLength: 4 }),
                fc.constantFrom("deny" as const, "warn" as const, "allow" as const),
                async (made, noMatchPolicy) => {
                    const { verdict } = await verdictOf(signed, made.map(POLICY_OF), { config: { noMatchPolicy } });
                    const worlds = made.reduce<string[][]>(
                        (all, kind) => all.flatMap((world) => TURNS[kind].map((turn) => [...world, turn])),
                        [[]],
                    );
                    const answers = new Set(worlds.map((world) => answerOf(world, noMatchPolicy)));
                    expect(verdict).to.equal(answers.size === 1 ? [...answers][0] : "unknown");
                },
            ),
            { numRuns: 60 },
        );
    });
});

type Kind = "pass" | "fail" | "warn" | "maybe" | "maybe-warn" | "maybe-gone";

/** Every way in which a policy can turn out. */
const TURNS: Record<Kind, string[]> = {
    pass: ["admitted"],
    fail: ["refused"],
    warn: ["warned"],
    maybe: ["admitted", "refused"],
    "maybe-warn": ["admitted", "warned"],
    "maybe-gone": ["admitted", "refused", "gone"],
};

function POLICY_OF(kind: Kind, index: number): object {
    const name = `p${index}`;
    switch (kind) {
        case "pass":
            return policy(name, [PASS]);
        case "fail":
            return policy(name, [FAIL]);
        case "warn":
            return policy(name, [FAIL], { mode: "warn" });
        case "maybe":
            return policy(name, [PASS], { policy: CUE });
        case "maybe-warn":
            return policy(name, [PASS], { policy: CUE, mode: "warn" });
        case "maybe-gone":
            return policy(name, [KMS]);
    }
}

function answerOf(world: readonly string[], noMatch: "deny" | "warn" | "allow"): string {
    const present = world.filter((turn) => turn !== "gone");
    const worst = ["refused", "warned", "admitted"].find((turn) => present.includes(turn));
    return worst ?? { deny: "refused", warn: "warned", allow: "admitted" }[noMatch];
}
