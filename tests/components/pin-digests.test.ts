import { expect } from "chai";

import * as pulumi from "@pulumi/pulumi";
import { pinDigests } from "../../index";
import { answerError, answerManifest, manifestNamed, sha256, StandIn } from "../core/registry/support/stand-in";

/** Nobody listens there: whatever is looked at is not resolved. */
const IMAGE = "localhost:1/acme/app:1";

function transformed(type: string, props: object) {
    const args = { custom: true, type, name: "web", props, opts: {} };
    return pinDigests({ images: ["localhost:1/**"] })(args);
}

async function problemOf(type: string, props: object): Promise<string> {
    return Promise.resolve(transformed(type, props)).then(
        () => "none",
        (problem: unknown) => String(problem),
    );
}

describe("pinDigests", () => {
    const template = { spec: { containers: [{ name: "main", image: IMAGE }] } };

    for (const [type, props] of [
        ["core/v1:Pod", template],
        ["apps/v1:Deployment", { spec: { template } }],
        ["apps/v1:DeploymentPatch", { spec: { template } }],
        ["batch/v1:Job", { spec: { template } }],
        ["batch/v1:CronJob", { spec: { jobTemplate: { spec: { template } } } }],
    ] as const) {
        it(`looks at the images of ${type}`, async () => {
            expect(await problemOf(`kubernetes:${type}`, props)).to.include(`the digest of ${IMAGE} is not known`);
        });
    }

    it("leaves alone what runs no pods, and what is pinned or not asked for", async () => {
        expect(await problemOf("kubernetes:core/v1:ConfigMap", { data: { image: IMAGE } })).to.equal("none");
        for (const image of [`${IMAGE}@sha256:${"a".repeat(64)}`, "localhost:2/acme/app:1"]) {
            const props = { spec: { containers: [{ name: "main", image }] } };
            expect(await transformed("kubernetes:core/v1:Pod", props)).to.deep.equal({ props, opts: {} });
        }
    });

    describe("with settings of registries", () => {
        const PASSWORD = "correct horse";
        const BASIC = `Basic ${Buffer.from(`ci:${PASSWORD}`).toString("base64")}`;
        const manifest = manifestNamed("mirrored");
        const pod = { spec: { containers: [{ name: "main", image: IMAGE }] } };
        let mirror: StandIn;

        before(async () => {
            mirror = await StandIn.start(({ authorization }, response) => {
                if (authorization === BASIC) {
                    answerManifest(response, manifest);
                } else {
                    response.setHeader("www-authenticate", 'Basic realm="mirror"');
                    answerError(response, 401, "UNAUTHORIZED");
                }
            });
        });

        after(() => mirror.stop());

        for (const [what, password] of [
            ["that are plain", PASSWORD],
            ["of which one is a secret", pulumi.secret(PASSWORD)],
        ] as const) {
            it(`asks a mirror, by credentials ${what}`, async () => {
                const mirrors = { "localhost:1": [`${mirror.host}/hub`] };
                const credentials = [{ for: mirror.host, username: "ci", password }];
                const transform = pinDigests({ registry: { mirrors, credentials } });
                const type = "kubernetes:core/v1:Pod";
                const result = await transform({ custom: true, type, name: "web", props: pod, opts: {} });
                const [container] = (result?.props as typeof pod).spec.containers;
                const image = pulumi.output(container?.image);
                expect(await valueOf(image)).to.equal(`${IMAGE}@${sha256(manifest)}`);
                expect(await pulumi.isSecret(image)).to.equal(false);
                expect(mirror.received.at(-1)?.url).to.equal("/v2/hub/acme/app/manifests/1");
            });
        }

        it("refuses settings that would do nothing, all at once, and shows no secret", () => {
            const registry = {
                mirrors: { acme: ["m.example"], "docker.io": ["hub"] },
                certificateAuthorities: ["none"],
                credentials: [{ for: "acme", password: PASSWORD }],
            };
            expect(() => pinDigests({ registry }))
                .to.throw(pulumi.InputPropertiesError)
                .with.property("message")
                .that.includes("[mirror-of-nothing]")
                .and.includes("[mirror-no-address]")
                .and.includes("[certificate-authority-unreadable]")
                .and.includes("[credential-for-nothing]")
                .and.not.include(PASSWORD);
        });
    });
});

function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
    return new Promise((resolve) => {
        output.apply(resolve);
    });
}
