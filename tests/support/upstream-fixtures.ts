import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { manifestKind } from "../../core/policy";
import { readYaml } from "../../core/policy/yaml-file";
import { PROJECT_FOLDER } from "./project";

const MODULE = "github.com/sigstore/policy-controller";

/** A policy or trust root that policy-controller's sources ship. */
export interface UpstreamFixture {
    /** Below the module. */
    file: string;
    document: Record<string, unknown>;
}

/**
 * The examples and test data of policy-controller, from the Go module cache, where building its webhook has put them;
 * empty where nobody has built it. Nothing is downloaded.
 */
export function upstreamFixtures(): UpstreamFixture[] {
    const root = moduleFolder();
    return root === undefined
        ? []
        : ["examples", "test/testdata"].flatMap((folder) => fixturesBelow(root, path.join(root, folder)));
}

function moduleFolder(): string | undefined {
    try {
        const answer = execFileSync("go", ["list", "-m", "-f", "{{.Dir}}", MODULE], {
            cwd: path.join(PROJECT_FOLDER, "tools/policy-controller-0.13.1"),
            env: { ...process.env, GOFLAGS: "-mod=readonly", GOWORK: "off", GOPROXY: "off" },
            encoding: "utf8",
            stdio: ["ignore", "pipe", "ignore"],
        }).trim();
        return answer === "" ? undefined : answer;
    } catch {
        return undefined;
    }
}

function fixturesBelow(root: string, folder: string): UpstreamFixture[] {
    return fs
        .readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".yaml"))
        .sort()
        .flatMap((file) => {
            const whole = path.join(folder, file);
            return documentsIn(whole).map((document) => ({ file: path.relative(root, whole), document }));
        });
}

function documentsIn(file: string): Record<string, unknown>[] {
    return readYaml(fs.readFileSync(file, "utf8"))
        .map(({ value }) => value)
        .filter((value) => manifestKind(value) !== undefined) as Record<string, unknown>[];
}
