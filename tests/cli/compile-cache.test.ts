import * as fs from "node:fs";
import * as path from "node:path";

import { expect } from "chai";

import { LOADER } from "./support";
import { inTemporaryFolder, PROJECT_FOLDER, run } from "../support/project";

/** Functions that are called later, and a module that is only found from where this one lies. */
const PROGRAM = `exports.say = async () => (await import("./word.mjs")).default + require("./other").end;`;

const LOAD = `
    const { loadCompiled } = require(${JSON.stringify(path.join(PROJECT_FOLDER, "cli/compile-cache.ts"))});
    void loadCompiled(process.argv[1], process.argv[2]).say().then((said) => {
        process.exitCode = Number(process.argv[3] ?? 0);
        console.log(said);
    });`;

describe("what is kept of compiled functions", function () {
    this.timeout(60_000);

    /** A program, and how it is run with a cache of its own. */
    async function withProgram(work: (folder: string, say: typeof start) => Promise<void>): Promise<void> {
        await inTemporaryFolder(async (folder) => {
            fs.writeFileSync(path.join(folder, "program.js"), PROGRAM);
            fs.writeFileSync(path.join(folder, "word.mjs"), `export default "good";`);
            fs.writeFileSync(path.join(folder, "other.js"), `exports.end = "bye";`);
            await work(folder, start);
        });
    }

    async function start(
        folder: string,
        given: { env?: Record<string, string>; args?: string[] } = {},
    ): Promise<string> {
        const { args = ["greet"], env } = given;
        const words = ["--require", LOADER, "--eval", LOAD, path.join(folder, "program.js"), ...args];
        const environment = {
            PATH: process.env.PATH,
            HOME: folder,
            XDG_CACHE_HOME: path.join(folder, "cache"),
            ...env,
        };
        return (await run(process.execPath, words, { env: environment, cwd: folder })).stdout;
    }

    function kept(folder: string): string[] {
        return fs
            .readdirSync(folder, { recursive: true, encoding: "utf8" })
            .filter((file) => file.includes(".program"))
            .map((file) => path.join(folder, file));
    }

    it("serves the next run, and is not written again", async () => {
        await withProgram(async (folder, say) => {
            expect(await say(folder)).to.equal("goodbye\n");
            const [file = "", ...others] = kept(folder);
            expect(path.basename(file)).to.equal("greet.program");
            expect(others).to.deep.equal([]);
            expect(fs.statSync(file).mode & 0o777).to.equal(0o600);
            const { ino } = fs.statSync(file);
            expect(await say(folder)).to.equal("goodbye\n");
            expect(fs.statSync(file).ino).to.equal(ino);
        });
    });

    it("does not serve another program, also one of the same length", async () => {
        await withProgram(async (folder, say) => {
            await say(folder);
            fs.writeFileSync(path.join(folder, "program.js"), PROGRAM.replace("+", "-"));
            expect(await say(folder)).to.equal("NaN\n");
        });
    });

    for (const [what, broken] of Object.entries({ nothing: "", garbage: "garbage".repeat(1000) })) {
        it(`is made anew where it is ${what}`, async () => {
            await withProgram(async (folder, say) => {
                await say(folder);
                const [file = ""] = kept(folder);
                const whole = fs.readFileSync(file);
                fs.writeFileSync(file, broken);
                expect(await say(folder)).to.equal("goodbye\n");
                fs.writeFileSync(file, Buffer.concat([whole.subarray(0, 32), Buffer.from(broken)]));
                expect(await say(folder)).to.equal("goodbye\n");
                expect(fs.statSync(file).size).to.be.greaterThan(whole.length / 2);
            });
        });
    }

    it("is for each command, and not for wrong arguments", async () => {
        await withProgram(async (folder, say) => {
            for (const args of [["../../greet"], [""], ["wrong", "2"]]) {
                await say(folder, { args }).catch(() => undefined);
            }
            expect(kept(folder)).to.deep.equal([]);
            await say(folder, { args: ["refuse", "1"] }).catch(() => undefined);
            expect(kept(folder).map((file) => path.basename(file))).to.deep.equal(["refuse.program"]);
        });
    });

    it("is done without where it is switched off, or cannot be written", async () => {
        await withProgram(async (folder, say) => {
            expect(await say(folder, { env: { NODE_DISABLE_COMPILE_CACHE: "1" } })).to.equal("goodbye\n");
            fs.writeFileSync(path.join(folder, "file"), "");
            expect(await say(folder, { env: { XDG_CACHE_HOME: path.join(folder, "file") } })).to.equal("goodbye\n");
            expect(kept(folder)).to.deep.equal([]);
        });
    });
});
