import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Authority, ClusterImagePolicy, EnforcedNamespace, Images } from "signed-images";

const config = new pulumi.Config();
/** What runs: previews of pull requests take it from here. */
export const image = config.require("image");
const trust = new pulumi.StackReference(config.require("trust"));

const policy = new ClusterImagePolicy("shop", {
    images: [Images.repository(image.split("@")[0] ?? "")],
    authorities: [
        Authority.key({ name: "release-key", data: trust.requireOutput("publicKey") }),
        Authority.keyless({
            name: "release-pipeline",
            issuer: config.require("issuer"),
            subject: config.require("subject"),
        }),
    ],
});
const namespace = new EnforcedNamespace("shop", { name: "shop", create: true }, { dependsOn: policy });

const labels = { app: "shop" };
const template = { metadata: { labels }, spec: { containers: [{ name: "shop", image }] } };
new kubernetes.apps.v1.Deployment(
    "shop",
    { metadata: { name: "shop", namespace: namespace.name }, spec: { selector: { matchLabels: labels }, template } },
    { dependsOn: namespace },
);
