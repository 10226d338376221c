import { expect } from "chai";

import { Admission, Verdict } from "../../core/admission";
import { RegistryClient } from "../../core/registry";
import { eventually } from "../sandbox/support/wait";
import { ImageWorkshop } from "../support/image-workshop";
import { makeSigners, pushMatrixImages } from "./support/matrix-images";
import { CASE_LABEL, policyCases, TRUST_ROOT } from "./support/matrix-policies";
import { BUILD_TIMEOUT_MS, CONTROLLERS, ENFORCED, isReady, Webhook } from "./support/webhook";

import type { ControllerConfig, WorkloadVerdict } from "../../core/admission";
import type { PolicyCase } from "./support/matrix-policies";
import type { Signers } from "./support/matrix-images";
import type { Answer, WithStatus } from "./support/webhook";

const NAMESPACE = { name: ENFORCED, labels: { "policy.sigstore.dev/include": "true" } };

/** Dry-runs under way at the same time. */
const AT_ONCE = 24;

for (const tool of CONTROLLERS) {
    const version = tool === "policy-controller" ? "0.13.1" : "0.15.1";

    describe(`verdicts, beside the webhook of policy-controller ${version}`, function () {
        this.timeout(300_000);
        let webhook: Webhook;
        let registry: RegistryClient;
        let signers: Signers;
        let images: ReadonlyMap<string, string>;
        let cases: PolicyCase[];
        let trustRoots: object[];

        before(async function () {
            this.timeout(BUILD_TIMEOUT_MS);
            webhook = await Webhook.start(tool);
            registry = new RegistryClient();
            const host = webhook.sandbox.registry;
            signers = await makeSigners();
            images = await pushMatrixImages(new ImageWorkshop(registry, host), host, signers);
            cases = policyCases(signers, host);
            trustRoots = [signers.certificates.trustRoot(TRUST_ROOT)];
            await enforceCases(webhook, cases, trustRoots);
        });

        after(async () => {
            await registry.close();
            await webhook.stop();
        });

        function admission(config: ControllerConfig = {}): Admission {
            return new Admission(
                {
                    policies: cases.flatMap(({ policies }) => policies),
                    trustRoots,
                    secrets: cases.flatMap(({ secrets = [] }) => secrets),
                    config: { version, ...config },
                },
                { registry },
            );
        }

        it("are the same for every image under every policy", async () => {
            const ours = admission();
            const pairs = cases.flatMap((policyCase) =>
                Array.from(images, ([name, image]) => ({ policyCase, name, image })).filter(
                    ({ name }) => TELLING_IMAGES.includes(name) || TELLING_CASES.includes(policyCase.name),
                ),
            );
            const begun = Date.now();
            const results = await inTurns(pairs, async ({ policyCase, name, image }) => {
                const workload = podOf(image, policyCase.name);
                const [answer, verdict] = await Promise.all([
                    webhook.judgeWorkload(workload),
                    ours.judgeWorkload({ workload, namespace: NAMESPACE }),
                ]);
                return { place: `${name} × ${policyCase.name}`, policyCase, answer, verdict };
            });
            const unknown = results.filter(({ verdict }) => verdict?.verdict === Verdict.Unknown);
            const wrong = results.filter(({ answer, verdict }) => !isSame(answer, verdict));
            console.log(
                `${version}: ${images.size} images under ${cases.length} policies: ${results.length - wrong.length} of ` +
                    `${results.length} verdicts are the webhook's, ${unknown.length} of them unknown here (${((Date.now() - begun) / 1000).toFixed(0)} s).`,
            );
            expect(wrong.map(describeDifference)).to.deep.equal([]);
        });
    });
}

/** These meet every policy; the others meet the policies below. All of both would be three times as many. */
const TELLING_IMAGES: readonly string[] = [
    ...["unsigned", "signed", "signed by a stranger", "signed by both", "signed tag", "tag that is missing"],
    ...["attested", "attested twice", "certified", "certified attestation", "signed in a bundle", "signed elsewhere"],
];

const TELLING_CASES: readonly string[] = [
    ...["key", "either", "warn", "attested", "attested-by-short-name", "keyless", "keyless-attested", "elsewhere"],
    ...["prefixed", "static-pass", "p384-sha384", "rsa", "cue", "some-globs", "no-policy"],
];

function podOf(image: string, policyCase: string) {
    return {
        apiVersion: "v1",
        kind: "Pod",
        metadata: { name: "judged", namespace: ENFORCED, labels: { [CASE_LABEL]: policyCase } },
        spec: { containers: [{ name: "main", image }] },
    };
}

/** What is unknown here may turn out either way. */
function isSame(answer: Answer, verdict: WorkloadVerdict | undefined): boolean {
    return verdict?.verdict === Verdict.Unknown || verdict?.verdict === outcomeOf(answer);
}

function outcomeOf({ accepted, warnings = [] }: Answer): Verdict {
    if (!accepted) {
        return Verdict.Refused;
    }
    return warnings.length > 0 ? Verdict.Warned : Verdict.Admitted;
}

function describeDifference({
    place,
    answer,
    verdict,
}: {
    place: string;
    answer: Answer;
    verdict: WorkloadVerdict | undefined;
}): string {
    const ours = `${verdict?.verdict ?? "nothing"} (${verdict?.images.map(({ reason }) => reason).join(" ") ?? ""})`;
    return `${place}: webhook ${outcomeOf(answer)} (${answer.message}${answer.warnings?.join() ?? ""}), here ${ours}`;
}

/** Creates what the cases need, and waits until the controller has made of it what it will. */
async function enforceCases(
    webhook: Webhook,
    cases: readonly PolicyCase[],
    trustRoots: readonly object[],
): Promise<void> {
    for (const secret of cases.flatMap(({ secrets = [] }) => secrets)) {
        await webhook.api.create("/api/v1/namespaces/cosign-system/secrets", secret);
    }
    await create(webhook, trustRoots);
    await eventually("the trust roots are Ready", async () => {
        const path = "/apis/policy.sigstore.dev/v1alpha1/trustroots";
        return (await webhook.api.get<{ items: WithStatus[] }>(path)).items.every(isReady);
    });
    await create(
        webhook,
        cases.flatMap(({ policies }) => policies),
    );
    await eventually("the controller has looked at every policy", async () =>
        (await webhook.policies()).every(({ status }) =>
            status?.conditions?.some(({ type, status: state }) => type === "Ready" && state !== "Unknown"),
        ),
    );
    await webhook.settle();
}

async function create(webhook: Webhook, documents: readonly object[]): Promise<void> {
    for (const document of documents) {
        const { accepted, message } = await webhook.create(document);
        if (!accepted) {
            throw new Error(`${JSON.stringify(document)}: ${message}`);
        }
    }
}

/** Some at a time, in order. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
    const results: R[] = [];
    for (let start = 0; start < items.length; start += AT_ONCE) {
        results.push(...(await Promise.all(items.slice(start, start + AT_ONCE).map(work))));
    }
    return results;
}
