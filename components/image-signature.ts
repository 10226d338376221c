import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { readPublicKey } from "../core/keys";
import { SignatureFormat } from "../core/policy";
import type { SigningReport } from "../core/signatures/sign/signing-report";
import { rejectFindings } from "./findings";
import { validatePublicKey } from "./generation-rules";
import { knownNow } from "./known-values";
import { validateImage, validateImageSignatureArgs } from "./signature-rules";

/** What {@link ImageSignature} takes. */
export interface ImageSignatureArgs {
    /**
     * The image, by digest: `ghcr.io/acme/app@sha256:…`. The signature is pushed beside it, with the credentials of
     * whoever runs `pulumi up` (`docker login`, or what its configuration names).
     */
    image: pulumi.Input<string>;
    /** The public half of the key that signs, PEM: `CosignKeyPair.publicKey`. Another key means another signature. */
    publicKey: pulumi.Input<string>;
    /**
     * The private half in cosign's encrypted form (PEM `ENCRYPTED SIGSTORE PRIVATE KEY`), kept a secret whether or not
     * it is given as one: `CosignKeyPair.privateKey`, which is there with `privateKey: "output"`.
     *
     * @default none; required all the same, optional as the output of `CosignKeyPair` is
     */
    privateKey?: pulumi.Input<string>;
    /**
     * What `privateKey` is encrypted with, kept a secret whether or not it is given as one: `CosignKeyPair.password`.
     *
     * @default none; required all the same, optional as the output of `CosignKeyPair` is
     */
    password?: pulumi.Input<string>;
    /**
     * Whether to sign the images of an index too, one for each platform.
     *
     * @default false
     */
    recursive?: boolean;
    /**
     * The words that start the `signed-images` program, for projects that do not have this package in their
     * `node_modules`, such as programs in other languages: `["signed-images"]` where it is on PATH.
     *
     * @default the package that the project has installed, run by the `node` on PATH
     */
    program?: string[];
}

/**
 * Starts this package's program where `node` resolves it from the folder of the Pulumi program, and so without a path of
 * one machine. The word that is put in stands where `node` has a script's name.
 */
const INSTALLED_PROGRAM = [
    "node",
    "--eval",
    "process.argv.splice(1, 0, 'signed-images'); require('signed-images/cli')",
];

/** How the signature is stored: in the one form that policy-controller verifies with a key. */
const FORMAT = SignatureFormat.Legacy;

/**
 * A signature of an image, made with a key of the stack as part of `pulumi up`.
 *
 * The program signs through `command.local.Command`, which reads the key from its standard input: it is in the state as
 * a secret, and in no command line, environment or log. An image that this key has signed already is left as it is.
 * Where the resource is replaced or destroyed, the signatures that it made stay in the registry: an image that runs
 * somewhere must not lose its signature. Trust goes with the policy's authority.
 */
export class ImageSignature extends pulumi.ComponentResource {
    /**
     * The image, known once it is signed. Deploy this one: a workload that names it is made after the signature, and is
     * not shown to the webhook before there is one (in an enforced namespace the preview's dry-run would be refused).
     */
    public readonly image: pulumi.Output<string>;
    /** What was done: `signed`, or `already-signed` where there was nothing to do. */
    public readonly outcome: pulumi.Output<string>;
    /**
     * What admission says of the image for a policy that trusts this key alone: `admitted`; everything else has its
     * reason in the preview's warnings.
     */
    public readonly verdict: pulumi.Output<string>;

    /** @throws InputPropertiesError for an image without a digest, and for keys that cannot be used. */
    constructor(name: string, args: ImageSignatureArgs, opts?: pulumi.ComponentResourceOptions) {
        rejectFindings("ImageSignature", name, validateImageSignatureArgs(knownNow(args)));
        super("signed-images:index:ImageSignature", name, {}, opts);

        const image = pulumi.output(args.image).apply((known) => {
            rejectFindings("ImageSignature", name, validateImage(known));
            return known;
        });
        const fingerprint = pulumi.unsecret(pulumi.output(args.publicKey)).apply((pem) => {
            rejectFindings("ImageSignature", name, validatePublicKey(pem, ["publicKey"]));
            return readPublicKey(pem).fingerprint;
        });
        const signer = pulumi.secret(pulumi.all([args.privateKey ?? "", args.password ?? ""]));
        const signing = new command.local.Command(
            name,
            {
                interpreter: [
                    ...(args.program ?? INSTALLED_PROGRAM),
                    "sign-request",
                    ...(args.recursive ? ["--recursive"] : []),
                    "--",
                ],
                create: image,
                stdin: signer.apply(([privateKey, password]) => `${JSON.stringify({ privateKey, password })}\n`),
                triggers: [image, fingerprint, FORMAT],
                logging: command.types.enums.local.Logging.None,
                addPreviousOutputInEnv: false,
            },
            { parent: this },
        );
        // Nothing that the program prints is a secret, and the provider takes it for none.
        const report = pulumi.unsecret(signing.stdout).apply((text) => {
            const said = JSON.parse(text) as SigningReport;
            if (said.verdict !== "admitted") {
                void pulumi.log.warn(`The cluster would not admit it by this key. ${said.reason}`, this);
            }
            return said;
        });
        this.image = report.image;
        this.outcome = report.outcome;
        this.verdict = report.verdict;
        this.registerOutputs({ image: this.image, outcome: this.outcome, verdict: this.verdict });
    }
}
