import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { readPublicKey } from "../../core/keys";
import { ImageSignature, type ImageSignatureArgs } from "../../index";
import { P256, spkiPem } from "../core/keys/support";
import { isSecretOnTheWire, record, type Registration, UNKNOWN_ON_THE_WIRE } from "../support/recorder";
import { refusalOf, rejectionsOf } from "../support/refusals";

const DIGEST = `sha256:${"a".repeat(64)}`;
const IMAGE = `ghcr.io/acme/app@${DIGEST}`;
const PUBLIC_KEY = spkiPem(P256.publicKey);
const { fingerprint } = readPublicKey(PUBLIC_KEY);
const PRIVATE_KEY = "the private key, encrypted";
const PASSWORD = "the password of the private key";

const args: ImageSignatureArgs = {
    image: IMAGE,
    publicKey: PUBLIC_KEY,
    privateKey: PRIVATE_KEY,
    password: PASSWORD,
};

/** The inputs of the command that signs. */
async function commandOf(more: Partial<ImageSignatureArgs> = {}, preview = false): Promise<Registration["inputs"]> {
    const { registrations } = await record(() => new ImageSignature("app", { ...args, ...more }), {
        preview,
        stdout: JSON.stringify({ image: IMAGE, outcome: "signed", verdict: "admitted" }),
    });
    const command = registrations.find(({ type }) => type === "command:local:Command");
    if (command === undefined) {
        throw new Error("no command was registered");
    }
    expect(command).to.include({ name: "app", parent: "ImageSignature.app" });
    return command.inputs;
}

describe("ImageSignature", () => {
    it("shows in the preview which image is signed, how, and by which key", async () => {
        const { create, interpreter, triggers } = await commandOf({}, true);
        expect(create).to.equal(IMAGE);
        expect((interpreter as string[]).slice(-2)).to.deep.equal(["sign-request", "--"]);
        expect(triggers).to.deep.equal([IMAGE, fingerprint, "legacy"]);
    });

    it("hands the key over as one line of JSON on standard input, as a secret", async () => {
        const { stdin, ...others } = await commandOf();
        expect(isSecretOnTheWire(stdin)).to.equal(true);
        const text = (stdin as { value: string }).value;
        expect(text.split("\n")).to.have.length(2);
        expect(JSON.parse(text)).to.deep.equal({ privateKey: PRIVATE_KEY, password: PASSWORD });
        expect(JSON.stringify(others)).to.not.include(PRIVATE_KEY).and.not.include(PASSWORD);
    });

    it("shows nothing that the command writes, and hands nothing of it on", async () => {
        expect(await commandOf()).to.include({ logging: "none", addPreviousOutputInEnv: false });
    });

    it("has nothing of one machine in it, no shell, and nothing to do when it is deleted", async () => {
        const inputs = await commandOf();
        expect(inputs).to.have.all.keys(
            "create",
            "stdin",
            "interpreter",
            "triggers",
            "logging",
            "addPreviousOutputInEnv",
        );
        expect((inputs.interpreter as string[]).filter((word) => word.startsWith("/"))).to.deep.equal([]);
        expect((inputs.interpreter as string[])[0]).to.equal("node");
    });

    it("signs the platforms of an index where it is asked to", async () => {
        expect((await commandOf({ recursive: true })).interpreter).to.include("--recursive");
    });

    it("starts another program where one is named", async () => {
        const { interpreter } = await commandOf({ program: ["signed-images"] });
        expect(interpreter).to.deep.equal(["signed-images", "sign-request", "--"]);
    });

    it("waits with a key and an image that the same update makes", async () => {
        const later = pulumi.output("").apply(() => pulumi.unknown as unknown as string);
        const inputs = await commandOf({ image: later, publicKey: later, privateKey: later, password: later }, true);
        expect(inputs.create).to.equal(UNKNOWN_ON_THE_WIRE);
        expect(inputs.triggers).to.deep.equal([UNKNOWN_ON_THE_WIRE, UNKNOWN_ON_THE_WIRE, "legacy"]);
    });

    it("gives the image only once it is signed", async () => {
        const { result } = await record(() => new ImageSignature("app", args), { preview: true });
        expect(await isKnown(result.image)).to.equal(false);
        const signed = await record(() => new ImageSignature("app", args), {
            preview: false,
            stdout: JSON.stringify({ image: IMAGE, outcome: "already-signed", verdict: "admitted" }),
        });
        expect(await valueOf(signed.result.image)).to.equal(IMAGE);
        expect(await valueOf(signed.result.outcome)).to.equal("already-signed");
        expect(await valueOf(signed.result.verdict)).to.equal("admitted");
        expect(await pulumi.isSecret(signed.result.image)).to.equal(false);
    });

    it("refuses what could not be signed, all at once, and shows no key", () => {
        const refusal = refusalOf(
            () => new ImageSignature("app", { image: "ghcr.io/acme/app:1", publicKey: PRIVATE_KEY, program: [] }),
        );
        expect(refusal).to.include('image: image not pinned (found "ghcr.io/acme/app:1")');
        expect(refusal).to.include("[signing-key-missing]").and.include('privateKey: "output"');
        expect(refusal).to.include("publicKey: ").and.include("[program-empty]");
        expect(refusal).to.not.include(PRIVATE_KEY);
        expect(refusalOf(() => new ImageSignature("app", { ...args, image: "ghcr.io/ACME/app" }))).to.include(
            "[image-unreadable]",
        );
    });

    it("refuses an image without digest also where it comes from another resource", async () => {
        const problem = await rejectionsOf(async () => {
            await commandOf({ image: pulumi.output("ghcr.io/acme/app") });
        });
        expect(problem).to.include("[image-not-pinned]");
    });
});

/** `promise` and `isKnown` are what the SDK itself reads outputs with, and left out of its declarations. */
function valueOf(output: pulumi.Output<string>): Promise<string> {
    return (output as unknown as { promise(): Promise<string> }).promise();
}

function isKnown(output: pulumi.Output<string>): Promise<boolean> {
    return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}
