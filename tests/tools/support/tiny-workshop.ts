import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import type { ToolDefinition } from "../../../tools/catalogue";
import type { Workshop } from "../../../tools/workshop";

/** No imports, so that nothing but the runtime has to be compiled. */
const SAYS_HELLO = 'package main\n\nvar greeting = "hello"\n\nfunc main() { println(greeting) }\n';

/** A program that needs a module which no registry has. */
const WANTS_A_MODULE = 'package main\n\nimport _ "example.com/wanted"\n\nfunc main() {}\n';
/** Any hashes: with go.sum complete, `go build` asks for the module instead of complaining about go.sum. */
const SUM = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";

/** A workshop in a temporary folder: real Go, tiny modules, a cache and an output folder of its own. */
export class TinyWorkshop implements Workshop<string> {
    public readonly modules: string;
    public readonly output: string;
    public readonly cache: string;
    public catalogue: Record<string, ToolDefinition> = {};

    private constructor(
        public readonly folder: string,
        public readonly environment: NodeJS.ProcessEnv,
    ) {
        this.modules = path.join(folder, "modules");
        this.output = path.join(folder, "output");
        this.cache = path.join(folder, "cache");
    }

    public static async create(environment: NodeJS.ProcessEnv = {}): Promise<TinyWorkshop> {
        const folder = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-tools-"));
        return new TinyWorkshop(folder, { ...process.env, GOTOOLCHAIN: "local", ...environment });
    }

    /** The same clone's cache as another clone of the project sees it. */
    public secondClone(): Workshop<string> {
        const { catalogue, modules, cache, environment } = this;
        return { catalogue, modules, cache, environment, output: path.join(this.folder, "second-clone") };
    }

    public async addHello(name: string, definition: Partial<ToolDefinition> = {}): Promise<void> {
        await this.write(`${name}/go.mod`, `module ${name}\n\ngo 1.26.0\n`);
        await this.write(`${name}/main.go`, SAYS_HELLO);
        this.define(name, definition);
    }

    public async addWanting(name: string): Promise<void> {
        await this.write(`${name}/go.mod`, `module ${name}\n\ngo 1.26.0\n\nrequire example.com/wanted v1.2.3\n`);
        await this.write(
            `${name}/go.sum`,
            `example.com/wanted v1.2.3 h1:${SUM}\nexample.com/wanted v1.2.3/go.mod h1:${SUM}\n`,
        );
        await this.write(`${name}/main.go`, WANTS_A_MODULE);
        this.define(name);
    }

    public define(name: string, definition: Partial<ToolDefinition> = {}): void {
        this.catalogue[name] = { module: name, package: ".", folder: "bin", expectedSeconds: 1, ...definition };
    }

    public async write(file: string, content: string): Promise<void> {
        const target = path.join(this.modules, file);
        await fs.mkdir(path.dirname(target), { recursive: true });
        await fs.writeFile(target, content);
    }

    /** What lies in the cache, but for the keys' random names: one array for each folder. */
    public async cachedFiles(): Promise<string[][]> {
        const folders = await fs.readdir(this.cache).catch(() => []);
        return Promise.all(folders.map((folder) => fs.readdir(path.join(this.cache, folder))));
    }

    public remove(): Promise<void> {
        return fs.rm(this.folder, { recursive: true, force: true });
    }
}
