import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import {
    ClusterImagePolicy,
    CosignKeyPair,
    EnforcedNamespace,
    ImageSignature,
    PolicyController,
    PrivateKeyHome,
} from "signed-images";

const config = new pulumi.Config();
const namespace = "my-secure-ns";

const controller = new PolicyController("policy-controller", { chart: config.getObject("chart") });
const release = new CosignKeyPair("release", { privateKey: PrivateKeyHome.Output }, { dependsOn: controller });
const policy = new ClusterImagePolicy(
    "signed-by-release",
    { images: ["**"], authorities: release.authorities },
    { dependsOn: controller },
);
const enforced = new EnforcedNamespace(namespace, { name: namespace, create: true }, { dependsOn: policy });

const { publicKey, privateKey, password } = release;
const signature = new ImageSignature("app", { image: config.require("image"), publicKey, privateKey, password });

function deploy(name: string, image: pulumi.Input<string>, after: pulumi.Resource): pulumi.Resource {
    const labels = { app: name };
    const template = { metadata: { labels }, spec: { containers: [{ name: "app", image }] } };
    const args = { metadata: { name, namespace }, spec: { selector: { matchLabels: labels }, template } };
    return new kubernetes.apps.v1.Deployment(name, args, { dependsOn: after });
}

const signed = deploy("signed", signature.image, enforced);
deploy("unsigned", config.require("unsignedImage"), signed);
