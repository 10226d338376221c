import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";

import { CATALOGUE, CONTROL_PLANE_TOOLS, DEMO_TOOLS, TEST_TOOLS, type ToolDefinition } from "../../tools/catalogue";
import { PROJECT_FOLDER, projectWorkshop } from "../../tools/workshop";

interface PackageLock {
    readonly packages: Readonly<Record<string, { readonly version: string } | undefined>>;
}

describe("tools: the catalogue", () => {
    const tests = path.resolve(__dirname, "..");
    const { modules } = projectWorkshop();
    const definitions: [string, ToolDefinition][] = Object.entries(CATALOGUE);

    it("names modules whose pins are committed, and that pin what is built", async () => {
        for (const [name, definition] of definitions) {
            const pins = await fs.readFile(path.join(modules, definition.module, "go.mod"), "utf8");
            await fs.access(path.join(modules, definition.module, "go.sum"));
            if (definition.package === ".") continue;
            expect(pins, name).to.match(new RegExp(`^(tool )?\\s*${definition.package}$`, "m"));
        }
    });

    it("states the versions of the pins where it names them", async () => {
        const pinned = async (module: string, dependency: string) => {
            const pins = await fs.readFile(path.join(modules, module, "go.mod"), "utf8");
            return new RegExp(`^\\s*(?:require )?${dependency} v(\\S+)`, "m").exec(pins)?.[1];
        };
        const flags = (definition: ToolDefinition) => (definition.linkerFlags ?? []).join(" ");
        const kubernetes = await pinned("kubernetes", "k8s.io/kubernetes");
        const pulumi = await pinned("pulumi", "github.com/pulumi/pulumi/pkg/v3");
        expect(flags(CATALOGUE["kube-apiserver"])).to.include(`gitVersion=v${kubernetes} `);
        expect(flags(CATALOGUE.pulumi)).to.match(new RegExp(`Version=${pulumi}$`));
        for (const name of ["policy-controller", "policy-tester"] as const) {
            const dependency = "github.com/sigstore/policy-controller";
            expect(await pinned(CATALOGUE[name].module, dependency)).to.equal("0.13.1");
            expect(await pinned(CATALOGUE[`${name}-0.15.1`].module, dependency)).to.equal("0.15.1");
        }
    });

    it("has the providers that the SDKs ask for", async () => {
        const lock = JSON.parse(
            await fs.readFile(path.join(PROJECT_FOLDER, "package-lock.json"), "utf8"),
        ) as PackageLock;
        for (const [name, { plugin }] of definitions) {
            if (!plugin) continue;
            const main = await fs.readFile(path.join(modules, name, "main.go"), "utf8");
            expect(main, name).to.include(`"${plugin.version}"`);
            expect(lock.packages[`node_modules/@pulumi/${plugin.name}`]?.version, name).to.equal(plugin.version);
        }
    });

    it("builds for the demo what the demo needs, and nothing that the tests alone do", () => {
        for (const names of [CONTROL_PLANE_TOOLS, DEMO_TOOLS]) {
            expect(names.filter((name) => /tester|kubectl|helm|distribution|0\.15\.1/.test(name))).to.deep.equal([]);
        }
    });

    it("builds for the tests what they ask for", async () => {
        const asked = new Set<string>();
        for (const file of (await fs.readdir(tests, { recursive: true })).filter((name) => name.endsWith(".ts"))) {
            const text = await fs.readFile(path.join(tests, file), "utf8");
            for (const [, names = ""] of text.matchAll(/ensureTools\(\[([^\]]*)\]/g)) {
                [...names.matchAll(/"([^"]+)"/g)].forEach(([, name = ""]) => asked.add(name));
            }
        }
        expect(asked).to.include("crane");
        expect(TEST_TOOLS).to.include.members([...asked]);
    });

    it("keeps binaries where the environment says", () => {
        const cache = (environment: NodeJS.ProcessEnv) => projectWorkshop(environment).cache;
        expect(cache({ SIGNED_IMAGES_CACHE: "/a", XDG_CACHE_HOME: "/b" })).to.equal("/a/tools");
        expect(cache({ SIGNED_IMAGES_CACHE: "", XDG_CACHE_HOME: "/b" })).to.equal("/b/signed-images/tools");
        expect(cache({})).to.match(/\/\.cache\/signed-images\/tools$/);
    });
});
