import { expect } from "chai";

import { runInProcess, spawnProgram } from "./support";
import { version } from "../../package.json";

describe("signed-images", () => {
    it("shows its version", async () => {
        expect(await spawnProgram(["--version"])).to.deep.equal({ exitCode: 0, stdout: `${version}\n`, stderr: "" });
    });

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
