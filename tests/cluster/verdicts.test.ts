import { expect } from "chai";

import { UNLESS_OWNED } from "../../components/controller/chart-objects";
import { Admission, ControllerVersion, Verdict } from "../../core/admission";
import { RegistryClient } from "../../core/registry";
import { CONTEXT_NAME } from "../../sandbox";
import { spawnProgram } from "../cli/support";
import { eventually } from "../sandbox/support/wait";
import { ImageWorkshop } from "../support/image-workshop";
import { makeSigners, pushMatrixImages } from "./support/matrix-images";
import { CASE_LABEL, matchOf, policyCases, TRUST_ROOT } from "./support/matrix-policies";
import { pushOddImages, TWICE } from "./support/odd-images";
import { containerOf, DEPLOYMENT, POD, podOf, WORKLOADS } from "./support/matrix-workloads";
import { BUILD_TIMEOUT_MS, CONTROLLERS, ENFORCED, isReady, policyNamed, Webhook } from "./support/webhook";

import type { CheckReport } from "../../cli/check/report";
import type { ControllerConfig, WorkloadVerdict } from "../../core/admission";
import type { Manifest } from "./support/matrix-workloads";
import type { PolicyCase } from "./support/matrix-policies";
import type { Signers } from "./support/matrix-images";
import type { Answer, WithStatus } from "./support/webhook";

const NAMESPACE = { name: ENFORCED, labels: { "policy.sigstore.dev/include": "true" } };

const WEBHOOKS = "/apis/admissionregistration.k8s.io/v1";

/** Dry-runs under way at the same time. */
const AT_ONCE = 24;

/** These meet every policy; the others meet the policies below. All of both would be three times as many. */
const TELLING_IMAGES: readonly string[] = [
    ...["unsigned", "signed", "signed by a stranger", "signed by both", "signed tag", "tag that is missing"],
    ...["attested", "attested twice", "certified", "certified attestation", "signed in a bundle", "signed elsewhere"],
    ...["certified, logged and timestamped", "signed and logged"],
];

const TELLING_CASES: readonly string[] = [
    ...["key", "warn", "attested", "keyless", "keyless-and-timestamped", "keyless-attested", "elsewhere", "prefixed"],
    ...["static-pass", "p384-sha384", "cue", "some-globs", "no-policy"],
];

/** What odd images meet. */
const ODD_CASES: readonly string[] = ["key", "attested", "attested-by-short-name", "scanned-by-short-name"];

/** What is logged meets every policy that asks for a log; for what is not, the webhook waits for a log that is not there. */
function isTelling(image: string, policyCase: string): boolean {
    return (
        TELLING_IMAGES.includes(image) ||
        TELLING_CASES.includes(policyCase) ||
        (image.includes("logged") && policyCase.includes("logged")) ||
        (image.includes("prefix") && policyCase.includes("prefixed"))
    );
}

