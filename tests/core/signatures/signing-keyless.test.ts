import { once } from "node:events";
import { createServer, type Server } from "node:http";

import { expect } from "chai";

import {
    checkAttestation,
    checkSignatures,
    readAttestations,
    readSimpleSignatures,
    signatureCheckOf,
    trustMaterialOf,
    type Outcome,
    type SignatureCheck,
} from "../../../core/signatures";
import { attestImageKeyless } from "../../../core/signatures/sign/attest-image";
import { signImageKeyless } from "../../../core/signatures/sign/sign-image";
import { MemoryRegistry } from "../../support/memory-registry";
import { CI, SigstoreInstance } from "../../support/sigstore-instance";
import { identityToken, SigstoreServices } from "../../support/sigstore-services";
import { VULN } from "../../support/predicates";
import { IMAGE } from "./support";

import type { AddressInfo } from "node:net";
import type { Authority } from "../../../core/policy";
import type { KeylessOptions } from "../../../core/signatures/sign/keyless";

/** No run of all the tests takes as long as this token holds. */
const SECONDS = Math.floor(Date.now() / 1000);
const CLAIMS = { iss: CI.issuer, sub: CI.subject, aud: "sigstore", exp: SECONDS + 24 * 3600 };

describe("signing without a key", function () {
    this.timeout(30_000);

    let instance: SigstoreInstance;
    let services: SigstoreServices;

    before(async () => {
        instance = await SigstoreInstance.create();
        services = await SigstoreServices.start(instance);
    });

    after(() => {
        services.stop();
    });

    /** All services are ours. */
    function keyless(options: Partial<KeylessOptions> = {}): KeylessOptions {
        const { url } = services;
        return { identityToken: identityToken(CLAIMS), fulcioUrl: url, rekorUrl: url, timestampUrl: url, ...options };
    }

    function checkOf(policy: Partial<Authority>): Promise<SignatureCheck | Outcome> {
        const authority = { ...policy, keyless: { identities: [{ ...CI }], trustRootRef: "ours" } };
        return signatureCheckOf(authority, {
            trustMaterial: () => trustMaterialOf(instance.trustRoot()),
            engine: "0.15",
        });
    }

    async function verdict(policy: Partial<Authority>, options?: Partial<KeylessOptions>): Promise<string> {
        const registry = new MemoryRegistry();
        await signImageKeyless(registry, IMAGE, keyless(options));
        const check = await checkOf(policy);
        const signatures = await readSimpleSignatures(registry, IMAGE);
        const outcome = "verdict" in check ? check : await checkSignatures(signatures, IMAGE.digest, check);
        return outcome.verdict === "verified" ? "verified" : `${outcome.code}: ${outcome.reason}`;
    }

    it("gives what a policy with a transparency log verifies", async () => {
        expect(await verdict({ ctlog: { trustRootRef: "ours" } })).to.equal("verified");
    });

    it("gives what a policy with timestamps verifies", async () => {
        expect(await verdict({ rfc3161timestamp: { trustRootRef: "ours" } }, { rekorUrl: "none" })).to.equal(
            "verified",
        );
    });

    it("gives what a policy without proof of time verifies while the certificate is valid", async () => {
        expect(await verdict({}, { rekorUrl: "none", timestampUrl: undefined })).to.equal("verified");
    });

    for (const [what, authority, options] of [
        ["a transparency log", { ctlog: { trustRootRef: "ours" } }, { timestampUrl: undefined }],
        ["timestamps", { rfc3161timestamp: { trustRootRef: "ours" } }, { rekorUrl: "none" }],
    ] as const) {
        it(`gives attestations that a policy with ${what} verifies`, async () => {
            const registry = new MemoryRegistry();
            const predicate = { type: "vuln", content: Buffer.from(VULN) };
            await attestImageKeyless(registry, IMAGE, keyless(options), predicate);
            await attestImageKeyless(registry, IMAGE, keyless(options), predicate);
            const check = await checkOf(authority);
            const attestations = await readAttestations(registry, IMAGE);
            expect(attestations).to.have.length(2);
            for (const attestation of "verdict" in attestations || "verdict" in check ? [] : attestations) {
                const checked = await checkAttestation(attestation, IMAGE.digest, check as SignatureCheck);
                expect(checked.outcome).to.include({ verdict: "verified" });
                expect(checked.statement?.predicateType).to.equal("https://cosign.sigstore.dev/attestation/vuln/v1");
            }
        });
    }

    it("adds to what is there", async () => {
        const registry = new MemoryRegistry();
        await signImageKeyless(registry, IMAGE, keyless());
        await signImageKeyless(registry, IMAGE, keyless());
        expect(await readSimpleSignatures(registry, IMAGE)).to.have.length(2);
    });

    describe("takes the identity of a machine of Google Cloud", () => {
        const environment = { ...process.env };
        let metadataServer: Server;
        let asked: (string | undefined)[];
        /** What a metadata server that is none leaves out. */
        let flavor: string | undefined;

        beforeEach(async () => {
            asked = [];
            flavor = "Google";
            metadataServer = createServer(({ url, headers }, response) => {
                asked.push(url, headers["metadata-flavor"]?.toString());
                response.writeHead(200, flavor === undefined ? {} : { "Metadata-Flavor": flavor });
                response.end(identityToken(CLAIMS));
            });
            metadataServer.listen(0, "127.0.0.1");
            await once(metadataServer, "listening");
            process.env.GCE_METADATA_HOST = `127.0.0.1:${(metadataServer.address() as AddressInfo).port}`;
        });

        afterEach(() => {
            process.env = { ...environment };
            metadataServer.closeAllConnections();
            metadataServer.close();
        });

        it("where nothing else gives one", async () => {
            const policy = { ctlog: { trustRootRef: "ours" } };
            expect(await verdict(policy, { identityToken: undefined })).to.equal("verified");
            const path = "/computeMetadata/v1/instance/service-accounts/default/identity";
            expect(asked).to.deep.equal([`${path}?audience=sigstore&format=full`, "Google"]);
        });

        it("after that of the CI's job", async () => {
            process.env.SIGSTORE_ID_TOKEN = identityToken(CLAIMS);
            await verdict({ ctlog: { trustRootRef: "ours" } }, { identityToken: undefined });
            expect(asked).to.deep.equal([]);
        });

        it("and from nobody who only listens at that address", async () => {
            flavor = undefined;
            expect(await refusalOf({ identityToken: undefined })).to.have.property("code", "identity-token");
        });
    });

    for (const [what, token, code] of [
        ["that has run out", identityToken({ ...CLAIMS, exp: SECONDS - 1 }), "identity-token"],
        ["for another audience", identityToken({ ...CLAIMS, aud: "https://gitlab.com" }), "identity-token"],
        ["that is none", "hunter2", "identity-token"],
    ] as const) {
        it(`refuses a token ${what}, and does not quote it`, async () => {
            const refusal = await refusalOf({ identityToken: token });
            expect(refusal).to.have.property("code", code);
            expect(String(refusal)).to.not.include(token);
        });
    }

    for (const [what, claims] of [
        ["that has run out", { exp: SECONDS - 1 }],
        ["for another audience", { aud: "https://gitlab.com" }],
    ] as const) {
        it(`refuses the CI's own token ${what}, before anything is asked of Fulcio`, async () => {
            const { SIGSTORE_ID_TOKEN: before } = process.env;
            process.env.SIGSTORE_ID_TOKEN = identityToken({ ...CLAIMS, ...claims });
            const refusal = await refusalOf({ identityToken: undefined, fulcioUrl: "http://127.0.0.1:1" });
            process.env.SIGSTORE_ID_TOKEN = before;
            if (before === undefined) {
                delete process.env.SIGSTORE_ID_TOKEN;
            }
            expect(refusal).to.have.property("code", "identity-token");
            expect(String(refusal)).to.match(/has run out at|is for the audience/);
        });
    }

    it("says which service did not answer", async () => {
        const nowhere = "http://127.0.0.1:1";
        expect(String(await refusalOf({ rekorUrl: nowhere }))).to.include("TLOG_CREATE_ENTRY_ERROR");
        expect(String(await refusalOf({ fulcioUrl: nowhere }))).to.include("CA_CREATE_SIGNING_CERTIFICATE_ERROR");
    });

    it("leaves nothing behind where it fails", async () => {
        const registry = new MemoryRegistry();
        await signImageKeyless(registry, IMAGE, keyless({ rekorUrl: "http://127.0.0.1:1" })).catch(() => undefined);
        expect(await readSimpleSignatures(registry, IMAGE)).to.deep.equal([]);
    });

    async function refusalOf(options: Partial<KeylessOptions>): Promise<unknown> {
        try {
            await signImageKeyless(new MemoryRegistry(), IMAGE, keyless(options));
            return undefined;
        } catch (error) {
            return error;
        }
    }
});
