import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { rootCertificates } from "node:tls";
import { expect } from "chai";
import { CHARTS_ALIKE, READ_BY_CHART } from "../../components/controller/chart-keys";
import { changeChartObjects } from "../../components/controller/chart-objects";
import { validatePolicyControllerArgs } from "../../components/controller/rules";
import { type NoMatchPolicy, PolicyController, type PolicyControllerArgs } from "../../index";
import { PROJECT_FOLDER } from "../support/project";
import { record, type Registration } from "../support/recorder";
import { refusalOf } from "../support/refusals";

const DIGEST = `sha256:${"a".repeat(64)}`;
const CERTIFICATE = rootCertificates[0] ?? "";

async function make(args: PolicyControllerArgs): Promise<Registration[]> {
    return (await record(() => new PolicyController("controller", args))).registrations;
}

/** The chart of the controller; the other one only looks at the cluster. */
async function chartOf(args: PolicyControllerArgs): Promise<Record<string, unknown>> {
    const registrations = await make(args);
    const chart = registrations.find((it) => it.type === "kubernetes:helm.sh/v4:Chart" && it.name === "controller");
    return chart?.inputs ?? {};
}

async function valuesOf(args: PolicyControllerArgs): Promise<unknown> {
    return (await chartOf(args)).values;
}

function refusal(args: PolicyControllerArgs): string {
    return refusalOf(() => new PolicyController("controller", args));
}

/** An object of the chart, as the package changes it. */
async function changed(type: string, object: object, args: PolicyControllerArgs = {}) {
    const result = await changeChartObjects(
        args,
        "tests/stack/1",
    )({ type, props: object, opts: {}, custom: true, name: "x" });
    return { props: result?.props as unknown, opts: result?.opts };
}

const WEBHOOKS = "kubernetes:admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration";
const DEFINITION = "kubernetes:apiextensions.k8s.io/v1:CustomResourceDefinition";

