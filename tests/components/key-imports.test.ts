import * as pulumi from "@pulumi/pulumi";
import { RegisterResourceResponse } from "@pulumi/pulumi/proto/resource_pb";
import { expect } from "chai";
import { generateKeyPair, readPublicKey } from "../../core/keys";
import { CosignKeyPair, type CosignKeyPairArgs, type KeyGeneration, PrivateKeyHome } from "../../index";
import { KEYS, P256, pkcs8Pem, plainForms, sealedPem, spkiPem } from "../core/keys/support";
import { UNUSABLE_KEYS } from "../core/keys/unusable-keys";
import { isSecretOnTheWire, record, type Registration, UNKNOWN_ON_THE_WIRE } from "../support/recorder";
import { refusalOf, rejectionsOf } from "../support/refusals";

const PASSWORD = "never-shown-password";
const PUBLIC = spkiPem(P256.publicKey);
const { fingerprint, fingerprintLabel } = readPublicKey(PUBLIC);

interface Outcome {
    registrations: Registration[];
    outputs: Record<string, unknown>;
    secrets: string[];
    problem: string;
}

/** What a key pair registers and puts out; or, as `problem`, what it says of a value once that is known. */
async function make(args: CosignKeyPairArgs, preview = false): Promise<Outcome> {
    let pair: CosignKeyPair | undefined;
    const registrations: Registration[] = [];
    const problem = await rejectionsOf(async () => {
        await record(
            () => {
                pair = new CosignKeyPair("release", args);
            },
            { preview, onRegistration: (registration) => registrations.push(registration) },
        );
    });
    const outputs: Record<string, unknown> = {};
    const secrets: string[] = [];
    const names = ["publicKey", "fingerprint", "secretName", "privateKey", "password", "authorities"] as const;
    for (const name of problem === "" ? names : []) {
        const output = pair?.[name] as pulumi.Output<unknown> | undefined;
        if (output !== undefined) {
            outputs[name] = await valueOf(output);
            secrets.push(...((await pulumi.isSecret(output)) ? [name] : []));
        }
    }
    return { registrations, outputs, secrets, problem };
}

/** `promise` is what the SDK itself reads values with, and left out of its declarations. */
function valueOf(output: pulumi.Output<unknown>): Promise<unknown> {
    return (output as unknown as { promise(): Promise<unknown> }).promise();
}

function imported(generation: Omit<KeyGeneration, "id">, more: CosignKeyPairArgs = {}): CosignKeyPairArgs {
    return { generations: [{ id: "old", ...generation }], ...more };
}

describe("CosignKeyPair of an imported public key", () => {
    it("makes one Secret, of the public key alone", async () => {
        const { registrations, outputs, secrets } = await make(imported({ publicKey: PUBLIC }));
        expect(registrations.slice(1).map((it) => it.name)).to.deep.equal(["release-old-pub"]);
        expect(secretDataOf(registrations, "release-old-pub")).to.deep.equal({ "cosign.pub": PUBLIC });
        expect(outputs).to.deep.include({ publicKey: PUBLIC, fingerprint, secretName: "" });
        expect(secrets).to.deep.equal([]);
    });

    it("writes the hash that cosign signs with into its authority", async () => {
        for (const [algorithm, hashAlgorithm] of [
            ["ecdsa-p256", "sha256"],
            ["ecdsa-p384", "sha384"],
            ["ecdsa-p521", "sha512"],
            ["rsa-4096", "sha256"],
        ] as const) {
            const { outputs } = await make(imported({ publicKey: pulumi.output(spkiPem(KEYS[algorithm].publicKey)) }));
            expect(JSON.parse(JSON.stringify(outputs.authorities))).to.deep.equal([
                { name: "release-old", key: { secretRef: { name: "release-old-pub" }, hashAlgorithm } },
            ]);
        }
    });

    it("shows the names of what it makes where the key is not known yet", async () => {
        const publicKey = pulumi.output(PUBLIC).apply(() => pulumi.unknown as unknown as string);
        const { registrations, outputs, problem } = await make(imported({ publicKey }), true);
        expect(problem).to.equal("");
        expect(registrations[1]?.inputs.metadata).to.deep.include({ name: "release-old-pub" });
        expect(JSON.stringify(registrations[1]?.inputs.data)).to.include(UNKNOWN_ON_THE_WIRE);
        expect(outputs.secretName).to.equal("");
    });
});

