import { expect } from "chai";

import { fitsGoType } from "../../../core/signatures/go-types";

import type { GoType } from "../../../core/signatures/go-types";

const THING: GoType = { struct: { name: "string", parts: { slice: { map: "int64" } }, rest: "interface" } };

describe("what Go reads JSON into", () => {
    for (const [json, type, fits] of [
        ['{"name":"a","parts":[{"x":1}],"rest":[1e3],"other":true}', THING, true],
        ['{"NAME":5}', THING, false],
        ['{"name":null,"parts":null,"rest":null}', THING, true],
        ['{"parts":{}}', THING, false],
        ['{"parts":[{"x":1.5}]}', THING, false],
        ['{"parts":[null]}', THING, true],
        ['{"rest":{"deep":[1e999]}}', THING, false],
        ['{"other":1e999}', THING, true],
        ["[]", THING, false],
        ['"c2lnbmVk"', "bytes", true],
        ['"?"', "bytes", false],
        [`"sha256:${"a".repeat(64)}"`, "hash", true],
        [`"sha256:${"A".repeat(64)}"`, "hash", false],
        ["null", "hash", false],
        ["9007199254740991", "int64", true],
        ["true", "bool", true],
        ['"true"', "bool", false],
    ] as const) {
        it(`${fits ? "takes" : "does not take"} ${json} for ${JSON.stringify(type)}`, () => {
            expect(fitsGoType(JSON.parse(json), type)).to.equal(fits);
        });
    }

    for (const [time, fits] of [
        ["2026-01-01T00:00:00Z", true],
        ["2026-02-20T00:00:00.123456789+05:30", true],
        ["2026-02-20T1:00:00,5-23:59", true],
        ["2024-02-29T00:00:00Z", true],
        ["0000-02-29T00:00:00Z", true],
        ["2026-02-29T00:00:00Z", false],
        ["2026-13-01T00:00:00Z", false],
        ["2026-02-20T24:00:00Z", false],
        ["2026-02-20T23:59:60Z", false],
        ["2026-02-20T00:00:00+24:00", false],
        ["2026-02-20t00:00:00z", false],
        ["2026-02-20T00:00:00", false],
        ["", false],
    ] as const) {
        it(`${fits ? "takes" : "does not take"} "${time}" for a time`, () => {
            expect(fitsGoType(time, "time")).to.equal(fits);
        });
    }

    it("takes what is nested ten thousand deep", () => {
        const deep: unknown = JSON.parse(`${"[".repeat(10_000)}${"]".repeat(10_000)}`);
        expect(fitsGoType(deep, "interface")).to.equal(true);
    });
});
