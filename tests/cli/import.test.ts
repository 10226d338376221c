import { expect } from "chai";
import { runInProcess } from "./support";

const POLICY = `apiVersion: policy.sigstore.dev/v1alpha1
kind: ClusterImagePolicy
metadata:
  name: acme
  uid: 6b1f
  labels:
    team: platform
  annotations:
    kubectl.kubernetes.io/last-applied-configuration: "{}"
    owner: somebody
spec:
  images:
  - glob: ghcr.io/acme/app
  authorities:
  - static:
      action: fail
status: {}
`;

const NAMESPACE = "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n";

describe("signed-images import", () => {
    it("prints a program, with the lints that would stop it left out and the reason beside them", async () => {
        const { exitCode, stdout } = await runInProcess(["import", "-"], { stdin: `${NAMESPACE}---\n${POLICY}` });
        expect(exitCode).to.equal(0);
        expect(stdout).to.equal(`import { Authority, ClusterImagePolicy, StaticAction } from "signed-images";

new ClusterImagePolicy("acme", {
    images: ["ghcr.io/acme/app"],
    authorities: [Authority.static({ action: StaticAction.Fail })],
    // spec.images[0].glob: no image can ever match this glob. At admission an image is registry/repository@sha256:…: the tag is gone, docker.io has become index.docker.io, single names are below library/. [glob-never-matches]
    ignoreLints: ["glob-never-matches"],
});
`);
    });

    it("names what the program does not say", async () => {
        const { stderr } = await runInProcess(["import", "-"], { stdin: POLICY });
        expect(stderr).to.include("metadata.labels team is not taken over");
        expect(stderr).to.include("metadata.annotations owner is not taken over");
        expect(stderr).not.to.match(/uid|kubectl|status/);
    });

    it("prints a program that takes the object over, where that is asked for", async () => {
        const { stdout } = await runInProcess(["import", "--adopt", "-"], { stdin: POLICY });
        expect(stdout).to.include("    adopt: true,\n});");
    });

    it("reads what kubectl get -o yaml prints", async () => {
        const item = POLICY.replaceAll(/^/gm, "  ").replace("  api", "- api").trimEnd();
        const { exitCode, stdout } = await runInProcess(["import", "-"], {
            stdin: `apiVersion: v1\nkind: List\nitems:\n${item}\n`,
        });
        expect(exitCode).to.equal(0);
        expect(stdout).to.include('new ClusterImagePolicy("acme"');
    });

    it("names what the conversion of a v1beta1 policy has lost, and keeps it", async () => {
        const stdin = POLICY.replace("v1alpha1", "v1beta1").replace(
            "static:\n      action: fail",
            "keyless:\n      identities:\n      - issuer: https://issuer.example\n        subject: a@b.example\n    ctlog:\n      trustRootRef: acme",
        );
        const { exitCode, stdout, stderr } = await runInProcess(["import", "-"], { stdin });
        expect(exitCode).to.equal(0);
        expect(stderr).to.include("[conversion-drops-field]").and.include("line 19");
        expect(stdout).to.include("// spec.authorities[0].ctlog: The cluster would store the policy without ctlog");
        expect(stdout).to.include('ctlog: { trustRootRef: "acme" }');
    });

    const REFUSED: Readonly<Record<string, [string, RegExp]>> = {
        "what the cluster refuses": [POLICY.replace("action: fail", "action: maybe"), /\[static-action-unknown\]/],
        "what the package refuses": [
            POLICY.replace("action: fail", "action: fail\n      extra: x"),
            /\[unknown-field\]/,
        ],
        "two objects of one name": [`${POLICY}---\n${POLICY}`, /line 19: .* second time.* \[import-name-twice\]/],
        "an object without a name": [POLICY.replace("name: acme", "generateName: a-"), /\[import-name-missing\]/],
        "no policy at all": [NAMESPACE, /no ClusterImagePolicy and no TrustRoot/],
    };
    for (const [name, [stdin, message]] of Object.entries(REFUSED)) {
        it(`ends with 1 and prints no program for ${name}`, async () => {
            const { exitCode, stdout, stderr } = await runInProcess(["import", "-"], { stdin });
            expect({ exitCode, stdout }).to.deep.equal({ exitCode: 1, stdout: "" });
            expect(stderr).to.match(message);
        });
    }

    it("ends with 2 for what is no YAML, and for no file", async () => {
        expect(await runInProcess(["import", "-"], { stdin: "a: [" })).to.include({ exitCode: 2, stdout: "" });
        expect((await runInProcess(["import"])).stderr).to.include("FILE is missing");
    });

    it("echoes nothing of a private key", async () => {
        const key = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----";
        const stdin = POLICY.replace("static:\n      action: fail", `key:\n      data: ${JSON.stringify(key)}`);
        const { exitCode, stdout, stderr } = await runInProcess(["import", "-"], { stdin });
        expect(exitCode).to.equal(1);
        expect(stderr).to.include("[key-is-private]");
        expect(stdout + stderr).not.to.include("MIGH");
    });
});
