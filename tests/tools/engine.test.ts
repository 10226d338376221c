import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { ENGINE_TOOLS } from "../../tools/catalogue";
import { engineToolNames, ensureEngine } from "../../tools/engine";

describe("tools: which Pulumi", () => {
    let folder: string;
    let environment: NodeJS.ProcessEnv;

    beforeEach(async () => {
        folder = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-engine-"));
        environment = { PATH: [folder, process.env.PATH].join(path.delimiter) };
    });

    afterEach(() => fs.rm(folder, { recursive: true }));

    /** A CLI on PATH that knows nothing but its version. */
    const install = (script: string) =>
        fs.writeFile(path.join(folder, "pulumi"), `#!/bin/sh\n${script}\n`, { mode: 0o755 });

    for (const version of ["v3.226.0", "v3.300.1", "v4.0.0", "3.226.1-alpha.5"]) {
        it(`uses ${version} of PATH as it is`, async () => {
            await install(`echo ${version}`);
            expect(await engineToolNames(environment)).to.deep.equal([]);
            const engine = await ensureEngine({ home: path.join(folder, "home"), processEnvironment: environment });
            expect(engine).to.deep.include({
                pulumi: path.join(folder, "pulumi"),
                root: undefined,
                version: version.replace("v", ""),
                pinned: false,
            });
            expect(Object.keys(engine.environment)).to.deep.equal(["PATH", "PULUMI_SKIP_UPDATE_CHECK"]);
            expect(await fs.readdir(folder), "no home is made").to.deep.equal(["pulumi"]);
        });
    }

    for (const [what, script] of [
        ["older than 3.226", "echo v3.225.1"],
        ["older than 3.226 in its first number", "echo v2.300.0"],
        ["broken", "echo v3.300.0; exit 1"],
        ["something else", "echo 'Usage: pulumi'"],
    ] as const) {
        it(`wants the pinned one where that of PATH is ${what}`, async () => {
            await install(script);
            expect(await engineToolNames(environment)).to.deep.equal([...ENGINE_TOOLS]);
        });
    }

    for (const [name, value] of [
        ["CI", "true"],
        ["SIGNED_IMAGES_PINNED_TOOLS", "1"],
    ] as const) {
        it(`wants the pinned one where ${name} asks for it`, async () => {
            await install("echo v3.300.0");
            expect(await engineToolNames({ ...environment, [name]: value })).to.deep.equal([...ENGINE_TOOLS]);
        });
    }

    it("wants the pinned one where PATH has none", async () => {
        expect(await engineToolNames({ PATH: folder })).to.deep.equal([...ENGINE_TOOLS]);
    });
});
