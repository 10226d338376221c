import * as pulumi from "@pulumi/pulumi";

/** The key whose signatures are trusted, PEM. This stack holds nothing that must be kept from anybody. */
export const publicKey = new pulumi.Config().require("publicKey");
