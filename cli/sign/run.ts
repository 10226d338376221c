import { printable } from "../../core/policy/printable";
import { referenceName, RegistryClient, RegistryError } from "../../core/registry";
import { SigningError } from "../../core/signatures/sign/errors";
import { type OutputFormat, type Surroundings } from "../command";
import { checkOptions } from "../check/options";
import { runCheck } from "../check/run";
import { tableOf } from "../check/table";
import { ExitCode } from "../errors";
import { certificateAuthoritiesOf } from "../registry-settings";
import { keyUseIn, rereadable, type KeyUse } from "./key-use";
import { findTarget, requireUnmoved, type Target } from "./targets";

import type { KeyObject } from "node:crypto";
import type { Added, SignatureRegistry } from "../../core/signatures/sign/append";
import type { CheckReport } from "../check/report";
import type { SignedImage } from "../../core/signatures";

/** What is done with each image. */
export interface ImageWork {
    /** The public key that it is done with, if there is one. */
    readonly key?: KeyObject;
    run(registry: SignatureRegistry, image: SignedImage): Promise<Added>;
}

/** What a run is told. */
export interface Run {
    readonly images: readonly string[];
    readonly isRecursive: boolean;
    readonly output: OutputFormat;
    /** What is said of an image that was worked on: `signed`, `attested`. */
    readonly done: string;
    readonly work: ImageWork;
    /** Policies whose verdict is wanted once the work is done, and one of which must have the key. */
    readonly policyFiles: readonly string[];
    /** Files with certificates to trust for registries. */
    readonly registryCas: readonly string[];
}

/** One image in the JSON output. */
export interface ImageJson {
    /** As it was given. */
    image: string;
    /** `sha256:…`; absent where it could not be read. */
    digest?: string;
    /** `REGISTRY/REPOSITORY@sha256:…`; absent where it could not be read. */
    reference?: string;
    result: "new" | "unchanged" | "failed";
    /** Only of a failure. */
    code?: string;
    /** Only of a failure. */
    message?: string;
}

/** Works on every image, also when others fail. */
export async function runOnImages(run: Run, surroundings: Surroundings): Promise<ExitCode> {
    const surroundingsAgain = await rereadable(surroundings, run.policyFiles);
    const requireUse = await keyUseIn(run.policyFiles, run.work.key, surroundingsAgain());
    const certificateAuthorities = await certificateAuthoritiesOf(run.registryCas, surroundings.stdin);
    const registry = new RegistryClient({ environment: surroundings.env, certificateAuthorities });
    const results: ImageJson[] = [];
    try {
        for (const name of run.images) {
            for await (const result of workOn(registry, name, run, requireUse)) {
                results.push(result);
                if (run.output === "text") {
                    print(result, run, surroundings);
                }
            }
        }
    } finally {
        await registry.close();
    }
    const report = await policyReport(results, run, surroundingsAgain());
    if (run.output === "json") {
        surroundings.stdout.write(`${JSON.stringify({ images: results, policies: report }, null, 2)}\n`);
    } else if (report !== undefined) {
        surroundings.stdout.write(tableOf(report, false));
    }
    const hasFailed = results.some(({ result }) => result === "failed") || (report?.summary.refused ?? 0) > 0;
    if (hasFailed) {
        return ExitCode.Failed;
    }
    return (report?.summary.unknown ?? 0) > 0 ? ExitCode.Undecided : ExitCode.Ok;
}

/** What the policies say of the images that were worked on, as `check` says it; undefined where there is nothing to say. */
async function policyReport(
    results: readonly ImageJson[],
    { policyFiles, registryCas }: Run,
    surroundings: Surroundings,
): Promise<CheckReport | undefined> {
    const images = results.flatMap(({ reference, result }) => (result === "failed" ? [] : (reference ?? [])));
    const policies = policyFiles.flatMap((file) => ["--policy", file]);
    const authorities = registryCas.flatMap((file) => ["--registry-ca", file]);
    return images.length === 0 || policies.length === 0
        ? undefined
        : runCheck(checkOptions([...policies, ...authorities, "--", ...images]), surroundings);
}

async function* workOn(
    registry: SignatureRegistry,
    name: string,
    run: Run,
    requireUse: KeyUse,
): AsyncGenerator<ImageJson> {
    let digest: string | undefined;
    try {
        const target = await findTarget(registry, name, run.isRecursive);
        await requireUnmoved(registry, target, false);
        target.images.forEach(requireUse);
        for (const image of target.images) {
            ({ digest } = image);
            const { isNew } = await run.work.run(registry, image);
            const result = isNew ? "new" : "unchanged";
            yield {
                image: nameOf(target, image),
                digest,
                reference: referenceName({ ...image.repository, digest }),
                result,
            };
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
    return image === first ? name : referenceName({ ...image.repository, digest: image.digest });
}

function print({ image, digest, result, code, message }: ImageJson, run: Run, { stdout, stderr }: Surroundings): void {
    if (result === "failed") {
        stderr.write(`${printable(image)}: ${printable(message ?? "")} [${code ?? ""}]\n`);
        return;
    }
    const what = result === "new" ? run.done : `${run.done} already`;
    stdout.write(`${printable(image)}: ${what} ${digest ?? ""}\n`);
}