describe("CosignKeyPair of an imported private key", () => {
    it("keeps a key in cosign's form as it is, in a Secret that cosign signs from", async () => {
        const { privateKey, publicKey } = await generateKeyPair(PASSWORD);
        const { registrations, outputs } = await make(imported({ privateKey, password: PASSWORD }));
        expect(registrations.slice(1).map((it) => it.name)).to.have.members(["release-old", "release-old-pub"]);
        expect(secretDataOf(registrations, "release-old")).to.deep.equal({
            "cosign.key": privateKey,
            "cosign.pub": publicKey,
            "cosign.password": PASSWORD,
        });
        expect(outputs).to.deep.include({ publicKey, secretName: "release-old" });
    });

    it("encrypts a key in clear to the same Secret at each run", async () => {
        for (const pem of Object.values(plainForms(P256.privateKey))) {
            const args = imported({ privateKey: pem, password: PASSWORD });
            const [first, second] = [await make(args), await make(args)];
            const data = secretDataOf(first.registrations, "release-old");
            expect(data["cosign.pub"]).to.equal(PUBLIC);
            expect(data["cosign.key"]).to.include("ENCRYPTED SIGSTORE PRIVATE KEY");
            expect(secretDataOf(second.registrations, "release-old")).to.deep.equal(data);
        }
    });

    it("hands nothing of it to the engine but as a secret, also where it was given in clear", async () => {
        for (const home of Object.values(PrivateKeyHome)) {
            const args = imported({ privateKey: pkcs8Pem(P256.privateKey), password: PASSWORD }, { privateKey: home });
            const { registrations, secrets } = await make(args);
            const inClear = JSON.stringify(registrations, (_, value: unknown) =>
                isSecretOnTheWire(value) ? "a secret" : value,
            );
            expect(inClear).to.not.include("PRIVATE KEY").and.not.include(PASSWORD);
            expect(inClear).to.not.include(Buffer.from(PASSWORD).toString("base64"));
            expect(secrets).to.deep.equal(home === PrivateKeyHome.Output ? ["privateKey", "password"] : []);
        }
    });

    it("keeps the engine's answers out of the SDK's debug messages, which are events that others read", async () => {
        await make({});
        const answer = new RegisterResourceResponse();
        answer.setUrn(PASSWORD);
        expect(`resp: ${answer.toString()}`).to.equal("resp: [not shown: it may hold secrets]");
    });

    it("puts it out instead of writing a Secret, where that is asked for", async () => {
        const { privateKey, publicKey } = await generateKeyPair("");
        const args = imported({ privateKey, password: "" }, { privateKey: PrivateKeyHome.Output });
        const { registrations, outputs } = await make(args);
        expect(registrations.slice(1).map((it) => it.name)).to.deep.equal(["release-old-pub"]);
        expect(outputs).to.deep.include({ privateKey, password: "", publicKey, secretName: "" });
    });

    it("previews where it is not known yet", async () => {
        const unknown = pulumi.secret("").apply(() => pulumi.unknown as unknown as string);
        const { registrations, problem } = await make(imported({ privateKey: unknown, password: unknown }), true);
        expect(problem).to.equal("");
        const secret = registrations.find((it) => it.name === "release-old");
        expect(secret?.inputs.metadata).to.deep.include({ name: "release-old" });
        expect(JSON.stringify(secret?.inputs.data)).to.include(UNKNOWN_ON_THE_WIRE);
    });

    it("has the hash of its algorithm in its authority", async () => {
        const privateKey = pkcs8Pem(KEYS["ecdsa-p384"].privateKey);
        const { outputs, secrets } = await make(imported({ privateKey, password: PASSWORD }));
        expect(JSON.stringify(outputs.authorities)).to.include('"hashAlgorithm":"sha384"');
        expect(secrets).to.not.include("authorities");
    });
});

