import * as fs from "node:fs/promises";
import * as path from "node:path";
import { generateKeyPair } from "../../core/keys";
import { runCommand } from "../../tools/command";

/** The images of the demo, in the order of its table. */
export const CASES = ["signed", "unsigned", "stranger", "bundle"] as const;
export type ImageCase = (typeof CASES)[number];

/** An image in the registry, by digest. */
export interface PushedImage {
    case: ImageCase;
    /** `HOST/REPOSITORY@sha256:…`. */
    reference: string;
}

/** What pushes and signs. */
export interface ImageWorkshop {
    tools: Readonly<Record<"cosign" | "crane", string>>;
    /** A private folder. */
    directory: string;
    /** `HOST[:PORT]/PREFIX`. */
    prefix: string;
    /** The kubeconfig of whoever may read the signing Secret. */
    kubeconfig: string;
    /** `k8s://NAMESPACE/NAME`, as cosign takes it. */
    signingKey: string;
    signal: AbortSignal | undefined;
}

/** An empty tar archive: two blocks of zeros. */
const EMPTY_LAYER = Buffer.alloc(1024);

/**
 * The form that policy-controller verifies with a key (its validator reads the `.sig` tag only), and nothing that needs
 * the internet. All three are needed: cosign v3 refuses other combinations.
 */
const SIMPLE_SIGNING = ["--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false"];
/** What cosign v3 does when nobody says otherwise, without the internet. */
const BUNDLE = ["--new-bundle-format=true", "--use-signing-config=false", "--tlog-upload=false"];

/** Pushes an image for each case, different in nothing but a label, and signs them as their cases say. */
export async function pushImages(workshop: ImageWorkshop): Promise<PushedImage[]> {
    const layer = path.join(workshop.directory, "layer.tar");
    await fs.writeFile(layer, EMPTY_LAYER);
    const images: PushedImage[] = [];
    for (const name of CASES) {
        images.push({ case: name, reference: await push(workshop, layer, name) });
    }
    return images;
}

/** Signs an image as its case says. */
export async function signImage(workshop: ImageWorkshop, image: PushedImage): Promise<void> {
    switch (image.case) {
        case "signed":
            return sign(workshop, image, workshop.signingKey, SIMPLE_SIGNING);
        case "bundle":
            return sign(workshop, image, workshop.signingKey, BUNDLE);
        case "stranger":
            return signAsStranger(workshop, image);
        case "unsigned":
            return;
    }
}

async function push(workshop: ImageWorkshop, layer: string, name: ImageCase): Promise<string> {
    const tag = `${workshop.prefix}/${name}:1`;
    await run(workshop, "crane", ["append", "--oci-empty-base", "--new_layer", layer, "--new_tag", tag]);
    const output = await run(workshop, "crane", ["mutate", tag, "--label", `case=${name}`, "--tag", tag]);
    const digest = /sha256:[0-9a-f]{64}/.exec(output)?.[0];
    if (digest === undefined) {
        throw new Error(`crane pushed ${tag} and did not say its digest: ${output}`);
    }
    return `${workshop.prefix}/${name}@${digest}`;
}

async function signAsStranger(workshop: ImageWorkshop, image: PushedImage): Promise<void> {
    const password = "a stranger's, and only for this demo";
    const keyFile = path.join(workshop.directory, "stranger.key");
    await fs.writeFile(keyFile, (await generateKeyPair(password)).privateKey, { mode: 0o600 });
    await sign(workshop, image, keyFile, SIMPLE_SIGNING, { COSIGN_PASSWORD: password });
}

async function sign(
    workshop: ImageWorkshop,
    image: PushedImage,
    key: string,
    format: readonly string[],
    environment: NodeJS.ProcessEnv = {},
): Promise<void> {
    await run(workshop, "cosign", ["sign", "--key", key, ...format, "--yes", image.reference], environment);
}

async function run(
    workshop: ImageWorkshop,
    tool: "cosign" | "crane",
    args: readonly string[],
    environment: NodeJS.ProcessEnv = {},
): Promise<string> {
    const outcome = await runCommand(workshop.tools[tool], args, {
        folder: workshop.directory,
        environment: { ...process.env, KUBECONFIG: workshop.kubeconfig, ...environment },
        signal: workshop.signal,
    });
    workshop.signal?.throwIfAborted();
    if (!outcome.succeeded) {
        throw new Error(`${tool} ${args[0] ?? ""} failed:\n${outcome.errorLines.slice(-5).join("\n")}`);
    }
    return outcome.output;
}
