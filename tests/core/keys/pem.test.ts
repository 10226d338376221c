import { expect } from "chai";
import fc from "fast-check";

import { decodePem, encodePem } from "../../../core/keys/pem";
import { KEYS, spkiPem, withLineEnds } from "./support";

const TYPE = "PUBLIC KEY";
const BODY = Buffer.from("anything");
const PEM = encodePem(TYPE, BODY);

/** The lines of Go's `pem.Decode` that matter, each as a text and whether a block is found in it. */
const FORMS: readonly [claim: string, text: string, found: boolean][] = [
    ["CRLF", withLineEnds(PEM, "\r\n"), true],
    ["CR alone", withLineEnds(PEM, "\r"), false],
    ["no newline at the end", PEM.trimEnd(), true],
    ["CRLF without its LF at the end", `${PEM.trimEnd()}\r`, false],
    ["blanks and tabs at the ends of lines", withLineEnds(PEM, " \t\n"), true],
    ["blanks inside the body", PEM.replace("\n", "\n  "), true],
    ["empty lines inside the body", PEM.replace("\n", "\n\n"), true],
    ["an END that ends nothing right in front of it", `text\n-----END ${PEM}`, true],
    ["an END at the very beginning right in front of it", `-----END ${PEM}`, false],
    ["text in front", `subject=whoever\n${PEM}`, true],
    ["text in front on the same line", `subject=${PEM}`, false],
    ["a byte order mark", `\uFEFF${PEM}`, false],
    ["indentation", PEM.replaceAll(/^/gm, "  "), false],
    ["an indented END", PEM.replace("-----END", " -----END"), false],
    ["headers and an empty line", PEM.replace("\n", "\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES\n\n"), true],
    ["headers without an empty line", PEM.replace("\n", "\nComment: none\n"), true],
    ["nothing but headers", `-----BEGIN ${TYPE}-----\nComment: none\n-----END ${TYPE}-----\n`, false],
    ["an empty body", `-----BEGIN ${TYPE}-----\n-----END ${TYPE}-----\n`, true],
    ["no END", PEM.slice(0, PEM.indexOf("-----END")), false],
    ["no BEGIN", PEM.slice(PEM.indexOf("\n") + 1), false],
    ["an END of another type", PEM.replace("END PUBLIC", "END PRIVATE"), false],
    ["text behind END", `${PEM.trimEnd()} text`, false],
    ["a body without padding", PEM.replace("=", ""), false],
    ["a foreign character in the body", PEM.replace("\n", "\n*"), false],
    ["base64url", encodePem(TYPE, Buffer.from([251, 255])).replace("+/", "-_"), false],
    ["a BEGIN without END in front", `-----BEGIN ${TYPE}-----\nAAAA\n${PEM}`, true],
    ["a block that does not decode in front", `-----BEGIN X-----\n*\n-----END X-----\n${PEM}`, true],
];

describe("PEM as Go reads and writes it", () => {
    for (const [claim, text, found] of FORMS) {
        it(`${found ? "finds" : "does not find"} a block with ${claim}`, () => {
            expect(decodePem(text) !== undefined).to.equal(found);
        });
    }

    it("reads back what it writes, of any length, and leaves the rest", () => {
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom("\n", "\r\n"), (bytes, lineEnd) => {
                const block = decodePem(withLineEnds(`${encodePem(TYPE, bytes)}rest`, lineEnd));
                expect(block?.type).to.equal(TYPE);
                expect(block?.body.equals(bytes)).to.equal(true);
                expect(block?.rest).to.equal("rest");
            }),
        );
    });

    it("writes what OpenSSL writes", () => {
        for (const { publicKey } of Object.values(KEYS)) {
            expect(encodePem(TYPE, publicKey.export({ type: "spki", format: "der" }))).to.equal(spkiPem(publicKey));
        }
    });

    it("takes the first of two blocks, and says that there is more", () => {
        const block = decodePem(PEM + encodePem("OTHER", BODY));
        expect(block?.type).to.equal(TYPE);
        expect(block?.rest).to.include("BEGIN OTHER");
    });

    it("takes a long text in the time that its length takes", () => {
        const start = performance.now();
        expect(decodePem(PEM.replace("\n", `\n${" ".repeat(2 ** 18)}*\n`))).to.equal(undefined);
        expect(decodePem(PEM.replace("\n", `\n${"A".repeat(2 ** 22)}\n`))?.body).to.have.length.above(2 ** 21);
        expect(performance.now() - start).to.be.lessThan(2000);
    });

    it("takes any text without an exception", () => {
        const part = fc.oneof(
            fc.constantFrom("-----BEGIN ", "-----END ", "-----", "X", "\n", "\r\n", "AAAA", "A: b", "=", " "),
            fc.string({ maxLength: 4 }),
        );
        fc.assert(fc.property(fc.array(part), (parts) => void decodePem(parts.join(""))));
    });
});
