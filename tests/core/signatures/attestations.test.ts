import { expect } from "chai";

import { judge } from "../../../core/admission";
import { readEnvelope } from "../../../core/signatures/envelope";
import { attestation, ecKey, ImageWorkshop, statement } from "../../support/image-workshop";
import { MemoryRegistry } from "../../support/memory-registry";

const HOST = "localhost:5000";
const KEY = ecKey();
const SLSA = "https://slsa.dev/provenance/v0.2";
const VULN = "https://cosign.sigstore.dev/attestation/vuln/v1";
const SCAN = { scanner: { uri: "x" }, metadata: { scanStartedOn: "2026-01-01T00:00:00Z" } };

/** What is said of an image with these attestations, by an authority that asks for a type. */
async function verdictOf(
    asked: string | { type: string; version: "0.15.1" },
    ...statements: ((digest: string) => Buffer)[]
) {
    const registry = new MemoryRegistry();
    const images = new ImageWorkshop(registry, HOST);
    const digest = await images.image("acme/app");
    const layers = statements.map((make) => attestation(KEY, make(digest)));
    await images.attach("acme/app", digest, "att", layers);
    const { type: predicateType, version } = typeof asked === "string" ? { type: asked, version: undefined } : asked;
    const authority = { key: { data: KEY.pem }, attestations: [{ name: "wanted", predicateType }] };
    const policy = {
        apiVersion: "policy.sigstore.dev/v1alpha1",
        kind: "ClusterImagePolicy",
        metadata: { name: "attested" },
        spec: { images: [{ glob: "**" }], authorities: [authority] },
    };
    return judge({ image: `${HOST}/acme/app@${digest}` }, { policies: [policy], config: { version } }, { registry });
}

const of = (type: string, predicate: unknown) => (digest: string) => statement(digest, type, predicate);

describe("an attestation that an authority asks for", () => {
    for (const [what, name, uri, predicate] of [
        ["a scan at no time", "vuln", VULN, { metadata: { scanStartedOn: "" } }],
        ["a scan by a text", "vuln", VULN, { scanner: "scanner" }],
        ["a builder that is a text", "slsaprovenance", SLSA, { builder: "ci" }],
        ["materials that are no list", "slsaprovenance", SLSA, { materials: {} }],
        ["a command that is no list", "link", "https://in-toto.io/Link/v1", { command: "make" }],
    ] as const) {
        it(`counts by its URI and not by its name where it has ${what}: cosign reads more into a name`, async () => {
            expect((await verdictOf(uri, of(uri, predicate))).verdict).to.equal("admitted");
            const byName = await verdictOf(name, of(uri, predicate));
            expect(byName.verdict).to.equal("refused");
            expect(byName.reason).to.include(
                `The attestation with type ${name} has a predicate that cosign does not read`,
            );
        });
    }

    it("is one that can be read beside one that cannot", async () => {
        const found = await verdictOf("vuln", of(VULN, { scanner: 5 }), of(VULN, SCAN));
        expect(found.verdict).to.equal("admitted");
    });

    it("with null among its subjects is passed over by 0.13, and ends the process of 0.15", async () => {
        const withNull = (digest: string) =>
            Buffer.from(statement(digest, SLSA).toString().replace('"subject":[', '"subject":[null,'));
        expect((await verdictOf(SLSA, withNull)).verdict).to.equal("admitted");
        expect((await verdictOf({ type: SLSA, version: "0.15.1" }, withNull)).verdict).to.equal("refused");
    });

    it("is not known where its envelope has more signatures than are tried", () => {
        const envelope = (count: number) =>
            readEnvelope(Buffer.from(JSON.stringify({ signatures: Array(count).fill({ sig: "AAAA" }) as unknown[] })));
        expect(envelope(33)).to.include({ verdict: "unknown", code: "too-much-work" });
        expect(envelope(32)).not.to.have.property("verdict");
    });

    it("is of one type alone: what others say does not matter", async () => {
        expect((await verdictOf("vuln", of(SLSA, { builder: 5 }), of(VULN, SCAN))).verdict).to.equal("admitted");
        expect((await verdictOf("vuln", of(SLSA, {}))).reason).to.include("no matching attestations with type vuln");
    });
});
