import { expect } from "chai";

import { judge } from "../../../core/admission";
import { statement } from "../../support/image-workshop";
import { ACME, HOST, keyOf, policy, STRANGER, workshop } from "./support";

const PROVENANCE = "https://slsa.dev/provenance/v0.2";

describe("the format guard", () => {
    const { registry, images } = workshop();

    async function adviceFor(name: string, authority: object) {
        const digest = await images.image(name);
        return {
            digest,
            judge: async (version?: "0.13.1" | "0.15.1") => {
                const rules = { policies: [policy("p", [authority])], config: { version } };
                const verdict = await judge({ image: `${HOST}/${name}@${digest}` }, rules, { registry });
                expect(verdict.verdict).to.equal("refused");
                return verdict.policies[0]?.authorities[0];
            },
        };
    }

    it("names a key's signature in a bundle, and says how to sign instead", async () => {
        const { digest, judge: judged } = await adviceFor("acme/bundled", keyOf(ACME));
        await images.bundle("acme/bundled", digest, ACME);
        const authority = await judged("0.15.1");
        expect(authority?.reason).to.equal(
            "Its signature is a sigstore bundle, cosign v3's default format, which policy-controller 0.15.1 does not verify with a key.",
        );
        expect(authority?.advice).to.equal(
            `Sign it in the legacy format: cosign sign --key KEY --new-bundle-format=false --use-signing-config=false --tlog-upload=false --yes ${HOST}/acme/bundled@${digest}`,
        );
    });

    it("names an attestation in a bundle where one is asked for", async () => {
        const attestations = [{ name: "built", predicateType: PROVENANCE }];
        const { digest, judge: judged } = await adviceFor("acme/attested", { ...keyOf(ACME), attestations });
        await images.bundle("acme/attested", digest, ACME, statement(digest, PROVENANCE));
        expect((await judged())?.advice).to.match(
            /cosign attest --key KEY --type https:\/\/slsa\.dev\/provenance\/v0\.2/,
        );
    });

    it("says where to put it, where the policy has a source", async () => {
        const source = [{ oci: `${HOST}/acme/signatures` }];
        const { digest, judge: judged } = await adviceFor("acme/elsewhere", { ...keyOf(ACME), source });
        await images.bundle("acme/elsewhere", digest, ACME);
        expect((await judged())?.advice).to.include(`COSIGN_REPOSITORY=${HOST}/acme/signatures cosign sign`);
    });

    it("says nothing of bundles of a stranger, for another image, or of another kind", async () => {
        const byStranger = await adviceFor("acme/stranger", keyOf(ACME));
        await images.bundle("acme/stranger", byStranger.digest, STRANGER);
        expect((await byStranger.judge())?.advice).to.equal(undefined);

        const forAnother = await adviceFor("acme/other", keyOf(ACME));
        const other = statement(`sha256:${"e".repeat(64)}`, "https://sigstore.dev/cosign/sign/v1");
        await images.bundle("acme/other", forAnother.digest, ACME, other);
        expect((await forAnother.judge())?.advice).to.equal(undefined);

        const attested = await adviceFor("acme/only-attested", keyOf(ACME));
        await images.bundle("acme/only-attested", attested.digest, ACME, statement(attested.digest, PROVENANCE));
        expect((await attested.judge())?.advice).to.equal(undefined);
    });
});