describe("the Secrets of a CosignKeyPair", () => {
    it("can be found by generation, algorithm and fingerprint", async () => {
        const args = imported({ privateKey: pkcs8Pem(P256.privateKey), password: PASSWORD });
        for (const secret of (await make(args)).registrations.slice(1)) {
            expect(secret.inputs.metadata).to.deep.include({
                labels: {
                    "signed-images/generation": "old",
                    "signed-images/algorithm": "ecdsa-p256",
                    "signed-images/fingerprint": fingerprintLabel,
                },
                annotations: { "signed-images/fingerprint": fingerprint },
            });
        }
    });

    it("say at the first preview all that is known before the key is", async () => {
        const { registrations } = await make({}, true);
        const secret = registrations.find((it) => it.name === "release-1-pub");
        expect(secret?.inputs.metadata).to.deep.include({ name: "release-1-pub", namespace: "cosign-system" });
        expect(JSON.stringify(secret?.inputs.metadata)).to.include('"signed-images/algorithm":"ecdsa-p256"');
    });
});

const SEALED = sealedPem(Buffer.from(pkcs8Pem(P256.privateKey)), PASSWORD);
const OPENSSL_ENCRYPTED = P256.privateKey
    .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: PASSWORD })
    .toString();

/** Each with the generation, and what is said: the path first. */
const UNUSABLE: readonly [name: string, generation: () => Omit<KeyGeneration, "id">, said: string[]][] = [
    [
        "a private key without a password",
        () => ({ privateKey: OPENSSL_ENCRYPTED }),
        ["generations[0].password: ", "[password-missing]"],
    ],
    ["a password without a private key", () => ({ password: PASSWORD }), ["[password-without-private-key]"]],
    [
        "both halves",
        () => ({ publicKey: PUBLIC, privateKey: OPENSSL_ENCRYPTED, password: PASSWORD }),
        ["generations[0]: ", "[generation-source-ambiguous]"],
    ],
    [
        "a public key that is no key",
        () => ({ publicKey: "ssh-ed25519 AAAA" }),
        ["generations[0].publicKey: ", "[key-no-pem]"],
    ],
    [
        "a private key where the public one is needed",
        () => ({ publicKey: pkcs8Pem(P256.privateKey) }),
        ["generations[0].publicKey: ", "[key-is-private]"],
    ],
    [
        "an Ed25519 public key",
        () => ({ publicKey: spkiPem(KEYS.ed25519.publicKey) }),
        ["generations[0].publicKey: ", "Ed25519ph", "[key-never-verifies]"],
    ],
    ["a key that is not there", () => ({ publicKey: undefined }), ["generations[0].publicKey: ", "[key-missing]"]],
    [
        "a key that is nothing, as other languages have it",
        () => ({ privateKey: null as unknown as string, password: PASSWORD }),
        ["generations[0].privateKey: ", "[key-missing]"],
    ],
    [
        "a password that is no text",
        () => ({ privateKey: pkcs8Pem(P256.privateKey), password: 1234 as unknown as string }),
        ["generations[0].password: ", "[key-missing]"],
    ],
    [
        "a password that no other program could be given",
        () => ({ privateKey: pkcs8Pem(P256.privateKey), password: "\uD800" }),
        ["generations[0].password: ", "[password-not-unicode]"],
    ],
    [
        "a private key that is Ed25519",
        () => ({ privateKey: pkcs8Pem(KEYS.ed25519.privateKey), password: PASSWORD }),
        ["generations[0].privateKey: ", "Ed25519ph", "[key-never-verifies]"],
    ],
    ...UNUSABLE_KEYS.map(({ name, text, code }): (typeof UNUSABLE)[number] => [
        `${name} as its private key`,
        () => ({ privateKey: text, password: PASSWORD }),
        ["generations[0].privateKey: ", `[${code}]`],
    ]),
];

/** The same, of values that are known only to an apply. */
const UNUSABLE_ONCE_KNOWN: typeof UNUSABLE = [
    [
        "a wrong password",
        () => ({ privateKey: sealed, password: "wrong-password-given" }),
        ["generations[0].password: ", "[password-wrong]"],
    ],
    [
        "Ed25519",
        () => ({ privateKey: pulumi.secret(pkcs8Pem(KEYS.ed25519.privateKey)), password: PASSWORD }),
        ["generations[0].privateKey: ", "Ed25519ph", "[key-never-verifies]"],
    ],
    ...UNUSABLE_KEYS.map(({ name, text, code }): (typeof UNUSABLE)[number] => [
        name,
        () => ({ privateKey: pulumi.secret(text), password: PASSWORD }),
        ["generations[0].privateKey: ", `[${code}]`],
    ]),
    [
        "a secret that is nothing",
        () => ({ privateKey: pulumi.secret(undefined as unknown as string), password: PASSWORD }),
        ["generations[0].privateKey: ", "[key-missing]"],
    ],
    [
        "a public key of an Output that is no key",
        () => ({ publicKey: pulumi.output("never shown") }),
        ["generations[0].publicKey: ", "[key-no-pem]"],
    ],
];