describe("PolicyController", () => {
    it("tells a policy pack at the first preview that its canary is about no image of anybody", async () => {
        const { registrations } = await record(() => new PolicyController("controller", {}), { preview: true });
        const canary = registrations.find(({ name }) => name === "controller-canary");
        expect(canary?.inputs.spec).to.have.deep.property("images", [{ glob: "canary.signed-images.invalid/**" }]);
    });

    it("merges further values last, key by key", async () => {
        const values = await valuesOf({
            replicas: 2,
            values: { webhook: { replicaCount: 5, podAnnotations: { team: "platform" } }, loglevel: "debug" },
        });
        expect(values).to.deep.include({ loglevel: "debug" });
        expect(values).to.have.deep.nested.include({
            "webhook.replicaCount": 5,
            "webhook.podAnnotations.team": "platform",
            "webhook.podDisruptionBudget.minAvailable": 4,
            "webhook.configData": { "no-match-policy": "deny" },
        });
    });

    it("has the disruption budget that further values ask for, and no other beside it", async () => {
        const values = await valuesOf({ values: { webhook: { podDisruptionBudget: { maxUnavailable: 1 } } } });
        // The template takes a zero for nothing.
        expect(values).to.have.deep.nested.property("webhook.podDisruptionBudget", {
            enabled: true,
            minAvailable: 0,
            maxUnavailable: 1,
        });
    });

    it("never judges its own namespace, whichever namespaces further values select", async () => {
        const everywhere = { matchExpressions: [{ key: "kubernetes.io/metadata.name", operator: "Exists" }] };
        const values = await valuesOf({
            namespace: "sigstore",
            values: { webhook: { namespaceSelector: everywhere } },
        });
        expect(values).to.have.deep.nested.property("webhook.namespaceSelector.matchExpressions", [
            { key: "webhooks.knative.dev/exclude", operator: "DoesNotExist" },
            { key: "kubernetes.io/metadata.name", operator: "Exists" },
            { key: "kubernetes.io/metadata.name", operator: "NotIn", values: ["sigstore"] },
        ]);
    });

    it("warns of what lets everything in while the controller is away", async () => {
        const { warnings } = await record(
            () => new PolicyController("controller", { values: { webhook: { failurePolicy: "Ignore" } } }),
        );
        expect(warnings.join()).to.include("[chart-value-opens-gate]");
    });

    it("warns of a selector that leaves out namespaces which EnforcedNamespace labels", () => {
        const codes = (namespaceSelector: object) =>
            validatePolicyControllerArgs({ values: { webhook: { namespaceSelector } } }).map(({ code }) => code);
        const include = (operator: string, values: string[] = []) => ({
            matchExpressions: [{ key: "policy.sigstore.dev/include", operator, values }],
        });
        const team = { key: "team", operator: "In", values: ["shop"] };
        for (const narrow of [
            { matchExpressions: [team] },
            { matchLabels: { team: "shop" } },
            include("In", ["yes"]),
            include("NotIn", ["true"]),
            include("DoesNotExist"),
        ]) {
            expect(codes(narrow), JSON.stringify(narrow)).to.deep.equal(["chart-value-opens-gate"]);
        }
        for (const wide of [
            {},
            { matchExpressions: [] },
            include("In", ["true", "yes"]),
            include("NotIn", ["false"]),
        ]) {
            expect(codes(wide), JSON.stringify(wide)).to.be.empty;
        }
    });

    it("warns of a budget that lets no node drain, and of a key that nothing reads", () => {
        const codes = (values: object) => validatePolicyControllerArgs({ values }).map(({ code }) => code);
        expect(codes({ webhook: { podDisruptionBudget: { minAvailable: 3 } } })).to.deep.equal([
            "chart-value-blocks-drains",
        ]);
        expect(codes({ webhook: { podDisruptionBudget: { minAvailable: 2 } } })).to.be.empty;
        expect(codes({ cosign: { cosignPub: "LS0t" } })).to.deep.equal(["chart-value-trusts-nobody"]);
    });

    it("warns of an image by tag", async () => {
        const deployment = (image: string) => ({
            metadata: { name: "webhook" },
            spec: { selector: {}, template: { spec: { containers: [{ image }] } } },
        });
        const warningsOf = async (image: string) =>
            (await record(() => changed("kubernetes:apps/v1:Deployment", deployment(image)))).warnings.join();
        expect(await warningsOf("mirror.example.com/policy-controller:v1")).to.include("by tag");
        expect(await warningsOf(`mirror.example.com/policy-controller@${DIGEST}`)).to.equal("");
    });

    it("is adopted wherever it is", () => {
        for (const namespace of ["default", "kube-system"]) {
            expect(validatePolicyControllerArgs({ namespace, adopt: true })).to.deep.equal([]);
        }
    });

    it("lets the only replica go, too, unless somebody says otherwise", async () => {
        const minAvailable = { webhook: { podDisruptionBudget: { minAvailable: 1 } } };
        const budget = async (args: PolicyControllerArgs) =>
            changed("kubernetes:policy/v1:PodDisruptionBudget", { metadata: {}, spec: { minAvailable: 1 } }, args);
        expect(await budget({ replicas: 1 })).to.have.nested.property("props.spec.minAvailable", 0);
        expect(await budget({ replicas: 2 })).to.have.nested.property("props.spec.minAvailable", 1);
        expect(await budget({ replicas: 1, values: minAvailable })).to.have.nested.property(
            "props.spec.minAvailable",
            1,
        );
    });

    it("takes a chart from disk, or from a repository at an exact version", async () => {
        const folder = path.join(PROJECT_FOLDER, "tests");
        expect(await chartOf({ chart: { path: path.relative(process.cwd(), folder) } })).to.include({ chart: folder });
        expect(await chartOf({ chart: { version: "0.10.5" } })).to.deep.include({
            chart: "policy-controller",
            version: "0.10.5",
            repositoryOpts: { repo: "https://sigstore.github.io/helm-charts" },
        });
        expect(await chartOf({ chart: { repository: "oci://mirror.example.com/charts/" } })).to.deep.include({
            chart: "oci://mirror.example.com/charts/policy-controller",
            version: "0.10.6",
        });
    });

    it("hands the password of a repository to the engine as a secret only", async () => {
        const chart = { repository: "https://mirror.example.com", username: "me", password: "very-secret" };
        const { repositoryOpts } = await chartOf({ chart });
        expect(repositoryOpts).to.deep.include({ repo: "https://mirror.example.com", username: "me" });
        expect(JSON.stringify(repositoryOpts)).to.match(
            /"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270"[^}]*"very-secret"/,
        );
    });

    it("takes everything from a mirror", async () => {
        const registrations = await make({
            image: { repository: "mirror.example.com/policy-controller", digest: DIGEST },
            imagePullSecrets: ["mirror"],
            trustedCertificates: CERTIFICATE,
            proxy: { https: "http://proxy.example.com:3128", noProxy: ["mirror.example.com"] },
            tuf: { mirror: "https://tuf.example.com", root: "{}" },
        });
        const chart = registrations.find(({ type, name }) => type.endsWith(":Chart") && name === "controller");
        expect(chart?.inputs.values).to.have.deep.nested.include({
            imagePullSecrets: [{ name: "mirror" }],
            "webhook.image": { repository: "mirror.example.com/policy-controller", version: DIGEST },
            "webhook.registryCaBundle": { name: "signed-images-policy-controller", key: "certificates.pem" },
            "webhook.env": {
                HTTPS_PROXY: "http://proxy.example.com:3128",
                NO_PROXY: "$(KUBERNETES_SERVICE_HOST),localhost,127.0.0.1,.svc,.cluster.local,mirror.example.com",
            },
            "webhook.extraArgs": { "tuf-mirror": "https://tuf.example.com", "tuf-root": "/etc/tuf-root/root.json" },
        });
        const files = registrations.find(({ type }) => type === "kubernetes:core/v1:ConfigMap");
        expect(files?.inputs.data).to.deep.equal({ "certificates.pem": CERTIFICATE, "root.json": "{}" });
        expect(chart?.dependencies).to.include("ConfigMap.controller");
    });

    it("starts its pods anew where the files are others that they read when they start", async () => {
        const annotations = async (root?: string) => {
            const values = await valuesOf({ tuf: { root } });
            return JSON.stringify((values as { webhook: { podAnnotations: object } }).webhook.podAnnotations);
        };
        expect(await annotations()).to.equal("{}");
        expect(await annotations("{}")).to.match(/^{"signed-images\/settings":"[0-9a-f]{64}"}$/);
        expect(await annotations("{}")).to.not.equal(await annotations("{ }"));
    });

    it("does without sigstore's trust root", async () => {
        expect(await valuesOf({ tuf: { disabled: true } })).to.have.deep.nested.include({
            "webhook.extraArgs": { "disable-tuf": "true" },
        });
    });

    it("uses a PriorityClass that exists, and makes none then", async () => {
        const registrations = await make({ priorityClass: "critical" });
        expect(registrations.map(({ type }) => type)).to.not.include("kubernetes:scheduling.k8s.io/v1:PriorityClass");
        expect((await make({})).map(({ type }) => type)).to.include("kubernetes:scheduling.k8s.io/v1:PriorityClass");
    });

    it("keeps what it adopts, whoever made it", async () => {
        const registrations = await make({ adopt: true });
        const check = registrations.find(({ name }) => name === "controller-is-new");
        expect(check?.inputs.values).to.deep.include({ takesOver: true });
        const { props, opts } = await changed(
            "kubernetes:core/v1:Service",
            { metadata: { name: "webhook" } },
            { adopt: true },
        );
        expect(opts?.retainOnDelete).to.equal(true);
        expect(props).to.have.deep.nested.property("metadata.annotations", {
            "signed-images/owner": "tests/stack/1",
            "pulumi.com/patchForce": "true",
            "pulumi.com/skipAwait": "true",
        });
    });

    describe("changes of the chart's objects", () => {
        it("leaves out owned objects from the webhooks of workloads, and from no others", async () => {
            const conditions = async (name: string, args: PolicyControllerArgs = {}) => {
                const { props } = await changed(WEBHOOKS, { metadata: { name }, webhooks: [{ name }] }, args);
                return (props as { webhooks: { matchConditions?: unknown[] }[] }).webhooks[0]?.matchConditions;
            };
            expect(await conditions("policy.sigstore.dev")).to.have.lengthOf(1);
            expect(await conditions("policy.sigstore.dev", { judgeOwnedObjects: true })).to.equal(undefined);
            expect(await conditions("validating.clusterimagepolicy.sigstore.dev")).to.equal(undefined);
        });

        it("keeps the definitions without a webhook where they are to stay", async () => {
            const conversion = { strategy: "Webhook", webhook: { clientConfig: { service: { name: "webhook" } } } };
            const definition = { metadata: { name: "clusterimagepolicies.policy.sigstore.dev" }, spec: { conversion } };
            const kept = await changed(DEFINITION, definition, { keepCrds: true });
            expect(kept.props).to.have.deep.nested.property("spec.conversion", { strategy: "None" });
            expect(kept.opts?.retainOnDelete).to.equal(true);
            const going = await changed(DEFINITION, definition, { servicePort: 8443 });
            expect(going.props).to.have.nested.property("spec.conversion.webhook.clientConfig.service.port", 8443);
            expect(going.opts?.retainOnDelete).to.equal(false);
        });

        it("puts pods onto the network of their nodes", async () => {
            const template = { spec: { containers: [] } };
            const deployment = { metadata: { name: "webhook" }, spec: { selector: {}, template } };
            const { props } = await changed("kubernetes:apps/v1:Deployment", deployment, { hostNetwork: true });
            expect(props).to.have.nested.include({
                "spec.template.spec.hostNetwork": true,
                "spec.template.spec.dnsPolicy": "ClusterFirstWithHostNet",
                // With as many replicas as nodes, the port of an old one is what a new one waits for.
                "spec.strategy.rollingUpdate.maxSurge": 0,
            });
        });
    });

    describe("values that the chart does not read", () => {
        const warnings = (values: object) =>
            validatePolicyControllerArgs({ values }).map(
                ({ severity, path: at, instead }) => `${severity} ${at.join(".")}: ${instead}`,
            );

        it("are warned about by name, with the nearest one that it does", () => {
            expect(warnings({ webhook: { replicas: 5 } })).to.deep.equal([
                "warning values.webhook.replicas: Did you mean webhook.replicaCount?",
            ]);
            expect(warnings({ replicaCount: 5 })).to.deep.equal([
                "warning values.replicaCount: Did you mean webhook.replicaCount?",
            ]);
            expect(warnings({ webhook: { serviceAccount: { anotations: {} } } })).to.deep.equal([
                "warning values.webhook.serviceAccount.anotations: Did you mean webhook.serviceAccount.annotations?",
            ]);
            expect(warnings({ installCRDs: false })).to.deep.equal([
                "warning values.installCRDs: Take it away; see the chart's values.yaml.",
            ]);
            expect(warnings({ "webhook.replicaCount": 5 })).to.deep.equal([
                "warning values.webhook.replicaCount: Write webhook: { replicaCount: … }.",
            ]);
            expect(warnings({ webhook: { image: { tag: "v1" } } })).to.deep.equal([
                "warning values.webhook.image.tag: Take it away, or write what is read below webhook.image: " +
                    "pullPolicy, repository, version.",
            ]);
            expect(warnings({ webhook: { configData: { "no-match-polic": "deny" } } })).to.deep.equal([
                "warning values.webhook.configData.no-match-polic: Did you mean no-match-policy?",
            ]);
            const meant: [object, string][] = [
                [{ webhok: {} }, "webhook"],
                [{ webhook: { failurepolicy: "Ignore" } }, "webhook.failurePolicy"],
                [{ nodeSelector: {} }, "commonNodeSelector"],
                [{ webhook: { tolerations: [] } }, "commonTolerations"],
                [{ image: {} }, "webhook.image"],
                [{ webhook: { timeoutSeconds: 5 } }, "webhook.webhookTimeoutSeconds"],
                [{ webhook: { priorityClassName: "x" } }, "webhook.priorityClass"],
            ];
            for (const [values, name] of meant) {
                expect(warnings(values).join()).to.match(new RegExp(`Did you mean ${name}\\?$`));
            }
        });

        it("are none of a chart that may read others", () => {
            const of = (version: string) =>
                validatePolicyControllerArgs({ chart: { version }, values: { replicaCount: 5 } });
            expect(of("0.10.2")).to.have.lengthOf(1);
            expect(of("0.11.0")).to.be.empty;
        });

        it("are not those that it does", () => {
            expect(warnings({ loglevel: "debug", webhook: { podAnnotations: { any: "thing" }, env: { A: "b" } } })).to
                .be.empty;
        });

        for (const version of CHARTS_ALIKE) {
            it(`are all that no template of chart ${version} names`, function () {
                const chart = path.resolve(PROJECT_FOLDER, `../shared/charts/policy-controller-${version}.tgz`);
                if (!fs.existsSync(chart)) {
                    this.skip();
                }
                const templates = execFileSync("tar", ["xzOf", chart, "--wildcards", "*/templates/*"], {
                    encoding: "utf8",
                });
                const named = [...templates.matchAll(/\.Values((?:\.\w+)+)/g)].map(([, name = ""]) => name.slice(1));
                const unknown = named.filter(
                    (name) =>
                        // Hooks, which Pulumi leaves out, and helpers that no template calls.
                        !/^(leasescleanup|certificates)\./.test(name) &&
                        !READ_BY_CHART.some((read) => `${name}.`.startsWith(`${read}.`) || read.startsWith(`${name}.`)),
                );
                expect([...new Set(unknown)]).to.deep.equal([]);
                const unread = READ_BY_CHART.filter(
                    (read) => !named.some((name) => read === name || read.startsWith(`${name}.`)),
                );
                expect(unread).to.deep.equal([]);
            });
        }
    });

    const refused: [PolicyControllerArgs, string][] = [
        [{ replicas: 0 }, "replicas-out-of-range"],
        [{ replicas: 1.5 }, "replicas-out-of-range"],
        [{ webhookTimeoutSeconds: 31 }, "webhook-timeout-out-of-range"],
        [{ armingTimeoutSeconds: 0 }, "arming-timeout-out-of-range"],
        [{ servicePort: 70_000 }, "service-port-out-of-range"],
        [{ namespace: "Cosign_System" }, "label-invalid"],
        [{ namespace: "a".repeat(64) }, "label-invalid"],
        [{ namespace: "kube-system" }, "controller-in-system-namespace"],
        [{ namespace: "default" }, "controller-in-system-namespace"],
        [{ priorityClass: "No Class" }, "subdomain-invalid"],
        [{ imagePullSecrets: ["No Secret"] }, "subdomain-invalid"],
        [{ image: { digest: "v0.13.1" } }, "controller-image-by-tag"],
        [{ values: { webhook: { image: { version: "v0.13.1" } } } }, "controller-image-by-tag"],
        [{ image: { repository: "mirror.example.com/app:1" } }, "controller-image-invalid"],
        [{ trustedCertificates: "/etc/ssl/ca.pem" }, "certificates-not-pem"],
        [
            { trustedCertificates: `${CERTIFICATE}\n-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----` },
            "certificates-not-pem",
        ],
        [{ noMatchPolicy: "Allow" as NoMatchPolicy }, "no-match-policy-unknown"],
        [{ releaseName: "Signing" }, "release-name-invalid"],
        [{ releaseName: "a".repeat(54) }, "release-name-invalid"],
        [{ releaseName: "a".repeat(53) }, "release-name-too-long"],
        [{ values: { fullnameOverride: "a".repeat(56) } }, "release-name-too-long"],
        [{ values: { webhook: { name: "a".repeat(46) } } }, "container-name-too-long"],
        [{ values: { cosign: { webhookName: "acme.example.com" } } }, "chart-value-renames-webhook"],
        [{ values: { webhook: { webhookNames: { validating: "acme.example.com" } } } }, "chart-value-renames-webhook"],
        [{ values: { webhook: { configData: { "enable-oci11": "true" } } } }, "enable-oci11"],
        [{ values: { webhook: { configData: { "enable-oci11": true } } } }, "chart-value-no-string"],
        [{ values: { webhook: { replicaCount: 0 } } }, "replicas-out-of-range"],
        [
            { values: { webhook: { podDisruptionBudget: { minAvailable: 1, maxUnavailable: 1 } } } },
            "chart-value-excludes-other",
        ],
        [{ values: { webhook: { automountServiceAccountToken: false } } }, "chart-value-locks-out-controller"],
        [{ values: [] }, "chart-value-no-object"],
        [{ values: { webhook: null } }, "chart-value-no-object"],
        [{ values: { webhook: "x" } }, "chart-value-no-object"],
        [{ values: { webhook: { podDisruptionBudget: null } } }, "chart-value-no-object"],
        [{ values: { webhook: { webhookTimeoutSeconds: 10 } } }, "chart-value-no-object"],
        [{ values: { webhook: { namespaceSelector: null } } }, "chart-value-no-selector"],
        [
            { values: { webhook: { namespaceSelector: { matchExpressions: { key: "team" } } } } },
            "chart-value-no-selector",
        ],
        [{ values: { webhook: { namespaceSelector: { matchExpressions: [null] } } } }, "chart-value-no-selector"],
        [{ values: { webhook: { image: { repository: "mirror.example.com/app:1" } } } }, "controller-image-invalid"],
        [{ trustedCertificates: `${CERTIFICATE}-----BEGIN PRIVATE KEY-----` }, "certificates-with-key"],
        [{ proxy: { https: "proxy.example.com:3128" } }, "proxy-no-url"],
        [{ proxy: { http: "http://me:secret@proxy.example.com" } }, "proxy-with-password"],
        [{ tuf: { disabled: true, mirror: "https://tuf.example.com" } }, "tuf-ambiguous"],
        [{ tuf: { mirror: "tuf.example.com" } }, "tuf-mirror-no-url"],
        [{ tuf: { root: "./root.json" } }, "tuf-root-no-json"],
        [{ chart: { path: "./chart.tgz", version: "0.10.6" } }, "chart-source-ambiguous"],
        [{ chart: { repository: "mirror.example.com" } }, "chart-repository-no-url"],
        [{ chart: { path: "./nowhere.tgz" } }, "chart-file-missing"],
        [{ chart: { caFile: "./nowhere.pem" } }, "chart-file-missing"],
        [{ chart: { repository: "oci://mirror.example.com", password: "hidden" } }, "chart-password-of-nobody"],
        [{ chart: { repository: "https://me:hidden@mirror.example.com" } }, "chart-repository-with-password"],
    ];
    for (const [args, code] of refused) {
        it(`refuses ${JSON.stringify(args).slice(0, 60)}`, () => {
            expect(refusal(args)).to.include(`[${code}]`);
        });
    }

    it("shows neither a proxy's password nor a private key", () => {
        const said = refusal({
            proxy: { http: "http://me:hidden@proxy.example.com" },
            trustedCertificates: `${CERTIFICATE}-----BEGIN PRIVATE KEY-----\nhidden`,
        });
        expect(said).to.not.include("hidden");
    });
});
