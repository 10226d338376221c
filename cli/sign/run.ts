import { RegistryClient, RegistryError } from "../../core/registry";
import { SigningError } from "../../core/signatures/sign/errors";
import { printable, type OutputFormat, type Surroundings } from "../command";
import { ExitCode } from "../errors";
import { findTarget, requireUnmoved, type Target } from "./targets";

import type { Added, SignatureRegistry } from "../../core/signatures/sign/append";
import type { SignedImage } from "../../core/signatures";

/** What is done with each image. */
export type ImageWork = (registry: SignatureRegistry, image: SignedImage) => Promise<Added>;

/** What a run is told. */
export interface Run {
    readonly images: readonly string[];
    readonly isRecursive: boolean;
    readonly output: OutputFormat;
    /** What is said of an image that was worked on: `signed`, `attested`. */
    readonly done: string;
    readonly work: ImageWork;
}

/** One image in the JSON output. */
export interface ImageJson {
    /** As it was given. */
    image: string;
    /** `sha256:…`; absent where it could not be read. */
    digest?: string;
    result: "new" | "unchanged" | "failed";
    /** Only of a failure. */
    code?: string;
    /** Only of a failure. */
    message?: string;
}

/** Works on every image, also when others fail. */
export async function runOnImages(run: Run, surroundings: Surroundings): Promise<ExitCode> {
    const registry = new RegistryClient({ environment: surroundings.env });
    const results: ImageJson[] = [];
    try {
        for (const name of run.images) {
            for await (const result of workOn(registry, name, run)) {
                results.push(result);
                if (run.output === "text") {
                    print(result, run, surroundings);
                }
            }
        }
    } finally {
        await registry.close();
    }
    if (run.output === "json") {
        surroundings.stdout.write(`${JSON.stringify({ images: results }, null, 2)}\n`);
    }
    return results.some(({ result }) => result === "failed") ? ExitCode.Failed : ExitCode.Ok;
}

async function* workOn(registry: SignatureRegistry, name: string, run: Run): AsyncGenerator<ImageJson> {
    let digest: string | undefined;
    try {
        const target = await findTarget(registry, name, run.isRecursive);
        await requireUnmoved(registry, target, false);
        for (const image of target.images) {
            ({ digest } = image);
            const { isNew } = await run.work(registry, image);
            yield { image: nameOf(target, image), digest, result: isNew ? "new" : "unchanged" };
        }
        ({ digest } = target.images[0]);
        await requireUnmoved(registry, target, true);
    } catch (error) {
        if (!(error instanceof SigningError) && !(error instanceof RegistryError)) {
            throw error;
        }
        yield { image: name, digest, result: "failed", code: error.code, message: error.message };
    }
}

/** Images below an index have no name of their own. */
function nameOf({ name, images: [first] }: Target, image: SignedImage): string {
    const { registry, repository } = image.repository;
    return image === first ? name : `${registry}/${repository}@${image.digest}`;
}

function print({ image, digest, result, code, message }: ImageJson, run: Run, { stdout, stderr }: Surroundings): void {
    if (result === "failed") {
        stderr.write(`${printable(image)}: ${printable(message ?? "")} [${code ?? ""}]\n`);
        return;
    }
    const what = result === "new" ? run.done : `${run.done} already`;
    stdout.write(`${printable(image)}: ${what} ${digest ?? ""}\n`);
}
