import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { Readable, Writable } from "node:stream";
import { expect } from "chai";

import { markdownOf } from "../../cli/check/markdown";
import { checkOptions } from "../../cli/check/options";
import { runCheck } from "../../cli/check/run";
import { tableOf } from "../../cli/check/table";
import { CliError } from "../../cli/errors";
import { ClusterError, type ClusterReader } from "../../core/cluster";
import { ACME, HOST, keyOf, PASS, policy, STRANGER, workshop } from "../core/admission/support";
import { claim, signature } from "../support/image-workshop";
import { answerError, StandIn } from "../core/registry/support/stand-in";
import { runInProcess, spawnProgram } from "./support";

import type { CheckReport } from "../../cli/check/report";

const SOME = `${HOST}/acme/app@sha256:${"a".repeat(64)}`;

describe("signed-images check", () => {
    const folder = mkdtempSync(path.join(tmpdir(), "signed-images-check-"));
    const { registry, images } = workshop();
    let digest: string;

    before(async () => {
        digest = await images.image("acme/app");
        const payload = claim(images.repository("acme/app"), digest);
        await images.attach("acme/app", digest, "sig", [signature(ACME, payload)]);
        await images.image("acme/unsigned");
    });

    after(() => {
        rmSync(folder, { recursive: true });
    });

    function file(name: string, ...documents: unknown[]): string {
        const place = path.join(folder, name);
        // JSON is YAML.
        writeFileSync(place, documents.map((document) => JSON.stringify(document)).join("\n---\n"));
        return place;
    }

    function check(args: string[], { stdin = "", cluster }: { stdin?: string; cluster?: ClusterReader } = {}) {
        const sink = new Writable({
            write: (_chunk, _encoding, done) => {
                done();
            },
        });
        const surroundings = { stdin: Readable.from([Buffer.from(stdin)]), stdout: sink, stderr: sink, env: {} };
        return runCheck(checkOptions(args), surroundings, { registry, cluster });
    }

    function verdicts({ images: found }: CheckReport): string[] {
        return found.map(({ image, verdict }) => `${image.replace(`${HOST}/acme/`, "")} ${verdict}`);
    }

    const acmePolicy = () => file("policy.json", policy("acme", [{ name: "acme-1", ...keyOf(ACME) }]));

    it("judges images by name, each once", async () => {
        const report = await check([
            ...["--policy", acmePolicy()],
            ...[`${HOST}/acme/app:1`, `${HOST}/acme/unsigned:1`, `${HOST}/acme/app:1`],
        ]);
        expect(verdicts(report)).to.deep.equal(["app:1 admitted", "unsigned:1 refused"]);
        expect(report.images[0]).to.deep.include({ digest, workload: null });
        expect(report.summary).to.deep.equal({ total: 2, admitted: 1, warned: 0, refused: 1, unknown: 0 });
    });

    it("judges objects of files and Lists by the policies in them, and says where an image stands", async () => {
        const job = jobOf("migrate", `${HOST}/acme/unsigned:1`);
        const list = { apiVersion: "v1", kind: "List", items: [deploymentOf("web", `${HOST}/acme/app:1`), job] };
        const report = await check(["-f", file("all.json", policy("acme", [keyOf(ACME)]), list)]);
        expect(verdicts(report)).to.deep.equal(["app:1 admitted", "unsigned:1 refused"]);
        expect(report.images[1]?.workload).to.deep.equal({
            kind: "Job",
            namespace: "shop",
            name: "migrate",
            path: "spec.template.spec.containers[0].image",
        });
    });

    it("reads standard input", async () => {
        const stdin = JSON.stringify(deploymentOf("web", `${HOST}/acme/app:1`));
        expect(verdicts(await check(["-f", "-", "--policy", acmePolicy()], { stdin }))).to.deep.equal([
            "app:1 admitted",
        ]);
    });

    it("names what is in a Namespace without the label, which the cluster does not check", async () => {
        const workload = deploymentOf("web", `${HOST}/acme/unsigned:1`);
        for (const metadata of [{}, { labels: { team: "shop" } }, { labels: null }]) {
            const objects = file("plain.json", namespaceOf("shop", metadata), workload);
            const report = await check(["-f", objects, "--policy", acmePolicy()]);
            expect(verdicts(report)).to.deep.equal([]);
            expect(report.exempt.map((each) => each.workload.name)).to.deep.equal(["web"]);
            expect(report.presumedNamespaces).to.deep.equal([]);
            expect(tableOf(report, false)).to.include("Not checked by the cluster: 1 object (Deployment shop/web). ");
        }
    });

    it("judges in a namespace that is nowhere, and names it where something in it is refused", async () => {
        const refused = file("unsigned.json", deploymentOf("web", `${HOST}/acme/unsigned:1`));
        const report = await check(["-f", refused, "--policy", acmePolicy()]);
        expect(verdicts(report)).to.deep.equal(["unsigned:1 refused"]);
        expect(report.presumedNamespaces).to.deep.equal(["shop"]);
        for (const text of [tableOf(report, false), markdownOf(report)]) {
            expect(text).to.include("Taken for enforced, since nobody says whether it is: namespace shop.");
        }
        const signed = file("signed.json", deploymentOf("web", `${HOST}/acme/app:1`));
        expect((await check(["-f", signed, "--policy", acmePolicy()])).presumedNamespaces).to.deep.equal([]);
    });

    it("passes over a namespace that is said not to be enforced, by a label or by what a cluster wrote out", async () => {
        for (const metadata of [
            { labels: { "policy.sigstore.dev/include": "false" } },
            { labels: { "webhooks.knative.dev/exclude": "" } },
            { uid: "5d1f", labels: { "kubernetes.io/metadata.name": "shop" } },
        ]) {
            const workload = deploymentOf("web", `${HOST}/acme/unsigned:1`);
            const objects = file("free.json", namespaceOf("shop", metadata), workload);
            expect((await check(["-f", objects, "--policy", acmePolicy()])).images).to.deep.equal([]);
        }
    });

    it("takes the labels of a namespace from all sources together", async () => {
        const workload = deploymentOf("web", `${HOST}/acme/unsigned:1`);
        const plain = namespaceOf("shop", { labels: { team: "shop" } });
        const patch = namespaceOf("shop", { labels: { "policy.sigstore.dev/include": "true" } });
        const given = ["-f", file("shop.json", plain, workload), "--policy", acmePolicy()];
        const enforcing = new ClusterOfObjects([SHOP]);
        const known = await check(["--context", "x", ...given], { cluster: enforcing });
        expect(verdicts(known)).to.deep.equal(["unsigned:1 refused"]);
        expect(known.presumedNamespaces).to.deep.equal([]);
        const free = new ClusterOfObjects([namespaceOf("shop", { uid: "5d1f" })]);
        expect((await check(["--context", "x", ...given], { cluster: free })).images).to.deep.equal([]);
        const enforced = await check(["--context", "x", ...given, "--policy", file("p.json", patch)], {
            cluster: free,
        });
        expect(verdicts(enforced)).to.deep.equal(["unsigned:1 refused"]);
    });

    it("judges in a namespace whose name the preview does not know, whatever the cluster says of others", async () => {
        const workload = deploymentOf("web", `${HOST}/acme/unsigned:1`);
        const unknown = { ...workload, metadata: { name: "web", namespace: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" } };
        const preview = file("unknown-namespace.json", { steps: [created(unknown)] });
        const cluster = new ClusterOfObjects([namespaceOf("default", { uid: "5d1f" })]);
        const report = await check(["--context", "x", "--preview", preview], { cluster });
        expect(report.images[0]?.workload).to.deep.include({ namespace: "(not known yet)" });
    });

    it("takes the key of a Secret from the later source: policy files, then objects, then the preview", async () => {
        const secretOf = ({ pem }: { pem: string }) => ({
            apiVersion: "v1",
            kind: "Secret",
            metadata: { name: "release", namespace: "cosign-system" },
            stringData: { "cosign.pub": pem },
        });
        const policies = file("secret-ref.json", policy("acme", [IN_SECRET]), secretOf(STRANGER));
        const old = await check(["--policy", policies, `${HOST}/acme/app:1`]);
        expect(verdicts(old)).to.deep.equal(["app:1 refused"]);
        const rotated = file("rotated.json", { steps: [created(secretOf(ACME))] });
        const live = new ClusterOfObjects([{ ...SHOP }, secretOf(STRANGER)]);
        for (const later of [
            ["-f", file("rotated-secret.json", secretOf(ACME))],
            ["--preview", rotated],
        ]) {
            const args = ["--policy", policies, ...later, `${HOST}/acme/app:1`];
            expect(verdicts(await check(args))).to.deep.equal(["app:1 admitted"]);
            expect(verdicts(await check([...args, "--context", "x"], { cluster: live }))).to.deep.equal([
                "app:1 admitted",
            ]);
        }
    });

    it("judges the objects of a preview: what comes by what is set, unknown where the preview does not know", async () => {
        const preview = {
            steps: [
                step("create", "policy.sigstore.dev/v1alpha1:ClusterImagePolicy", policy("acme", [keyOf(ACME)])),
                step("create", "apps/v1:Deployment", deploymentOf("web", `${HOST}/acme/app:1`)),
                step("create", "apps/v1:Deployment", deploymentOf("later", "04da6b54-80e4-46f7-96ec-b56ff0331ba9")),
                step("delete", "apps/v1:Deployment", deploymentOf("gone", `${HOST}/acme/unsigned:1`)),
                step("create", "helm.sh/v3:Release", { metadata: { name: "chart" } }),
            ],
        };
        const report = await check(["--preview", file("preview.json", preview)]);
        expect(verdicts(report)).to.deep.equal(["app:1 admitted", "(not known yet) unknown"]);
        expect(report.opaque).to.deep.equal(["Helm release chart"]);
    });

    it("does not check what only shrinks in a preview", async () => {
        const image = `${HOST}/acme/unsigned:1`;
        const preview = {
            steps: [
                {
                    ...step("update", "apps/v1:Deployment", deploymentOf("web", image, 1)),
                    oldState: step("same", "apps/v1:Deployment", deploymentOf("web", image, 3)).newState,
                },
            ],
        };
        const report = await check(["--preview", file("shrink.json", preview), "--policy", acmePolicy()]);
        expect(report.images).to.deep.equal([]);
        expect(report.exempt.map(({ reason }) => reason).join()).to.match(/fewer \(3 to 1\)/);
    });

    it("names what is exempt in every report, in one line for each reason, and ends as without it", async () => {
        const labels = { "policy.sigstore.dev/include": "false" };
        const other = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } };
        const workloads = Array.from({ length: 7 }, (_, index) => deploymentOf(`web-${index}`, SOME));
        const rollout = { ...deploymentOf("rolled", SOME), apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
        const silent = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "none", namespace: "shop" } };
        const objects = file("exempt.json", other, ...workloads, rollout, silent);
        const report = await check(["-f", objects, "--policy", acmePolicy()]);
        const line =
            "Not checked by the cluster: 8 objects (Deployment shop/web-0, Deployment shop/web-1, Deployment shop/web-2, " +
            "Deployment shop/web-3, Deployment shop/web-4, … and 3 more). The namespace shop is not enforced";
        expect(tableOf(report, false))
            .to.include(line)
            .and.match(/\n0 images\.\n$/);
        expect(markdownOf(report)).to.match(/^- Not checked by the cluster: 8 objects &#40;Deployment shop\/web-0,/m);
        expect(report.exempt[0]).to.deep.equal({
            workload: { kind: "Deployment", namespace: "shop", name: "web-0" },
            reason: 'The namespace shop is not enforced: it has no label policy.sigstore.dev/include: "true".',
            images: [{ path: "spec.template.spec.containers[0].image", image: SOME }],
        });
        expect(report.exempt.map(({ workload }) => workload.name))
            .to.include("rolled")
            .and.not.include("none");
        expect(report.summary.total).to.equal(0);
        expect((await runInProcess(["check", "-f", objects, "--policy", acmePolicy()])).exitCode).to.equal(0);
    });

    it("names pods on their way out together, by what made them", async () => {
        const labels = { "policy.sigstore.dev/include": "true" };
        const pods = ["web-1", "web-2"].map((name) => {
            const pod = podOf("shop", name, SOME) as { metadata: object };
            return { ...pod, metadata: { ...pod.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } };
        });
        const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } };
        const report = await check(["--context", "x"], { cluster: new ClusterOfObjects([namespace, ...pods]) });
        expect(report.exempt).to.have.length(1);
        expect(tableOf(report, false)).to.include(
            "Not checked by the cluster: 2 objects (2 pods of Deployment/web in shop). The object is being deleted.",
        );
    });

    it("checks what is made anew with fewer replicas, which no webhook takes for scaling down", async () => {
        const image = `${HOST}/acme/unsigned:1`;
        for (const op of ["create-replacement", "replace"]) {
            const elsewhere = deploymentOf("web", image, 1);
            const oldState = step("same", "apps/v1:Deployment", deploymentOf("web", image, 3)).newState;
            const preview = { steps: [{ ...step(op, "apps/v1:Deployment", elsewhere), oldState }] };
            const report = await check(["--preview", file("replaced.json", preview), "--policy", acmePolicy()]);
            expect(verdicts(report), op).to.deep.equal(["unsigned:1 refused"]);
        }
    });

    it("takes nothing for known of a patch that is not in it, neither images nor replicas", async () => {
        const patch = (template: object, replicas?: number) => {
            const metadata = { name: "web", namespace: "shop" };
            return { apiVersion: "apps/v1", kind: "Deployment", metadata, spec: { replicas, template } };
        };
        const type = "apps/v1:DeploymentPatch";
        const named = { spec: { containers: [{ name: "main", image: `${HOST}/acme/unsigned:1` }] } };
        const update = {
            ...step("update", type, patch(named)),
            oldState: step("same", type, patch(named, 3)).newState,
        };
        const scaled = await check(["--preview", file("u.json", { steps: [update] }), "--policy", acmePolicy()]);
        expect(verdicts(scaled)).to.deep.equal(["unsigned:1 refused"]);
        const silent = step("create", type, patch({ spec: { containers: [{ name: "main" }] } }));
        const report = await check(["--preview", file("s.json", { steps: [silent] }), "--policy", acmePolicy()]);
        expect(report.images).to.deep.equal([]);
        expect(report.opaque).to.deep.equal(["Deployment web (a patch that leaves images as they are)"]);
    });

    describe("of a preview that lacks something", () => {
        const stack = { op: "same", urn: "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev" };

        function checkPreview(preview: object, ...args: string[]) {
            return runInProcess(["check", "--preview", file("lacking.json", preview), ...args]);
        }

        it("refuses one that leaves out what does not change, and says how to make it", async () => {
            const protectedAnew = step("same", "apps/v1:Deployment", deploymentOf("web", SOME));
            for (const steps of [[], [stack], [stack, protectedAnew]]) {
                const { exitCode, stderr } = await checkPreview({
                    steps,
                    diagnostics: [],
                    changeSummary: { same: 12 },
                });
                expect(exitCode).to.equal(2);
                expect(stderr).to.include(`it leaves out ${12 - steps.length} resources`);
                expect(stderr).to.include("Make it with: pulumi preview --show-sames --json");
            }
        });

        it("takes one in which everything is, with providers that no summary counts", async () => {
            const provider = { op: "same", urn: "urn:pulumi:dev::shop::pulumi:providers:kubernetes::default" };
            const preview = { steps: [stack, provider], changeSummary: { same: 1 } };
            expect((await checkPreview(preview)).exitCode).to.equal(0);
        });

        /** As the engine writes them. */
        const diagnostics = [
            { urn: "urn:pulumi:dev::shop::kubernetes:apps/v1:Deployment::web", message: "denied", severity: "error" },
            { urn: "urn:pulumi:dev::shop::a:b:C$kubernetes:batch/v1:Job::db", message: "warned", severity: "warning" },
            { message: "error: preview failed with hunter2", severity: "error" },
        ];

        it("does not call one that failed undoubted, and does not quote what may be secret", async () => {
            const failed = { steps: [stack], diagnostics, changeSummary: { same: 1 } };
            for (const output of ["table", "markdown", "json"]) {
                const { exitCode, stdout } = await checkPreview(failed, "--output", output);
                expect(exitCode).to.equal(3);
                expect(stdout)
                    .to.match(/Deployment web/)
                    .and.not.match(/hunter2|Job/);
            }
            const { stdout } = await checkPreview(failed);
            expect(stdout).to.include("The preview failed (kubernetes:apps/v1:Deployment web, the program).");
        });

        it("judges what there is of one that failed", async () => {
            const policies = file("fail.json", policy("p", [{ static: { action: "fail" } }]));
            const steps = [stack, step("create", "apps/v1:Deployment", deploymentOf("web", SOME))];
            expect((await checkPreview({ steps, diagnostics }, "--policy", policies)).exitCode).to.equal(1);
            const { exitCode, stderr } = await checkPreview({ steps, diagnostics });
            expect(exitCode).to.equal(2);
            expect(stderr).to.include("No policy is known").and.include("The preview failed");
        });

        it("takes one of a program that failed at once", async () => {
            const { exitCode, stdout } = await checkPreview({ diagnostics, duration: 5 });
            expect(exitCode).to.equal(3);
            expect(stdout).to.include("The preview failed");
        });
    });

    it("says what runs in a cluster and would not come back", async () => {
        const entry = { images: [{ glob: "**" }], authorities: [{ name: "acme-1", ...keyOf(ACME) }], mode: "enforce" };
        const cluster = new ClusterOfObjects([
            {
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: { name: "config-image-policies" },
                data: { acme: JSON.stringify(entry) },
            },
            {
                apiVersion: "v1",
                kind: "Namespace",
                metadata: { name: "shop", labels: { "policy.sigstore.dev/include": "true" } },
            },
            namespaceOf("other", { uid: "5d1f" }),
            podOf("shop", "web-1", `${HOST}/acme/app:1`),
            podOf("shop", "web-2", `${HOST}/acme/app:1`),
            podOf("other", "web-3", `${HOST}/acme/unsigned:1`),
        ]);
        const now = await check(["--context", "x"], { cluster });
        expect(verdicts(now)).to.deep.equal(["app:1 admitted"]);
        expect(now.images[0]?.workload).to.deep.include({ kind: "Pod", name: "of Deployment/web", pods: 2 });

        const without = await check(["--context", "x", "--without-generation", "acme-1"], { cluster });
        expect(without.images[0]).to.deep.include({ now: "admitted", verdict: "refused" });
        expect(without.summary).to.deep.include({ lost: 1 });

        const stricter = file("stricter.json", policy("strict", [{ static: { action: "fail" } }]));
        const withPolicy = await check(["--context", "x", "--policy", stricter], { cluster });
        expect(withPolicy.images[0]).to.deep.include({ now: "admitted", verdict: "refused" });
    });

    /** A cluster that enforces one namespace. */
    function clusterOf({ policies = [] as object[], noMatch = "deny", running = [] as object[] }) {
        const data = { "no-match-policy": noMatch };
        const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "config-policy-controller" }, data };
        return new ClusterOfObjects([SHOP, config, ...policies, ...running]);
    }

    const changes = ({ images: found }: CheckReport) =>
        found.map(({ workload, now, verdict }) => `${workload?.name ?? "by name"}: ${now ?? "-"} ${verdict}`);

    it("compares with the cluster alone: its settings, trust roots and Secrets, not those of files", async () => {
        const running = [deploymentOf("web", SOME)];
        const data = { "no-match-policy": "deny" };
        const metadata = { name: "config-policy-controller", namespace: "cosign-system" };
        const config = file("config.json", { apiVersion: "v1", kind: "ConfigMap", metadata, data });
        const cluster = clusterOf({ noMatch: "allow", running });
        for (const given of [
            ["--policy", config],
            ["--no-match", "deny"],
        ]) {
            const report = await check(["--context", "x", ...given], { cluster });
            expect(changes(report)).to.deep.equal(["web: admitted refused"]);
            expect(report.summary.lost).to.equal(1);
        }
    });

    it("says of nothing that does not run now that it would not come back", async () => {
        const strict = file("strict.json", policy("strict", [{ static: { action: "fail" } }]));
        const added = file("added.json", deploymentOf("new", SOME));
        const cluster = clusterOf({ policies: [policy("lax", [PASS])], running: [deploymentOf("web", SOME)] });
        const report = await check(["--context", "x", "--policy", strict, "-f", added, SOME], { cluster });
        expect(changes(report)).to.deep.equal(["by name: - refused", "new: - refused", "web: admitted refused"]);
        expect(report.summary.lost).to.equal(1);
        const named = file("named.json", policy("acme", [{ name: "acme-1", ...keyOf(ACME) }, PASS]));
        const dropped = await check(["--policy", named, "--without-generation", "acme-1", SOME]);
        expect(changes(dropped)).to.deep.equal(["by name: - admitted"]);
    });

    it("judges what a preview replaces as it will be, with its pods, and not as it is", async () => {
        const bad = `${HOST}/acme/bad:1@sha256:${"b".repeat(64)}`;
        const only = file(
            "only-good.json",
            policy("good", [PASS], { images: [{ glob: `${HOST}/acme/app*` }] }),
            policy("bad", [{ static: { action: "fail" } }], { images: [{ glob: `${HOST}/acme/bad*` }] }),
        );
        const running = [deploymentOf("web", bad), podOf("shop", "web-1", bad), deploymentOf("other", bad)];
        const cluster = clusterOf({ policies: [policy("lax", [PASS])], running });
        const good = file("good.json", { steps: [created(deploymentOf("web", SOME))] });
        const report = await check(["--context", "x", "--policy", only, "--preview", good], { cluster });
        expect(changes(report)).to.deep.equal(["web: - admitted", "other: admitted refused"]);
        const kept = file("kept.json", { steps: [created(deploymentOf("web", bad))] });
        const same = await check(["--context", "x", "--policy", only, "--preview", kept], { cluster });
        expect(changes(same)).to.deep.equal(["web: admitted refused", "other: admitted refused"]);
        expect(same.summary.lost).to.equal(2);
        const part = step("create", "apps/v1:DeploymentPatch", {
            metadata: { name: "web", namespace: "shop" },
            spec: {},
        });
        const patch = file("patch.json", { steps: [part] });
        const patched = await check(["--context", "x", "--policy", only, "--preview", patch], { cluster });
        expect(patched.summary.lost).to.equal(3);
    });

    it("asks what runs in a namespace that what is given enforces", async () => {
        const running = [deploymentOf("web", SOME)];
        const free = namespaceOf("shop", { uid: "5d1f" });
        const cluster = new ClusterOfObjects([free, policy("strict", [{ static: { action: "fail" } }]), ...running]);
        expect((await check(["--context", "x"], { cluster })).images).to.deep.equal([]);
        const report = await check(["--context", "x", "-f", file("enforced.json", SHOP)], { cluster });
        expect(changes(report)).to.deep.equal(["web: admitted refused"]);
    });

    it("knows a key generation by its Secret, which the controller's own configuration does not name", async () => {
        const written = { images: [{ glob: "**" }], authorities: [{ name: "authority-0", ...keyOf(ACME) }] };
        const data = { acme: JSON.stringify(written) };
        const config = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "config-image-policies" }, data };
        const running = [podOf("shop", "web-1", `${HOST}/acme/app:1`)];
        for (const authority of [IN_SECRET, { name: "authority-0", ...IN_SECRET }]) {
            const cluster = clusterOf({ policies: [config, policy("acme", [authority])], running });
            const without = (generation: string, ...more: string[]) =>
                check(["--context", "x", "--without-generation", generation, ...more], { cluster });
            expect(changes(await without("release"))).to.deep.equal(["of Deployment/web: admitted refused"]);
            const problem = await without("release-2").catch((error: unknown) => String(error));
            expect(problem).to.include("There are: authority-0, release.");
            // A policy of a file stands in its place, with a key of its own.
            const other = await without("authority-0", "--policy", acmePolicy());
            expect(changes(other)).to.deep.equal(["of Deployment/web: admitted admitted"]);
        }
    });

    it("names what the controller left behind that nobody can read", async () => {
        const broken = [
            "{",
            "3",
            "null",
            '{"authorities":3}',
            '{"authorities":[{"attestations":[1]}]}',
            '{"policy":"x"}',
        ];
        for (const entry of broken) {
            const live = { metadata: { name: "config-image-policies" }, data: { "acme\u001b": entry } };
            const cluster = new ClusterOfObjects([{ apiVersion: "v1", kind: "ConfigMap", ...live }]);
            const error = await check(["--context", "x"], { cluster }).catch((problem: unknown) => problem);
            expect(error, entry).to.be.instanceOf(ClusterError).with.property("code", "configuration-malformed");
            expect(String(error)).to.include("entry acme\\u{1b} of the ConfigMap config-image-policies");
        }
    });

    it("reads lists that Go left empty", async () => {
        const live = {
            metadata: { name: "config-image-policies" },
            data: { acme: '{"authorities":null,"policy":null}' },
        };
        const cluster = new ClusterOfObjects([{ apiVersion: "v1", kind: "ConfigMap", ...live }]);
        expect((await check(["--context", "x"], { cluster })).images).to.deep.equal([]);
    });

    it("compares every pod with itself, also where pods of one maker part company", async () => {
        const entry = { images: [{ glob: "**" }], authorities: [keyOf(ACME)], mode: "enforce" };
        const live = { metadata: { name: "config-image-policies" }, data: { acme: JSON.stringify(entry) } };
        const labels = { "policy.sigstore.dev/include": "true" };
        const cluster = new ClusterOfObjects([
            { apiVersion: "v1", kind: "ConfigMap", ...live },
            { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop", labels } },
            podOf("shop", "web-1", `${HOST}/acme/app:1`, { tier: "front" }),
            podOf("shop", "web-2", `${HOST}/acme/app:1`),
            podOf("shop", "web-3", `${HOST}/acme/unsigned:1`),
        ]);
        const selector = { matchLabels: { tier: "front" } };
        const match = [{ group: "", version: "v1", resource: "pods", selector }];
        const front = file("front.json", policy("front", [{ static: { action: "fail" } }], { match }));
        const report = await check(["--context", "x", "--policy", front], { cluster });
        expect(report.images.map(({ now, verdict }) => `${now ?? ""} ${verdict}`)).to.deep.equal([
            "admitted refused",
            "admitted admitted",
            "refused refused",
        ]);
        expect(report.summary.lost).to.equal(1);
    });

    it("refuses a generation that no policy trusts", async () => {
        const args = ["--policy", acmePolicy(), "--without-generation", "acme-2", SOME];
        const problem = await check(args).catch((error: unknown) => error);
        expect(problem).to.be.instanceOf(CliError);
        expect(String(problem)).to.match(/There are: acme-1\./);
    });

    it("prints the tree of reasons as a table, and the same for a pull request", async () => {
        const report = await check(["--policy", acmePolicy(), `${HOST}/acme/app:1`, `${HOST}/acme/unsigned:1`]);
        const table = tableOf(report, false);
        expect(table).to.include("refused   localhost:5000/acme/unsigned:1");
        expect(table).to.include("  policy acme (**): failed\n    acme-1: failed. no signatures found.");
        expect(table).to.match(/2 images: 1 admitted, 1 refused\.\n$/);
        expect(markdownOf(report)).to.include(
            "| ❌ refused | <code>localhost:5000/acme/unsigned:1</code><br><code>sha256:",
        );
    });

    it("says of what is admitted which digest it is, and by which policy, glob and authority", async () => {
        const both = { images: [{ glob: `${HOST}/**` }, { glob: "**" }] };
        const rules = [
            policy(
                "acme",
                [
                    { name: "other", static: { action: "fail" } },
                    { name: "acme-1", ...keyOf(ACME) },
                ],
                both,
            ),
            policy("any", [PASS]),
        ];
        const byDigest = `${HOST}/acme/app@${digest}`;
        const report = await check(["--policy", file("named.json", ...rules), `${HOST}/acme/app:1`, byDigest]);
        const table = tableOf(report, false).split("\n");
        expect(table[0]).to.match(/^VERDICT {3}IMAGE +WHERE +POLICIES +DIGEST$/);
        expect(table[1]).to.match(
            new RegExp(
                `^admitted {2}${HOST}/acme/app:1 +acme \\(${HOST}/\\*\\*\\): acme-1, any \\(\\*\\*\\): authority-0 +${digest}$`,
            ),
        );
        expect(table[2]?.split(digest), "a digest that is in the name").to.have.length(2);
        const [shown = "", again = ""] = markdownOf(report).replaceAll("&#42;", "*").split("\n").slice(6);
        expect(shown).to.include(`<code>${HOST}/acme/app:1</code><br><code>${digest}</code>`);
        expect(shown).to.include(
            `policy acme &#40;${HOST}/**&#41;: acme-1: Signed by its key.<br>policy any &#40;**&#41;: authority-0:`,
        );
        expect(again.split(digest)).to.have.length(2);
    });

    it("says why an image is admitted where no policy does", async () => {
        const other = policy("other", [PASS], { images: [{ glob: "elsewhere/**" }] });
        const args = ["--policy", file("other.json", other), "--no-match", "allow", `${HOST}/acme/app:1`];
        const report = await check(args);
        const reason = "No policy matches the image, and no-match-policy is allow.";
        expect(tableOf(report, false)).to.match(new RegExp(`^admitted .*${reason}`, "m"));
        expect(markdownOf(report)).to.include(reason);
    });

    it("leaves out the column of digests where every image is by digest", async () => {
        const report = await check(["--policy", acmePolicy(), `${HOST}/acme/app@${digest}`]);
        expect(tableOf(report, false)).to.match(/^VERDICT .*POLICIES$/m);
    });

    it("lets nothing of a name out into Markdown", async () => {
        const evil = "evil/`<img src=x>`|a";
        const report = await check(["--policy", acmePolicy(), evil]);
        expect(markdownOf(report)).to.not.match(/<img|`|[^|]\|a/);
    });

    it("lets nobody be mentioned, and makes no link, in Markdown", async () => {
        const name = "@acme/everybody see #12 !3 ~bug at https://evil.example or www.evil.example";
        const bad = policy(name, [{ static: { action: "fail", message: name } }]);
        const markdown = markdownOf(await check(["--policy", file("mention.json", bad), "www.evil.example/a"]));
        const shown = markdown.replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code)));
        expect(shown.replaceAll(/<code>.*?<\/code>/g, ""))
            .to.include("acme/everybody")
            .and.not.match(/[@#!~]\w/);
        expect(markdown).to.not.match(/:\/\/|www\./);
    });

    it("keeps Markdown short enough for a comment", async () => {
        const many = Array.from(
            { length: 2000 },
            (_, index) => `registry.example.com/app-${index}@sha256:${"a".repeat(64)}`,
        );
        const markdown = markdownOf(await check(["--policy", file("pass.json", policy("p", [PASS])), ...many]));
        expect(markdown.length).to.be.below(65_000);
        expect(markdown).to.match(/… and \d+ more\./);
    });

    it("reads from mirrors first", async () => {
        const mirror = await StandIn.start((_request, response) => {
            answerError(response, 404, "MANIFEST_UNKNOWN");
        });
        const args = [
            ...["check", "--policy", acmePolicy(), "--registry-mirror", `localhost:1=${mirror.host}/hub`],
            `localhost:1/acme/app@${digest}`,
        ];
        const { exitCode } = await runInProcess(args);
        expect(exitCode).to.equal(3);
        expect(mirror.received.map(({ url }) => url)).to.deep.equal([
            `/v2/hub/acme/app/manifests/${digest.replace(":", "-")}.sig`,
        ]);
        await mirror.stop();
    });

    it("refuses mirrors of no registry, and what is no mirror", () => {
        for (const mirror of [
            "",
            "ghcr.io",
            "ghcr.io=",
            "=m.example",
            "acme=m.example",
            "ghcr.io=m.example=x",
            "ghcr.io=hub",
            "ghcr.io=m.example/A",
        ]) {
            const read = (): unknown => checkOptions(["--policy", "x", "--registry-mirror", mirror, SOME]);
            expect(read, mirror).to.throw(CliError, /write REGISTRY=MIRROR, such as/);
        }
        const mirrors = ["docker.io=m.example/hub", "docker.io=localhost:5000", "ghcr.io=m.example"];
        const given = mirrors.flatMap((mirror) => ["--registry-mirror", mirror]);
        expect(checkOptions(["--policy", "x", ...given, SOME]).registryMirrors).to.deep.equal({
            "docker.io": ["m.example/hub", "localhost:5000"],
            "ghcr.io": ["m.example"],
        });
    });

    it("refuses a file of certificates that has none", async () => {
        const args = ["check", "--policy", acmePolicy(), "--registry-ca", file("none.pem", "nothing"), SOME];
        const { exitCode, stderr } = await runInProcess(args);
        expect(exitCode).to.equal(2);
        expect(stderr).to.match(/--registry-ca \S+none\.pem has no certificate\. Give the text of a PEM file/);
    });

    it("ends with 0, 1, 2 or 3, as the help says", async () => {
        const pass = file("pass.json", policy("p", [PASS]));
        const fail = file("fail.json", policy("p", [{ static: { action: "fail" } }]));
        const unknown = file("unknown.json", policy("q", [PASS], { policy: { type: "cue", data: "a: 1" } }));
        const codeOf = async (...args: string[]) => (await runInProcess(["check", ...args])).exitCode;
        expect(await codeOf("--policy", pass, SOME)).to.equal(0);
        expect(await codeOf("--policy", fail, SOME)).to.equal(1);
        expect(await codeOf("--policy", unknown, SOME)).to.equal(3);
        expect(await codeOf("--policy", fail, "--policy", unknown, SOME)).to.equal(1);
        expect(await codeOf(SOME)).to.equal(2);
        expect(await codeOf("--policy", pass)).to.equal(2);
        expect(await codeOf("--policy", path.join(folder, "nothing"), SOME)).to.equal(2);
        expect(await codeOf("--policy", pass, "--output", "xml", SOME)).to.equal(2);
        expect(await codeOf("--preview", pass)).to.equal(2);
    });

    it("leaves a preview that is nested more deeply than any", async () => {
        const depth = 100_000;
        const inputs = `{"kind":"Thing","spec":${'{"a":'.repeat(depth)}1${"}".repeat(depth)}}`;
        const state = `{"type":"kubernetes:acme.example/v1:Thing","inputs":${inputs}}`;
        const stdin = `{"steps":[{"op":"create","urn":"thing","newState":${state}}]}`;
        const { exitCode, stderr } = await runInProcess(["check", "--preview", "-", "--no-match", "deny"], { stdin });
        expect(exitCode).to.equal(2);
        expect(stderr).to.include("standard input is nested more than 200 levels deep, deeper than any preview.");
    });

    it("does not call everything refused where no policy was given", async () => {
        const workload = file("lone.json", deploymentOf("web", SOME));
        const forgotten = await runInProcess(["check", "-f", workload]);
        expect(forgotten.exitCode).to.equal(2);
        expect(forgotten.stderr).to.include("No policy is known: what was given has none. Give --policy FILE");
        expect((await runInProcess(["check", "-f", workload, "--no-match", "deny"])).exitCode).to.equal(1);
        expect((await runInProcess(["check", "-f", workload, "--no-match", "allow"])).exitCode).to.equal(0);
        expect((await runInProcess(["check", "--no-match", "deny", SOME])).exitCode).to.equal(1);
        expect((await runInProcess(["check", "--no-match", "allow", SOME])).exitCode).to.equal(0);
    });

    it("says in the table why a tag has no digest, which no policy knows", async () => {
        const pass = file("reachable.json", policy("p", [PASS]));
        const { stdout, exitCode } = await runInProcess(["check", "--policy", pass, "127.0.0.1:1/acme/app:1"]);
        expect(exitCode).to.equal(3);
        expect(stdout).to.match(/\n {2}The digest is not known\. 127\.0\.0\.1:1\/acme\/app: .+\n {2}policy p /);
    });

    it("prints JSON as a program of its own, of which the form is stable", async () => {
        const pass = file("pass.json", policy("p", [{ name: "anybody", ...PASS }]));
        const { stdout, exitCode } = await spawnProgram(["check", "--policy", pass, "--output", "json", SOME]);
        expect(exitCode).to.equal(0);
        expect(JSON.parse(stdout)).to.deep.equal({
            images: [
                {
                    image: SOME,
                    digest: SOME.slice(SOME.indexOf("sha256:")),
                    verdict: "admitted",
                    reason: "Policy p: anybody: Every image passes: the authority is static.",
                    workload: null,
                    policies: [
                        {
                            name: "p",
                            glob: "**",
                            result: "passed",
                            authorities: [
                                {
                                    name: "anybody",
                                    result: "passed",
                                    reason: "Every image passes: the authority is static.",
                                },
                            ],
                        },
                    ],
                },
            ],
            exempt: [],
            unchecked: [],
            absentPolicies: [],
            presumedNamespaces: [],
            opaque: [],
            previewFailures: [],
            summary: { total: 1, admitted: 1, warned: 0, refused: 0, unknown: 0 },
        });
    });
});

/** An authority whose key is in a Secret. */
const IN_SECRET = { key: { secretRef: { name: "release" } } };

/** An enforced namespace. */
const SHOP = namespaceOf("shop", { labels: { "policy.sigstore.dev/include": "true" } });

function namespaceOf(name: string, metadata: object) {
    return { apiVersion: "v1", kind: "Namespace", metadata: { name, ...metadata } };
}

function deploymentOf(name: string, image: string, replicas = 1) {
    const template = { spec: { containers: [{ name: "main", image }] } };
    return {
        apiVersion: "apps/v1",
        kind: "Deployment",
        metadata: { name, namespace: "shop" },
        spec: { replicas, template },
    };
}

/** A preview's step that makes an object. */
function created(object: { apiVersion: string; kind: string }) {
    return step("create", `${object.apiVersion}:${object.kind}`, object);
}

function jobOf(name: string, image: string): object {
    const template = { spec: { containers: [{ name: "main", image }] } };
    return { apiVersion: "batch/v1", kind: "Job", metadata: { name, namespace: "shop" }, spec: { template } };
}

function podOf(namespace: string, name: string, image: string, labels: object = {}): object {
    const ownerReferences = [{ kind: "ReplicaSet", name: "web-5d4", controller: true }];
    const metadata = { name, namespace, ownerReferences, labels: { "pod-template-hash": "5d4", ...labels } };
    return { apiVersion: "v1", kind: "Pod", metadata, spec: { containers: [{ name: "main", image }] } };
}

function step(op: string, type: string, inputs: object) {
    const { metadata } = inputs as { metadata: { name: string } };
    return { op, urn: `urn:${type}:${metadata.name}`, newState: { type: `kubernetes:${type}`, inputs } };
}

/** A stand-in for a cluster: gives the objects that it was made of. */
class ClusterOfObjects implements ClusterReader {
    public constructor(private readonly objects: readonly object[]) {}

    public list(apiVersion: string, kind: string, namespace?: string): Promise<unknown[]> {
        return Promise.resolve(
            this.objects.filter((object) => {
                const { metadata, ...found } = object as Named;
                return (
                    found.apiVersion === apiVersion &&
                    found.kind === kind &&
                    (namespace === undefined || metadata.namespace === namespace)
                );
            }),
        );
    }

    public async read(apiVersion: string, kind: string, name: string): Promise<unknown> {
        return (await this.list(apiVersion, kind)).find((object) => (object as Named).metadata.name === name);
    }
}

interface Named {
    apiVersion: string;
    kind: string;
    metadata: { name: string; namespace?: string };
}
