/** Everything that `check --preview` has to understand: its policy, what runs, and values that the preview does not know. */
import { readFileSync } from "node:fs";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { Authority, ClusterImagePolicy, CosignKeyPair } from "../../../index";

/** What a test wants of the stack. */
export interface Wishes {
    /** By tag. */
    image: string;
    unsigned: string;
    /** Of who signed the image. */
    publicKey: string;
}

const { image, unsigned, publicKey } = JSON.parse(
    readFileSync(new pulumi.Config().require("wishes"), "utf8"),
) as Wishes;

new ClusterImagePolicy("given", {
    images: [`${image.replace(/:[^:/]*$/, "")}@*`],
    authorities: [Authority.key({ data: publicKey })],
});
const pair = new CosignKeyPair("made", { generations: [{ id: "1" }] });
new ClusterImagePolicy("made", { images: [`${unsigned.replace(/:[^:/]*$/, "")}@*`], authorities: pair.authorities });

function run(name: string, what: pulumi.Input<string>): void {
    const labels = { app: name };
    new kubernetes.apps.v1.Deployment(name, {
        metadata: { name, namespace: "shop" },
        spec: {
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: "main", image: what }] } },
        },
    });
}

const later = new kubernetes.core.v1.ConfigMap("later", { metadata: { namespace: "shop" } });
run("known", image);
run("kept", pulumi.secret(image));
run("later", later.metadata.uid);
run("unsigned", unsigned);
