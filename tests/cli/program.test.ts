import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";

import { expect } from "chai";

import { inTemporaryFolder, PROJECT_FOLDER } from "../support/project";
import { commandLine, runInProcess, spawnProgram } from "./support";
import { engines, version } from "../../package.json";

describe("signed-images", () => {
    it("shows its version", async () => {
        expect(await spawnProgram(["--version"])).to.deep.equal({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
    });

    it("ends with 2 where what it says cannot be written", () => {
        const [program = "", ...args] = commandLine(["--version"]);
        const full = fs.openSync("/dev/full", "w");
        const toFull = spawnSync(program, args, {
            cwd: PROJECT_FOLDER,
            stdio: ["ignore", full, "pipe"],
            encoding: "utf8",
        });
        expect(toFull.status).to.equal(2);
        expect(toFull.stderr).to.equal("signed-images: standard output cannot be written: the disk is full.\n");
        const silenced = spawnSync(program, [...args.slice(0, -1), "nope"], {
            cwd: PROJECT_FOLDER,
            stdio: ["ignore", "pipe", full],
        });
        expect(silenced.status).to.equal(2);
        fs.closeSync(full);
    });

    for (const tooOld of ["16.20.2", "20.20.2", "22.22.1"]) {
        it(`says which Node it needs when it is started by ${tooOld}`, async () => {
            const [, needed = ""] = /^\^([\d.]+) /.exec(engines.node) ?? [];
            const { exitCode, stdout, stderr } = await spawnByNode(tooOld);
            expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: "" });
            expect(stderr).to.match(
                new RegExp(`^signed-images needs Node ${needed} or newer, and this is Node ${tooOld} `),
            );
            expect(stderr.trimEnd().split("\n")).to.have.lengthOf(1);
        });
    }

    for (const recent of ["22.22.2", "26.1.0"]) {
        it(`starts by Node ${recent}`, async () => {
            expect(await spawnByNode(recent)).to.deep.equal({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
        });
    }

    for (const args of [["--help"], ["-h"], ["keys", "--help"]]) {
        it(`lists its commands for ${args.join(" ")}`, async () => {
            const { exitCode, stdout } = await runInProcess(args);
            expect(exitCode).to.equal(0);
            expect(stdout)
                .to.match(/^Usage: signed-images COMMAND/)
                .and.include("keys generate");
        });
    }

    for (const command of ["lint", "keys generate", "keys import", "keys inspect", "keys public", "disarm"]) {
        it(`explains ${command}`, async () => {
            const { exitCode, stdout } = await runInProcess([...command.split(" "), "--help"]);
            expect(exitCode).to.equal(0);
            expect(stdout).to.include(`Usage: signed-images ${command} `).and.include("Exit code: ");
        });
    }

    const WRONG: Readonly<Record<string, [string[], string]>> = {
        "no command": [[], "A command is missing"],
        "an unknown command": [["lnit"], "There is no command lnit"],
        "no command of keys": [["keys"], "A command is missing"],
        "an unknown command of keys": [["keys", "lose"], "There is no command keys lose"],
        "an unknown option": [["--verbose"], "--verbose"],
    };
    for (const [name, [args, message]] of Object.entries(WRONG)) {
        it(`ends with 2 for ${name}`, async () => {
            const { exitCode, stdout, stderr } = await runInProcess(args);
            expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: "" });
            expect(stderr).to.include(message);
        });
    }
});

/** Asks for the version in a process that takes itself for another Node. */
function spawnByNode(node: string): ReturnType<typeof spawnProgram> {
    return inTemporaryFolder((folder) => {
        const preload = path.join(folder, "versions.cjs");
        fs.writeFileSync(
            preload,
            `Object.defineProperty(process, "versions", { value: { ...process.versions, node: ${JSON.stringify(node)} } });`,
        );
        return spawnProgram(["--version"], { env: { NODE_OPTIONS: `--require ${preload}` } });
    });
}
