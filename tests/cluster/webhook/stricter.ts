import { readFileSync } from "node:fs";
import { join } from "node:path";

import { expect } from "chai";

import { CATALOGUE, RuleKind, validateManifest } from "../../../core/policy";
import { CA } from "../../core/policy/certificates";
import { base64, KEYS } from "../../core/policy/samples";
import { DOUBTFUL_REPOSITORIES, repositoryWithUnreadableTarget } from "../../core/policy/tuf-cases";
import { tufRepository } from "../../core/policy/tuf-repository";
import { eventually } from "../../sandbox/support/wait";
import { pushImage } from "../support/images";
import { failedPolicies, policyNamed, SOME_DIGEST, staticPolicy, trustRootNamed } from "../support/webhook";

import type { ControllerTool, Webhook } from "../support/webhook";

const KEY = { key: { data: KEYS.p256 } };
const IDENTITIES = [{ issuer: "https://issuer.example", subject: "me@example.com" }];
const AUTHORITY = { subject: { organization: "o", commonName: "c" }, uri: "https://ca.example", certChain: base64(CA) };
const LOG = { baseURL: "https://log.example", hashAlgorithm: "sha-256", publicKey: base64(KEYS.p256) };
const VERSIONS = { "policy-controller": "0.13.1", "policy-controller-0.15.1": "0.15.1" } as const;
const NOT_ENFORCED = /no matching policies/;

