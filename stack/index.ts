import * as pulumi from "@pulumi/pulumi";
import { SignedImages } from "../index";
import { readSettings } from "./settings";

const signed = new SignedImages("signed-images", readSettings(pulumi.getProject(), pulumi.runtime.allConfig()));

/** The public key of the generation that signs, PEM; empty where the stack generates no key. */
export const publicKey = signed.publicKey;
/** The Secret of cosign's form that signs: `cosign sign --key k8s://cosign-system/NAME`. */
export const secretName = signed.secretName;
/** The names of the ClusterImagePolicies. */
export const policies = signed.policies;
/** The namespaces that run only what the policies admit. */
export const namespaces = signed.namespaces;
