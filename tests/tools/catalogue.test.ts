import { expect } from "chai";
import * as fs from "node:fs/promises";
import * as path from "node:path";

import { CATALOGUE, CONTROL_PLANE_TOOLS, DEMO_TOOLS, TEST_TOOLS, type ToolDefinition } from "../../tools/catalogue";
import { PROJECT_FOLDER, projectWorkshop } from "../../tools/workshop";

interface PackageLock {
    readonly packages: Readonly<Record<string, { readonly version: string } | undefined>>;
}

describe("tools: the catalogue", () => {
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

    it("needs no policy-tester, kubectl or helm for the demo and the tests", () => {
        for (const names of [CONTROL_PLANE_TOOLS, DEMO_TOOLS, TEST_TOOLS]) {
            expect(names).to.not.include.members(["policy-tester"]);
            expect(names.filter((name) => /tester|kubectl|helm|distribution/.test(name))).to.deep.equal([]);
        }
    });

    it("needs the newer policy-controller for the tests alone", () => {
        expect(DEMO_TOOLS).to.not.include("policy-controller-0.15.1");
        expect(TEST_TOOLS).to.include("policy-controller-0.15.1");
    });

    it("keeps binaries where the environment says", () => {
        const cache = (environment: NodeJS.ProcessEnv) => projectWorkshop(environment).cache;
        expect(cache({ SIGNED_IMAGES_CACHE: "/a", XDG_CACHE_HOME: "/b" })).to.equal("/a/tools");
        expect(cache({ SIGNED_IMAGES_CACHE: "", XDG_CACHE_HOME: "/b" })).to.equal("/b/signed-images/tools");
        expect(cache({})).to.match(/\/\.cache\/signed-images\/tools$/);
    });
});
