import { expect } from "chai";
import fc from "fast-check";

import { firstValue } from "../../../core/registry";
import { DoubledKey, goField, parseJson, parseRecord, UnreadHere } from "../../../core/signatures/go-json";
import { fitsGoType } from "../../../core/signatures/go-types";

describe("JSON as Go reads it", () => {
    it("is what JSON.parse makes of what JSON.stringify has written", () => {
        fc.assert(
            fc.property(fc.jsonValue(), (value) => {
                const text = JSON.stringify(value);
                // A number with an exponent stands for one that is no integer.
                fc.pre(!/\d[eE]/.test(text));
                expect(parseJson(text)).to.deep.equal(JSON.parse(text));
            }),
        );
    });

    for (const text of ['{"a":1,"a":1}', '[{"b":{"a":1,"\\u0061":2}}]', '{"a:":{"x":1,"x":{}}}']) {
        it(`is not read where an object has a key twice: ${text}`, () => {
            expect(() => parseJson(text)).to.throw(DoubledKey);
        });
    }

    it("has one key in several objects, and colons in texts", () => {
        expect(parseJson('{"a":{"a":"b:c","d\\":":[{"a":1},{"a":1}]}}')).to.be.an("object");
    });

    for (const [number, isInteger] of [
        ["347", true],
        ["-0", true],
        ["347.0", false],
        ["3e2", false],
        ["3E2", false],
    ] as const) {
        it(`takes ${number} ${isInteger ? "" : "not "}for an integer`, () => {
            const value = parseJson(`{"size":${number},"true":[true,false,"1.0e1"]}`);
            expect(fitsGoType(value, { struct: { size: "int64" } })).to.equal(isInteger);
            expect(fitsGoType(value, "interface")).to.equal(true);
        });
    }

    for (const [text, value] of [
        ['{"image":{"digest":"x","other":1},"Image":{}}', { digest: "x", other: 1 }],
        ['{"image":{"digest":"x"},"Image":{"DIGEST":"y"}}', { digest: "y" }],
        ['{"image":{"digest":"x"},"IMAGE":{"digest":null}}', { digest: "x" }],
        ['{"image":[{"a":1},{"a":2}],"Image":[{}]}', [{ a: 1 }]],
        ['{"image":[1],"Image":[]}', []],
        ['{"image":"x","Image":"y"}', "y"],
        ['{"image":"x","Image":null}', "x"],
    ] as const) {
        it(`merges a field that is given in several ways: ${text}`, () => {
            expect(goField(parseRecord(text), "image")).to.deep.equal(value);
        });
    }

    it("is not read where a field is given twice and nests so deeply that to merge it would overflow the stack", () => {
        const deep = `${'{"a":'.repeat(9000)}1${"}".repeat(9000)}`;
        const record = parseRecord(`{"image":${deep},"Image":${deep}}`);
        expect(() => goField(record, "image")).to.throw(UnreadHere);
    });

    it("is not read where very many fields are given twice, and merges many in the time that their number takes", () => {
        const fields = (letter: string, count: number) =>
            Array.from({ length: count }, (_, index) => `"${letter}${index}":1`).join();
        const record = (count: number) =>
            parseRecord(`{"image":{${fields("a", count)}},"Image":{${fields("b", count)}}}`);
        expect(Object.keys(goField(record(5_000), "image") as object)).to.have.length(10_000);
        expect(() => goField(record(5_001), "image")).to.throw(UnreadHere);
    });

    it("is not read where it has more values than are kept in memory", () => {
        expect(() => parseJson(`[${"[],".repeat(600_000)}[]]`)).to.throw(UnreadHere);
        expect(parseJson(`["${"[],".repeat(600_000)}"]`)).to.have.length(1);
    });

    it("knows a field by the old letter for s", () => {
        expect(goField(parseRecord('{"layer\u017f":5}'), "layers")).to.equal(5);
    });

    for (const [text, first] of [
        ['{"a":"}"}garbage', '{"a":"}"}'],
        ['{"a":[{}]}{"b":1}', '{"a":[{}]}'],
        ['{"a":"\\"}"}\0', '{"a":"\\"}"}'],
        ["[[]]]", "[[]]"],
        ["5", "5"],
    ] as const) {
        it(`ends with its first value where a stream is read: ${JSON.stringify(text)}`, () => {
            expect(firstValue(Buffer.from(text)).toString()).to.equal(first);
        });
    }
});