for (const tool of CONTROLLERS) {
    const version = tool === "policy-controller" ? ControllerVersion.V0_13_1 : ControllerVersion.V0_15_1;

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
            trustRoots = [
                {
                    apiVersion: "policy.sigstore.dev/v1alpha1",
                    kind: "TrustRoot",
                    metadata: { name: TRUST_ROOT },
                    spec: signers.sigstore.trustRoot(),
                },
            ];
            await enforceCases(webhook, cases, trustRoots);
        });

        after(async () => {
            await registry.close();
            await webhook.stop();
        });

        /** One for each configuration: it reads all policies at its start. */
        const admissions = new Map<string, Admission>();

        function admission(config: ControllerConfig = {}): Admission {
            const key = JSON.stringify(config);
            const made =
                admissions.get(key) ??
                new Admission(
                    {
                        policies: cases.flatMap(({ policies }) => policies),
                        trustRoots,
                        secrets: cases.flatMap(({ secrets = [] }) => secrets),
                        config: { version, ...config },
                    },
                    { registry },
                );
            admissions.set(key, made);
            return made;
        }

        it("are the same for every image under every policy", async () => {
            const ours = admission();
            const pairs = cases.flatMap((policyCase) =>
                Array.from(images, ([name, image]) => ({ policyCase, name, image })).filter(({ name }) =>
                    isTelling(name, policyCase.name),
                ),
            );
            const begun = Date.now();
            const results = await inTurns(pairs, async ({ policyCase, name, image }) => {
                const workload = podOf(image, policyCase.name);
                const [answer, verdict] = await Promise.all([
                    webhook.judgeWorkload(workload),
                    ours.judgeWorkload({ workload, namespace: NAMESPACE }),
                ]);
                return { place: `${name} × ${policyCase.name}`, name, policyCase, answer, verdict };
            });
            const unknown = results.filter(({ verdict }) => verdict?.verdict === Verdict.Unknown);
            const wrong = results.filter(({ answer, verdict }) => !isSame(answer, verdict));
            console.log(
                `${version}: ${images.size} images under ${cases.length} policies: ${results.length - wrong.length} of ` +
                    `${results.length} verdicts are the webhook's, ${unknown.length} of them unknown here (${((Date.now() - begun) / 1000).toFixed(0)} s).`,
            );
            expect(wrong.map(describeDifference)).to.deep.equal([]);
            const needless = unknown.filter(
                ({ name, policyCase }) => policyCase.undecided === undefined && name !== "another host",
            );
            expect(needless.map(describeDifference), "unknown here, and known to the webhook").to.deep.equal([]);
        });

        it("are the same for manifests, claims and attestations that no tool writes", async () => {
            const { registry: host } = webhook.sandbox;
            const odd = await pushOddImages(registry, new ImageWorkshop(registry, host), host, signers.acme);
            const ours = admission();
            const pairs = Array.from(odd, ([name, image]) =>
                ODD_CASES.map((policyCase) => ({ name, image, policyCase })),
            );
            const results = await inTurns(pairs.flat(), async ({ name, image, policyCase }) => {
                const workload = podOf(image, policyCase);
                const answer = await webhook.judgeWorkload(workload);
                const verdict = await ours.judgeWorkload({ workload, namespace: NAMESPACE });
                return { place: `${name} × ${policyCase}`, name, answer, verdict };
            });
            const wrong = results.filter(
                ({ name, answer, verdict }) =>
                    verdict?.verdict !== outcomeOf(answer) &&
                    !(name.includes(TWICE) && verdict?.verdict === Verdict.Unknown),
            );
            console.log(
                `${version}: ${odd.size} odd images: ${results.length - wrong.length} of ${results.length} verdicts are the webhook's.`,
            );
            expect(wrong.map(describeDifference)).to.deep.equal([]);
        });

        /** What we say of an object, and what the webhook does, which must be the same. */
        async function bothSay(workload: Manifest, config?: ControllerConfig): Promise<string> {
            const [answer, verdict] = await Promise.all([
                webhook.judgeWorkload(workload),
                admission(config).judgeWorkload({ workload, namespace: NAMESPACE }),
            ]);
            expect(verdict?.verdict, `${workload.kind}: ${answer.message}`).to.equal(outcomeOf(answer));
            return outcomeOf(answer);
        }

        const image = (name: string) => images.get(name) ?? "";

        for (const { kind, make } of WORKLOADS) {
            it(`are the same for a ${kind}, which a policy may be about or not`, async () => {
                const said = [];
                for (const policyCase of ["key", "static-pass", "no-policy"]) {
                    for (const name of ["signed", "unsigned", "signed tag", "tag that is missing"]) {
                        said.push(await bothSay(make(policyCase, { containers: [containerOf(image(name))] })));
                    }
                }
                expect(said).to.include("refused");
            });
        }

        it("are the same for every container of a pod", async () => {
            const signed = containerOf(image("signed"));
            const unsigned = { ...containerOf(image("unsigned")), name: "other" };
            const pod = (spec: object) => POD.make("key", spec);
            expect(await bothSay(pod({ containers: [signed, unsigned] }))).to.equal("refused");
            expect(await bothSay(pod({ containers: [signed], initContainers: [unsigned] }))).to.equal("refused");
            const initSigned = { ...signed, name: "other" };
            expect(await bothSay(pod({ containers: [signed], initContainers: [initSigned] }))).to.equal("admitted");
        });

        it("say nothing of the image of a volume, which the webhook does not look at", async () => {
            const volumes = [{ name: "data", image: { reference: image("unsigned") } }];
            const pod = POD.make("key", { containers: [containerOf(image("signed"))], volumes });
            expect(await bothSay(pod)).to.equal("admitted");
            const verdict = await admission().judgeWorkload({ workload: pod, namespace: NAMESPACE });
            expect(verdict?.unchecked.map(({ path }) => path)).to.deep.equal(["spec.volumes[0].image.reference"]);
        });

        it("are the same for ephemeral containers, whose tags are not resolved", async () => {
            const running = POD.make("key", { containers: [containerOf(image("signed"))] });
            const named = { ...running, metadata: { ...running.metadata, name: "running" } };
            await webhook.api.create(`/api/v1/namespaces/${ENFORCED}/pods`, named);
            const expected = { signed: "admitted", unsigned: "refused", "signed tag": "refused" };
            for (const [name, verdict] of Object.entries(expected)) {
                const ephemeralContainers = [{ ...containerOf(image(name)), name: "debug" }];
                const answer = await webhook.debug("running", ephemeralContainers);
                const workload = { ...named, spec: { ...named.spec, ephemeralContainers } };
                const ours = await admission().judgeWorkload({ workload, namespace: NAMESPACE });
                expect([outcomeOf(answer), ours?.verdict], answer.message).to.deep.equal([verdict, verdict]);
            }
        });

        it("can be had of everything that runs, by the policies that the cluster enforces", async () => {
            // The pod of the test above.
            const args = ["check", "--context", CONTEXT_NAME, "--output", "json"];
            const env = { KUBECONFIG: webhook.sandbox.kubeconfig };
            const { stdout, stderr, exitCode } = await spawnProgram(args, { env });
            expect(exitCode, stderr).to.equal(0);
            const { images: found } = JSON.parse(stdout) as CheckReport;
            expect(found.map(({ image: name, verdict, policies }) => [name, verdict, policies[0]?.name])).to.deep.equal(
                [[image("signed"), "admitted", "key-0"]],
            );
            const withoutKey = [...args, "--without-generation", "authority-0"];
            const whatIf = await spawnProgram(withoutKey, { env });
            expect(whatIf.exitCode, whatIf.stderr).to.equal(1);
            expect((JSON.parse(whatIf.stdout) as CheckReport).summary).to.deep.include({ refused: 1, lost: 1 });
        });

        it("are the same where replicas become fewer, which is not checked", async () => {
            const before = DEPLOYMENT.make("static-pass", { containers: [containerOf(image("unsigned"))] }, 3);
            const named = { ...before, metadata: { ...before.metadata, name: "shrinking" } };
            const path = `/apis/apps/v1/namespaces/${ENFORCED}/deployments`;
            await webhook.api.create(path, named);
            for (const [replicas, verdict] of [
                [2, "admitted"],
                [4, "refused"],
                // One is what the API server writes then.
                [null, "admitted"],
            ] as const) {
                const labels = { [CASE_LABEL]: "key" };
                const after = {
                    ...named,
                    metadata: { ...named.metadata, labels },
                    spec: { ...named.spec, replicas: replicas ?? undefined },
                };
                const answer = await webhook.change(`${path}/shrinking`, { metadata: { labels }, spec: { replicas } });
                const ours = await admission().judgeWorkload({
                    workload: after,
                    previous: named,
                    namespace: NAMESPACE,
                });
                expect([outcomeOf(answer), ours?.verdict], answer.message).to.deep.equal([verdict, verdict]);
            }
        });

        it("are the same for an object that ran before, whatever is changed in it", async () => {
            await webhook.api.create("/api/v1/namespaces", { metadata: { name: "later" } });
            const path = "/apis/apps/v1/namespaces/later/deployments";
            const made = DEPLOYMENT.make("key", { containers: [containerOf(image("unsigned"))] }, 3);
            const before = { ...made, metadata: { ...made.metadata, name: "before", namespace: "later" } };
            await webhook.api.create(path, before);
            const labels = { "policy.sigstore.dev/include": "true" };
            await webhook.api.patch("/api/v1/namespaces/later", { metadata: { labels } });
            const annotated = { metadata: { annotations: { some: "change" } } };
            await eventually(
                "the namespace is enforced",
                async () => !(await webhook.change(`${path}/before`, annotated)).accepted,
            );
            for (const patch of [{}, annotated, { spec: { replicas: 4 } }, { spec: { replicas: 0 } }]) {
                const { metadata = {}, spec = {} } = patch as Partial<Record<"metadata" | "spec", object>>;
                const workload = {
                    ...before,
                    metadata: { ...before.metadata, ...metadata },
                    spec: { ...before.spec, ...spec },
                };
                const answer = await webhook.change(`${path}/before`, patch);
                const ours = await admission().judgeWorkload({
                    workload,
                    previous: before,
                    namespace: { name: "later", labels },
                });
                expect(ours?.verdict, `${JSON.stringify(patch)}: ${answer.message}`).to.equal(outcomeOf(answer));
            }
            // None of these is about images, and the webhook does not see or not check them.
            for (const [part, patch] of [
                ["/status", { status: { observedGeneration: 7 } }],
                ["/scale", { spec: { replicas: 5 } }],
            ] as const) {
                expect(await webhook.change(`${path}/before${part}`, patch)).to.deep.include({ accepted: true });
            }
        });

        it("are the same in namespaces that are not enforced, or exempt", async () => {
            for (const [name, labels] of [
                ["plain", {}],
                ["other-value", { "policy.sigstore.dev/include": "yes" }],
                ["exempt", { "policy.sigstore.dev/include": "true", "webhooks.knative.dev/exclude": "" }],
            ] as const) {
                await webhook.api.create("/api/v1/namespaces", { metadata: { name, labels } });
                const workload = podOf(image("unsigned"), "key");
                const inNamespace = { ...workload, metadata: { ...workload.metadata, namespace: name } };
                const answer = await webhook.judgeWorkload(inNamespace, name);
                const ours = await admission().judgeWorkload({ workload: inNamespace, namespace: { name, labels } });
                expect([outcomeOf(answer), ours?.verdict], name).to.deep.equal(["admitted", "admitted"]);
            }
        });

        it("are the same for what no policy matches, whatever no-match-policy says", async () => {
            const unmatched = podOf(image("unsigned"), "no-policy");
            const refused = podOf("registry.invalid/acme/app:1", "no-policy");
            for (const [noMatchPolicy, verdict] of [
                ["warn", "warned"],
                ["allow", "admitted"],
                ["deny", "refused"],
            ] as const) {
                await webhook.configure({ "no-match-policy": noMatchPolicy });
                await eventually(
                    `the controller knows ${noMatchPolicy}`,
                    async () => outcomeOf(await webhook.judgeWorkload(unmatched)) === verdict,
                );
                expect(await bothSay(unmatched, { noMatchPolicy })).to.equal(verdict);
                expect(outcomeOf(await webhook.judgeWorkload(refused))).to.equal("refused");
            }
        });

        it("are the same for a policy that names nobody, where such policies are allowed", async () => {
            await webhook.configure({ "fail-on-empty-authorities": "false" });
            const policy = policyNamed("nobody", { images: [{ glob: "**" }], match: matchOf("nobody") });
            await eventually("the controller takes it", async () => (await webhook.create(policy)).accepted);
            await webhook.enforceAlone(policy);
            const workload = podOf(image("unsigned"), "nobody");
            const rules = { policies: [policy], config: { version, failOnEmptyAuthorities: false } };
            const ours = await new Admission(rules, { registry }).judgeWorkload({ workload, namespace: NAMESPACE });
            const answer = await webhook.judgeWorkload(workload);
            expect([outcomeOf(answer), ours?.verdict], answer.message).to.deep.equal(["admitted", "admitted"]);
        });

        it("are the same for what another object controls, where the webhooks pass that over", async () => {
            const owner = { apiVersion: "apps/v1", kind: "Deployment", name: "web", uid: "1" };
            const kinds = WORKLOADS.flatMap((workload) =>
                [undefined, {}, { controller: false }, { controller: true }].map((link?: { controller?: boolean }) => ({
                    ...workload,
                    link,
                })),
            );
            const controlled = ({ make, link }: (typeof kinds)[number]): Manifest => {
                const workload = make("key", { containers: [containerOf(image("unsigned"))] });
                const ownerReferences = link === undefined ? undefined : [{ ...owner, ...link }];
                return { ...workload, metadata: { ...workload.metadata, ...{ ownerReferences } } };
            };
            const all = kinds.map(controlled);
            const before = await inTurns(all, (workload) => bothSay(workload));
            expect(new Set(before)).to.deep.equal(new Set(["refused"]));
            for (const resource of ["validatingwebhookconfigurations", "mutatingwebhookconfigurations"]) {
                const webhooks = [{ name: "policy.sigstore.dev", matchConditions: [UNLESS_OWNED] }];
                await webhook.api.patch(`${WEBHOOKS}/${resource}/policy.sigstore.dev`, { webhooks });
            }
            const passedOver = all.filter(
                ({ kind }, index) => kind !== "Pod" && kinds[index]?.link?.controller === true,
            );
            await eventually("the webhooks pass it over", async () => {
                const answers = await inTurns(passedOver, (workload) => webhook.judgeWorkload(workload));
                return answers.every(({ accepted }) => accepted);
            });
            const after = await inTurns(all, (workload) => bothSay(workload, { skipsControlled: true }));
            expect(all.filter((_, index) => after[index] === "admitted")).to.deep.equal(passedOver);
        });

        it("are the same where a selector is none: every object of the kind is refused", async () => {
            const selector = { matchExpressions: [{ key: "app", operator: "Is", values: ["x"] }] };
            const match = [{ group: "apps", version: "v1", resource: "statefulsets", selector }];
            const policy = policyNamed("bad-selector", {
                images: [{ glob: "**" }],
                match,
                authorities: [{ static: { action: "pass" } }],
            });
            await webhook.enforceAlone(policy);
            const make = WORKLOADS.find(({ kind }) => kind === "StatefulSet")?.make ?? POD.make;
            const workload = make("no-policy", { containers: [containerOf(image("signed"))] });
            const rules = { policies: [policy], config: { version, noMatchPolicy: "allow" as const } };
            const ours = await new Admission(rules, { registry }).judgeWorkload({ workload, namespace: NAMESPACE });
            const answer = await webhook.judgeWorkload(workload);
            expect(answer.message).to.include("policy with wrong match label selector");
            expect(ours?.verdict).to.equal("refused");
        });
    });
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
