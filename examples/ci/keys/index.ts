import * as pulumi from "@pulumi/pulumi";
import { CosignKeyPair, PolicyController } from "signed-images";

const config = new pulumi.Config();
const controller = new PolicyController("policy-controller", { chart: config.getObject("chart") });
const release = new CosignKeyPair("release", { generations: [{ id: "2026-11" }] }, { dependsOn: controller });

/** For the stack `trust`. The private key is no output: whoever reads the outputs of a stack reads all of them. */
export const publicKey = release.publicKey;
/** Where the private key is, in the namespace `cosign-system`. */
export const secretName = release.secretName;
