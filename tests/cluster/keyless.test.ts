import { expect } from "chai";

import { RegistryClient } from "../../core/registry";
import { attestImageKeyless } from "../../core/signatures/sign/attest-image";
import { signImageKeyless } from "../../core/signatures/sign/sign-image";
import { renderTrustRoot } from "../../core/policy";
import { ImageWorkshop } from "../support/image-workshop";
import { VULN } from "../support/predicates";
import { CI, SigstoreInstance } from "../support/sigstore-instance";
import { identityToken, SigstoreServices } from "../support/sigstore-services";
import { BUILD_TIMEOUT_MS, policyNamed, Webhook } from "./support/webhook";

import type { KeylessOptions } from "../../core/signatures/sign/keyless";

const TRUST_ROOT = "ours";
/** No run of all the tests takes as long as this token holds. */
const CLAIMS = { iss: CI.issuer, sub: CI.subject, aud: "sigstore", exp: Math.floor(Date.now() / 1000) + 24 * 3600 };

/** What each policy asks for beside the certificate, and with which services an image is signed for it. */
const PROOFS = {
    log: { authority: { ctlog: { trustRootRef: TRUST_ROOT } }, without: { timestampUrl: undefined } },
    timestamp: { authority: { rfc3161timestamp: { trustRootRef: TRUST_ROOT } }, without: { rekorUrl: "none" } },
} as const;

describe("an image that is signed without a key, through services of one's own", function () {
    this.timeout(60_000);
    let webhook: Webhook;
    let registry: RegistryClient;
    let workshop: ImageWorkshop;
    let services: SigstoreServices;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        const instance = await SigstoreInstance.create();
        [webhook, services] = await Promise.all([Webhook.start("policy-controller"), SigstoreServices.start(instance)]);
        registry = new RegistryClient();
        workshop = new ImageWorkshop(registry, webhook.sandbox.registry);
        await webhook.create(renderTrustRoot(TRUST_ROOT, instance.trustRoot()));
        await webhook.enforce(
            Object.entries(PROOFS).flatMap(([name, { authority }]) => {
                const signer = { ...authority, keyless: { trustRootRef: TRUST_ROOT, identities: [CI] } };
                const attested = { ...signer, attestations: [{ name: "scan", predicateType: "vuln" }] };
                return [
                    policyNamed(name, {
                        images: [{ glob: `${webhook.sandbox.registry}/${name}/**` }],
                        authorities: [signer],
                    }),
                    policyNamed(`${name}-attested`, {
                        images: [{ glob: `${webhook.sandbox.registry}/${name}-attested/**` }],
                        authorities: [attested],
                    }),
                ];
            }),
        );
    });

    after(async () => {
        services.stop();
        await registry.close();
        await webhook.stop();
    });

    function keyless(signedAs: Partial<typeof CLAIMS>, options?: Partial<KeylessOptions>): KeylessOptions {
        const { url } = services;
        const token = identityToken({ ...CLAIMS, ...signedAs });
        return { identityToken: token, fulcioUrl: url, rekorUrl: url, timestampUrl: url, ...options };
    }

    /** @returns the image by digest */
    async function push(
        name: string,
        signedAs?: Partial<typeof CLAIMS>,
        options?: Partial<KeylessOptions>,
    ): Promise<string> {
        const digest = await workshop.image(name);
        const repository = workshop.repository(name);
        if (signedAs !== undefined) {
            await signImageKeyless(registry, { repository, digest }, keyless(signedAs, options));
        }
        return `${repository.registry}/${repository.repository}@${digest}`;
    }

    for (const [name, { without }] of Object.entries(PROOFS)) {
        it(`is admitted by a policy that asks for a ${name}`, async () => {
            const answer = await webhook.judgeImage(await push(`${name}/signed`, {}, without));
            expect(answer.message).to.equal("");
        });

        it(`is refused by it when somebody else has signed`, async () => {
            const image = await push(`${name}/stranger`, { sub: "https://github.com/evil/app" }, without);
            expect((await webhook.judgeImage(image)).message).to.include("none of the expected identities matched");
        });

        it(`is admitted by one that asks for an attestation and a ${name}, once somebody it trusts has attested`, async () => {
            const repository = workshop.repository(`${name}-attested/app`);
            const image = { repository, digest: await workshop.image(`${name}-attested/app`) };
            const reference = `${repository.registry}/${repository.repository}@${image.digest}`;
            const predicate = { type: "vuln", content: Buffer.from(VULN) };
            const stranger = keyless({ sub: "https://github.com/evil/app" }, without);
            await attestImageKeyless(registry, image, stranger, predicate);
            expect((await webhook.judgeImage(reference)).message).to.include("none of the expected identities matched");
            await attestImageKeyless(registry, image, keyless({}, without), predicate);
            expect((await webhook.judgeImage(reference)).message).to.equal("");
        });

        it(`is refused by it without a signature`, async () => {
            expect((await webhook.judgeImage(await push(`${name}/unsigned`))).message).to.include(
                "no signatures found",
            );
        });
    }
});