let sealed = "";

describe("CosignKeyPair refuses to import", () => {
    before(async () => {
        sealed = await SEALED;
    });

    for (const [name, generation, said] of UNUSABLE) {
        it(`${name}, before anything is registered`, () => {
            const message = refusalOf(() => new CosignKeyPair("release", imported(generation())));
            expectSaidWithoutContent(message, said);
        });
    }

    for (const [name, generation, said] of UNUSABLE_ONCE_KNOWN) {
        for (const when of ["preview", "up"]) {
            it(`${name}, at ${when}`, async () => {
                const { problem } = await make(imported(generation()), when === "preview");
                expectSaidWithoutContent(problem, said);
            });
        }
    }

    for (const when of ["preview", "up"]) {
        it(`whatever cannot be used, before anything of the other generations is registered, at ${when}`, async () => {
            const generations = [
                { id: "new" },
                { id: "old", privateKey: sealed, password: pulumi.secret("wrong-password-given") },
                { id: "public", publicKey: PUBLIC },
            ];
            const { registrations, problem } = await make({ generations, current: "new" }, when === "preview");
            expectSaidWithoutContent(problem, ["generations[1].password: ", "[password-wrong]"]);
            expect(registrations.map(({ name }) => name)).to.deep.equal(["release"]);
        });
    }

    it("one key under two ids", () => {
        const generations = ["a", "b"].map((id) => ({ id, publicKey: PUBLIC }));
        const message = refusalOf(() => new CosignKeyPair("release", { generations, current: "a" }));
        expect(message).to.include("generations[1]: ").and.to.include("[generation-key-doubled]");
    });

    it("one key under two ids, also where only an apply knows, and whichever half is given", async () => {
        const privateKey = pkcs8Pem(P256.privateKey);
        const listed: Omit<KeyGeneration, "id">[][] = [
            [{ publicKey: PUBLIC }, { privateKey, password: PASSWORD }],
            [
                { privateKey, password: "" },
                { privateKey: pulumi.secret(privateKey), password: PASSWORD },
            ],
            [{}, { publicKey: pulumi.output(PUBLIC) }, { publicKey: pulumi.secret(PUBLIC) }],
        ];
        for (const sources of listed) {
            const generations = sources.map((source, index) => ({ id: String(index), ...source }));
            const { problem } = await make({ generations, current: "0" }, true);
            const last = generations.length - 1;
            expectSaidWithoutContent(problem, [`generations[${last}]: `, "[generation-key-doubled]"]);
        }
    });

    it("a public key where a private one is to be put out", () => {
        const args = imported({ publicKey: PUBLIC }, { privateKey: PrivateKeyHome.Output });
        expect(refusalOf(() => new CosignKeyPair("release", args))).to.include("[private-key-absent]");
    });

    it("a key in the place of its home, and does not quote it", () => {
        const privateKey = "c2VjcmV0IGJ5dGVz" as PrivateKeyHome;
        const message = refusalOf(() => new CosignKeyPair("release", { privateKey }));
        expect(message).to.include("[private-key-home-unknown]").and.not.include("c2VjcmV0");
    });
});

function secretDataOf(registrations: readonly Registration[], name: string): Record<string, string> {
    const data = registrations.find((it) => it.name === name)?.inputs.data as { value: Record<string, string> };
    return Object.fromEntries(
        Object.entries(data.value).map(([entry, text]) => [entry, Buffer.from(text, "base64").toString("utf8")]),
    );
}

function expectSaidWithoutContent(message: string, said: readonly string[]): void {
    for (const words of said) {
        expect(message).to.include(words);
    }
    expect(message).to.not.include(PASSWORD).and.not.include("wrong-password-given").and.not.include("never shown");
    for (const pem of [PUBLIC, sealed, OPENSSL_ENCRYPTED, pkcs8Pem(P256.privateKey)]) {
        const line = pem.split("\n")[1] ?? "";
        expect(line === "" ? "" : message).to.not.include(line || "nothing");
    }
}
