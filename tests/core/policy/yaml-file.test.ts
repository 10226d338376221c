import { expect } from "chai";
import { readYaml } from "../../../core/policy/yaml-file";

function secondsOf(read: () => void): number {
    const before = process.cpuUsage();
    read();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000_000;
}

describe("YAML that is made to exhaust its readers", () => {
    const NESTED: Readonly<Record<string, (depth: number) => string>> = {
        "lists in brackets": (depth) => `${"[".repeat(depth)}${"]".repeat(depth)}`,
        "brackets that never close": (depth) => "[".repeat(depth),
        "mappings in braces": (depth) => "{a: ".repeat(depth),
        "lists on one line": (depth) => `${"- ".repeat(depth)}x`,
        "mappings over lines": (depth) => Array.from({ length: depth }, (_, at) => `${" ".repeat(at)}a:`).join("\n"),
        "keys of keys": (depth) => `${"? ".repeat(depth)}x`,
    };
    for (const [name, nested] of Object.entries(NESTED)) {
        it(`is left where it nests more deeply than any manifest: ${name}`, () => {
            for (const depth of [400, 3_000]) {
                const seconds = secondsOf(() => {
                    expect(() => readYaml(nested(depth))).to.throw("nested more than 200 levels deep");
                });
                expect(seconds).to.be.lessThan(1);
            }
        });
    }

    it("is left at once, however much of it follows", () => {
        const seconds = secondsOf(() => {
            expect(() => readYaml("[".repeat(9_000_000))).to.throw("nested more than 200 levels deep");
        });
        expect(seconds).to.be.lessThan(1);
    });

    it("is left where it has more entries than 10 MB of manifests", function () {
        this.timeout(30_000);
        expect(() => readYaml(`[${"[],".repeat(250_001)}]`)).to.throw("more than 500000 entries");
    });

    it("says on which line", () => {
        const text = `a: 1\nb: ${"[".repeat(300)}`;
        expect(() => readYaml(text))
            .to.throw()
            .with.property("line", 2);
    });

    it("has no keys that are lists or mappings, which JSON has not either", () => {
        const seconds = secondsOf(() => {
            for (const text of [
                "? [a]\n: b",
                "{{a: b}: c}",
                "? ? ? x",
                "a: &a [1]\n? *a\n: b",
                "? ".repeat(150) + "x",
            ]) {
                expect(() => readYaml(text), text).to.throw("A key is a list or a mapping");
            }
        });
        expect(seconds).to.be.lessThan(1);
    });

    it("nests as deeply as schemas in a CustomResourceDefinition", () => {
        const [document] = readYaml(Array.from({ length: 100 }, (_, at) => `${" ".repeat(at)}a:`).join("\n"));
        expect(JSON.stringify(document?.value)).to.have.length(100 * '{"a":}'.length + "null".length);
    });
});
