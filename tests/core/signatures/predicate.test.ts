import { expect } from "chai";

import { isSameStatement, statementOf } from "../../../core/signatures/sign/predicate";
import { IMAGE } from "./support";

const TYPE = "https://acme.example/review/v1";
const [MONDAY, TUESDAY] = [new Date("2026-01-05T00:00:00Z"), new Date("2026-01-06T00:00:00Z")];

function statement(type: string, content: string, now = MONDAY): Buffer {
    return statementOf(IMAGE, { type, content: Buffer.from(content) }, now);
}

describe("a statement about an image", () => {
    it("of cosign's custom type is the same on another day", () => {
        expect(isSameStatement(statement("custom", "a text"), statement("custom", "a text", TUESDAY))).to.equal(true);
        expect(isSameStatement(statement("custom", "a text"), statement("custom", "another"))).to.equal(false);
    });

    it("of another type is another one with another time in it", () => {
        const [first, second] = ['{"Timestamp":"2026-01-05"}', '{"Timestamp":"2026-01-06"}'];
        expect(isSameStatement(statement(TYPE, first), statement(TYPE, first, TUESDAY))).to.equal(true);
        expect(isSameStatement(statement(TYPE, first), statement(TYPE, second))).to.equal(false);
    });
});
