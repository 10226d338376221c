import { generateKeyPairSync } from "node:crypto";
import { AppsV1Api } from "@kubernetes/client-node";
import type { Stack } from "@pulumi/pulumi/automation";
import { expect } from "chai";
import {
    Attestation,
    Authority,
    ClusterImagePolicy,
    EnforcedNamespace,
    MatchResource,
    Policy,
    PolicyController,
    PolicyMode,
    StaticAction,
    TrustRoot,
} from "../../index";
import { leftovers, listObjects } from "../../sandbox/demo/inventory";
import { changesInPreview } from "../../sandbox/demo/stack";
import { deploy, type Verdict } from "../../sandbox/demo/verdicts";
import { CA } from "../core/policy/certificates";
import { BUILD_TIMEOUT_MS, Stage } from "./support/stage";

const TIMEOUT_MS = 3 * 60_000;
const NAMESPACE = "shop";
/** Any digest will do: an answer that does not depend on signatures asks no registry. */
const SOME_DIGEST = `sha256:${"a".repeat(64)}`;

const p384 = generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({ type: "spki", format: "pem" });
const logKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ type: "spki", format: "pem" });

function base64(text: string | Buffer): string {
    return Buffer.from(text).toString("base64");
}

/** One of each kind of policy that the typed arguments can say. */
function program(chart: string): void {
    const controller = new PolicyController("controller", { chart: { path: chart } });
    const log = { baseURL: "https://log.example.com", hashAlgorithm: "sha-256", publicKey: base64(logKey) };
    const trustRoot = new TrustRoot(
        "acme-root",
        {
            sigstoreKeys: {
                certificateAuthorities: [
                    {
                        subject: { organization: "example", commonName: "signed-images test CA" },
                        uri: "https://ca.example.com",
                        certChain: base64(CA),
                    },
                ],
                tLogs: [log],
                ctLogs: [log],
            },
        },
        { dependsOn: controller },
    );
    const keyless = new ClusterImagePolicy(
        "keyless",
        {
            images: ["registry.example.com/keyless/**"],
            authorities: [
                Authority.keyless({
                    issuer: "https://token.actions.githubusercontent.com",
                    subjectRegExp: "^https://github\\.com/acme/app/",
                    trustRootRef: trustRoot.name,
                    insecureIgnoreSCT: true,
                    ctlog: { url: "https://log.example.com", trustRootRef: trustRoot.name },
                }),
            ],
        },
        { dependsOn: controller },
    );
    const attested = new ClusterImagePolicy(
        "attested",
        {
            images: ["registry.example.com/attested/**"],
            authorities: [
                Authority.key({
                    data: p384.toString(),
                    source: [{ oci: "registry.example.com/signatures" }],
                    attestations: [Attestation.slsaProvenance1({ name: "built", policy: Policy.cue("predicate: {}") })],
                }),
            ],
            match: [{ group: "apps", version: "v1", resource: MatchResource.Deployments }],
            mode: PolicyMode.Warn,
            ignoreLints: ["mode-warn"],
        },
        { dependsOn: controller },
    );
    const retired = new ClusterImagePolicy(
        "retired",
        {
            images: ["registry.example.com/retired/**"],
            authorities: [Authority.static({ action: StaticAction.Fail, message: "use version 2" })],
        },
        { dependsOn: controller },
    );
    new EnforcedNamespace(NAMESPACE, { name: NAMESPACE, create: true }, { dependsOn: [keyless, attested, retired] });
}

describe("every kind of policy on the cluster", function () {
    this.timeout(TIMEOUT_MS);
    let stage: Stage;
    let stack: Stack;
    let objectsBefore: ReadonlySet<string>;

    before(async function () {
        this.timeout(BUILD_TIMEOUT_MS);
        stage = await Stage.open();
        objectsBefore = await listObjects(stage.kubeConfig);
        stack = await stage.stack("policies", () => {
            program(stage.chart);
        });
        await stack.up();
    });

    after(() => stage.sandbox.stop());

    function ask(image: string): Promise<Verdict> {
        return deploy(stage.kubeConfig, NAMESPACE, { case: "unsigned", reference: `${image}@${SOME_DIGEST}` });
    }

    it("is Ready, and drifts nowhere after a refresh", async () => {
        await stack.refresh();
        expect(await changesInPreview(stack)).to.deep.equal([]);
    });

    it("refuses by a fixed answer, with its message", async () => {
        const verdict = await ask("registry.example.com/retired/app");
        expect(verdict).to.deep.include({ admitted: false });
        expect(verdict.message).to.include("use version 2");
    });

    it("refuses what no policy matches", async () => {
        const verdict = await ask("registry.example.com/unheard-of/app");
        expect(verdict.message).to.include("no matching policies");
    });

    it("admits with a warning where the mode is warn", async () => {
        expect(await ask("registry.example.com/attested/app")).to.deep.include({ admitted: true });
        await stage.kubeConfig
            .makeApiClient(AppsV1Api)
            .deleteNamespacedDeployment({ name: "unsigned", namespace: NAMESPACE });
    });

    it("leaves nothing when the stack is destroyed", async () => {
        await stack.destroy();
        expect(leftovers(objectsBefore, await listObjects(stage.kubeConfig))).to.deep.equal([]);
    });
});