/** Leaves policies that the controller does not take behind. */
export function stricterTests(running: () => Webhook, tool: ControllerTool): void {
    describe("what is refused here alone", function () {
        this.timeout(60_000);
        let webhook: Webhook;

        before(() => {
            webhook = running();
        });

        /** An image of its own for each case, in a repository that is there. */
        async function imageOf(name: string): Promise<{ image: string; images: object[] }> {
            const repository = `${webhook.sandbox.registry}/${name}`;
            const digest = await pushImage(`${repository}:latest`);
            return { image: `${repository}@${digest}`, images: [{ glob: `${repository}@*` }] };
        }

        /** Creates what the cluster takes, although validation says this of it. */
        async function createInSpiteOf(code: string, document: object): Promise<void> {
            expect(validateManifest(document).map((finding) => finding.code)).to.deep.equal([code]);
            expect(await webhook.create(document)).to.include({ accepted: true, message: "" });
        }

        /** What the cluster says of an image under a policy that it says is Ready. */
        async function underReadyPolicy(code: string, name: string, authority: object): Promise<string> {
            const { image, images } = await imageOf(name);
            const policy = policyNamed(name, { images, authorities: [authority] });
            await createInSpiteOf(code, policy);
            expect(await webhook.readiness(policy)).to.deep.equal({ ready: true, message: "" });
            await webhook.settle();
            const { accepted, message } = await webhook.judgeImage(image);
            expect(accepted).to.equal(false);
            return message;
        }

        /** What the controller says of a policy that it then leaves out. */
        async function leftOut(code: string, name: string, authority: object): Promise<string> {
            const { image, images } = await imageOf(name);
            const policy = policyNamed(name, { images, authorities: [authority] });
            await createInSpiteOf(code, policy);
            const { ready, message } = await webhook.readiness(policy);
            expect(ready).to.equal(false);
            await webhook.settle();
            expect((await webhook.judgeImage(image)).message).to.match(NOT_ENFORCED);
            return message;
        }

        async function unusable(code: string, name: string, keys: object): Promise<string> {
            const trustRoot = trustRootNamed(name, { sigstoreKeys: { certificateAuthorities: [AUTHORITY], ...keys } });
            await createInSpiteOf(code, trustRoot);
            const { ready, message } = await webhook.readiness(trustRoot);
            expect(ready).to.equal(false);
            return message;
        }

        const CASES: Readonly<Record<string, Readonly<Record<string, () => Promise<void>>>>> = {
            "unknown-field": {
                "is dropped without a word by a plain request, and refused by kubectl's": async () => {
                    const policy = policyNamed("typo", {
                        images: [{ glob: "registry.invalid/**" }],
                        authorities: [{ ...KEY, atestations: [{ name: "a", predicateType: "https://a.example" }] }],
                    });
                    const { accepted, object } = await webhook.judge(policy);
                    expect(accepted).to.equal(true);
                    expect(JSON.stringify(object)).to.not.include("predicateType");
                    const strict = await webhook.judge(policy, { fieldValidation: "Strict" });
                    expect(strict.message).to.include('unknown field "spec.authorities[0].atestations"');
                },
            },
            "keyless-ca-cert": {
                "is Ready, and has no code that verifies": async () => {
                    await webhook.create(
                        trustRootNamed("root", {
                            sigstoreKeys: { certificateAuthorities: [AUTHORITY], tLogs: [LOG], ctLogs: [LOG] },
                        }),
                    );
                    const keyless = { "ca-cert": { data: KEYS.p256 }, identities: IDENTITIES, trustRootRef: "root" };
                    expect(await underReadyPolicy("keyless-ca-cert", "ca-cert", { keyless })).to.include(
                        "no Keyless URL specified",
                    );
                },
            },
            "source-oci-without-repository": {
                "is Ready, and read as a repository on Docker Hub": async () => {
                    const authority = { ...KEY, source: [{ oci: "ghcr.io" }] };
                    expect(await underReadyPolicy("source-oci-without-repository", "host", authority)).to.include(
                        '"https://index.docker.io/v2/"',
                    );
                },
                "with a port is Ready, and stops the controller from reading any policy": async () => {
                    const { images } = await imageOf("poisoned");
                    const poison = policyNamed("poison", {
                        images,
                        authorities: [{ ...KEY, source: [{ oci: "registry.example.com:5000" }] }],
                    });
                    await createInSpiteOf("source-oci-without-repository", poison);
                    expect(await webhook.readiness(poison)).to.deep.equal({ ready: true, message: "" });
                    await eventually("the controller fails to read it", () => parseFailures() > 0);
                    const before = parseFailures();
                    const later = staticPolicy("later", "later.invalid/**");
                    await webhook.create(later);
                    expect(await webhook.readiness(later)).to.deep.equal({ ready: true, message: "" });
                    await eventually("the controller fails to read the later one", () => parseFailures() > before);
                    const judged = () => webhook.judgeImage(`later.invalid/app@${SOME_DIGEST}`);
                    expect((await judged()).message).to.match(NOT_ENFORCED);
                    await webhook.remove(poison);
                    await eventually("the later one is enforced", async () =>
                        failedPolicies((await judged()).message).includes("later"),
                    );
                },
            },
            "source-oci-with-scheme": {
                "is Ready, and takes the scheme for the registry": async () => {
                    const authority = { ...KEY, source: [{ oci: "https://ghcr.io/acme/signatures" }] };
                    expect(await underReadyPolicy("source-oci-with-scheme", "scheme", authority)).to.include(
                        '"https://https/v2/"',
                    );
                },
            },
            "secret-ref-name-missing": {
                "leaves the policy out": async () => {
                    expect(await leftOut("secret-ref-name-missing", "nameless", { key: { secretRef: {} } })).to.include(
                        "must provide either Name or Selector",
                    );
                },
            },
            "kms-unreadable": Object.fromEntries(
                ["azurekms://vault", "gcpkms://key", "hashivault://"].map((kms) => [
                    `leaves the policy out: ${kms}`,
                    async () => {
                        const name = kms.slice(0, kms.indexOf(":"));
                        expect(await leftOut("kms-unreadable", name, { key: { kms } })).to.include(
                            "kms specification should be in the format",
                        );
                    },
                ]),
            ),
            "match-selector-invalid": {
                "is Ready, and an error for every object of the kind, whatever its images": async () => {
                    const selector = { matchExpressions: [{ key: "app", operator: "exists" }] };
                    const policy = policyNamed("selector", {
                        images: [{ glob: "registry.invalid/**" }],
                        authorities: [{ static: { action: "pass" } }],
                        match: [{ group: "", version: "v1", resource: "pods", selector }],
                    });
                    await createInSpiteOf("match-selector-invalid", policy);
                    expect(await webhook.readiness(policy)).to.deep.equal({ ready: true, message: "" });
                    await eventually("pods of other images are refused", async () =>
                        (await webhook.judgeImage(`other.invalid/app@${SOME_DIGEST}`)).message.includes(
                            "policy with wrong match label selector",
                        ),
                    );
                    await webhook.remove(policy);
                    await eventually("they are judged again", async () =>
                        (await webhook.judgeImage(`other.invalid/app@${SOME_DIGEST}`)).message.includes(
                            "no matching policies",
                        ),
                    );
                },
            },
            "regexp-unicode-name": {
                "is taken either before or since Go 1.25": async () => {
                    const minor = Number(/"goVersion": "go1\.(\d+)/.exec(controllerLog())?.[1]);
                    for (const { name, isTaken } of [
                        { name: "greek", isTaken: minor >= 25 },
                        { name: "Old_Italic", isTaken: minor < 25 },
                    ]) {
                        const identities = [{ issuerRegExp: `^\\p{${name}}+$`, subject: "me@example.com" }];
                        const policy = policyNamed("unicode", {
                            images: [{ glob: "registry.invalid/**" }],
                            authorities: [{ keyless: { identities } }],
                        });
                        expect(validateManifest(policy).map(({ code }) => code)).to.deep.equal(["regexp-unicode-name"]);
                        const { accepted, message } = await webhook.judge(policy);
                        expect(accepted, name).to.equal(isTaken);
                        expect(message).to.match(isTaken ? /^$/ : /invalid character class range/);
                    }
                },
            },
            "trust-root-entry-overlooked": {
                "is Ready, with an authority that has no certificates": async () => {
                    const certificateAuthorities = [{ ...AUTHORITY, certChain: "" }, AUTHORITY];
                    const alone = trustRootNamed("alone", {
                        sigstoreKeys: { certificateAuthorities: [certificateAuthorities[0]] },
                    });
                    expect((await webhook.judge(alone)).message).to.include("missing field(s)");
                    const trustRoot = trustRootNamed("overlooked", { sigstoreKeys: { certificateAuthorities } });
                    await createInSpiteOf("trust-root-entry-overlooked", trustRoot);
                    expect(await webhook.readiness(trustRoot)).to.deep.equal({ ready: true, message: "" });
                },
            },
            "trust-root-chain-unreadable": {
                "is never Ready": async () => {
                    const certificateAuthorities = [{ ...AUTHORITY, certChain: base64(`${CA}\n`) }];
                    expect(
                        await unusable("trust-root-chain-unreadable", "chain", { certificateAuthorities }),
                    ).to.include("failed to decode certificate chain PEM");
                },
            },
            "trust-root-log-key-unreadable": {
                "is never Ready": async () => {
                    const ctLogs = [{ ...LOG, publicKey: base64(CA) }];
                    expect(await unusable("trust-root-log-key-unreadable", "log", { ctLogs })).to.include(
                        "failed to unmarshal public key",
                    );
                },
            },
            "trust-root-mirror-fs-doubtful": Object.fromEntries(
                DOUBTFUL_REPOSITORIES.map(([claim, repository, , takenBy]) => [
                    `is taken by ${takenBy} alone: ${claim}`,
                    async () => {
                        const trustRoot = trustRootNamed("doubtful", { repository });
                        expect(validateManifest(trustRoot).map(({ code }) => code)).to.deep.equal([
                            "trust-root-mirror-fs-doubtful",
                        ]);
                        const { accepted, message } = await webhook.judge(trustRoot);
                        expect(accepted, message).to.equal(VERSIONS[tool] === takenBy);
                    },
                ]),
            ),
            "trust-root-mirror-target-unreadable": {
                "is never Ready": async () => {
                    const trustRoot = trustRootNamed("target", { repository: repositoryWithUnreadableTarget() });
                    await createInSpiteOf("trust-root-mirror-target-unreadable", trustRoot);
                    const { ready, message } = await webhook.readiness(trustRoot);
                    expect(ready).to.equal(false);
                    expect(message).to.include("trusted_root.json");
                },
                "and is Ready with the file that the targets list": async () => {
                    const trustRoot = trustRootNamed("mirror", { repository: tufRepository() });
                    expect(validateManifest(trustRoot)).to.deep.equal([]);
                    await webhook.create(trustRoot);
                    expect(await webhook.readiness(trustRoot)).to.deep.equal({ ready: true, message: "" });
                },
            },
        };

        it("has a case for every code", () => {
            const stricter = Object.entries(CATALOGUE).filter(([, rule]) => rule?.kind === RuleKind.Stricter);
            expect(Object.keys(CASES)).to.have.members(stricter.map(([code]) => code));
        });

        for (const [code, cases] of Object.entries(CASES)) {
            for (const [claim, prove] of Object.entries(cases)) {
                it(`${code} ${claim}`, prove);
            }
        }

        function controllerLog(): string {
            return readFileSync(join(webhook.sandbox.logs, "policy-controller.log"), "utf8");
        }

        function parseFailures(): number {
            return controllerLog().split("failed to parse the entry").length - 1;
        }
    });
}
