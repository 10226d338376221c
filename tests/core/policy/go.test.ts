import { expect } from "chai";

import { decodeBase64 } from "../../../core/policy/go/base64";
import { parseReference } from "../../../core/policy/go/reference";
import { regexpRefusal } from "../../../core/policy/go/regexp";
import { readTarGz } from "../../../core/policy/go/tar";
import { encodePem } from "../../../core/keys/pem";
import { readCertificates } from "../../../core/policy/go/certificates";
import { parseRequestUri, parseUrl } from "../../../core/policy/go/url";
import { gzipSync } from "node:zlib";

/** The same answers as Go 1.26 gives; the tables are excerpts of what was compared with it at random. */
describe("Go's net/url", () => {
    const urls: readonly (readonly [text: string, rewritten: string])[] = [
        ["", ""],
        ["HTTPS://Example.com/a b", "https://Example.com/a%20b"],
        ["https://user:p@ss@host:80/", "https://user:p%40ss@host:80/"],
        ["https://h?", "https://h?"],
        ["https://h#", "https://h"],
        ["https://h#a%2fb c", "https://h#a/b%20c"],
        ["https://ü.example/é", "https://%C3%BC.example/%C3%A9"],
        ["https://[fe80::1%25en0]:80/", "https://[fe80::1%25en0]:80/"],
        ["https://", "https:"],
        ["file:///x", "file:///x"],
        ["mailto:a@b", "mailto:a@b"],
        ["postgres://a:1,b:2/", "postgres://a:1,b:2/"],
        ["//host/p", "//host/p"],
        ["///p", "///p"],
        ["a/b:c", "a/b:c"],
        ["*", "*"],
    ];
    for (const [text, rewritten] of urls) {
        it(`reads ${JSON.stringify(text)}`, () => {
            expect(parseUrl(text).url?.text).to.equal(rewritten);
        });
    }

    const refused: readonly (readonly [text: string, refusal: string])[] = [
        [":x", "missing protocol scheme"],
        ["1a:b", "first path segment in URL cannot contain colon"],
        ["%zz", 'invalid URL escape "%zz"'],
        ["https://a b", 'invalid character " " in host name'],
        ["https://%41", 'invalid URL escape "%41"'],
        ["https://h:x", 'invalid port ":x" after host'],
        ["https://a:1:2", 'invalid port ":1:2" after host'],
        ["https://[::1", "missing ']' in host"],
        ["https://[1.2.3.4]", "invalid IP-literal"],
        ["https://u ser@h", "net/url: invalid userinfo"],
        ["a\u007f", "net/url: invalid control character in URL"],
    ];
    for (const [text, refusal] of refused) {
        it(`refuses ${JSON.stringify(text)}`, () => {
            expect(parseUrl(text)).to.deep.equal({ refusal });
        });
    }

    it("wants a scheme or a slash of a request's URI", () => {
        expect(parseRequestUri("custom").refusal).to.equal("invalid URI for request");
        expect(parseRequestUri("").refusal).to.equal("empty url");
        expect(parseRequestUri("/path").url?.text).to.equal("/path");
        expect(parseRequestUri("https://slsa.dev/provenance/v1").url?.scheme).to.equal("https");
    });
});
import { CA } from "./certificates";

describe("Go's regexp", () => {
    const taken = [
        "^a$",
        "(?P<n>a)(?P<n>b)",
        "(?P<n>a)(?P<n>b)(?P<n>c)",
        "[:[:]\\w1",
        "(?<n>a)",
        "\\Qa*b\\E",
        "[[:alpha:]]",
        "\\p{Greek}",
        "\\pL\\PN[^\\pZ\\p{^Lu}]",
        "\\Q\\p{Nope}\\E",
        "\\\\p{2}",
        "(?i)a",
        "a{1000}",
        "\\x{10FFFF}",
        "\\z",
        "{",
        "a{,2}",
    ];
    for (const expression of taken) {
        it(`takes ${expression}`, () => {
            expect(regexpRefusal(expression)).to.equal(undefined);
        });
    }

    const refused = [
        "(?=a)",
        "(?!a)",
        "(?<=a)",
        "(a)\\1",
        "\\k<n>",
        "a**",
        "a{1001}",
        "(a{1000}){1000}",
        "[",
        "(",
        "*",
        "\\",
        "\\Z",
        "\\p{Nope}",
        "\\p{Unknown}",
        "\\p{Garay}",
        "\\p{old_italic}",
        "\\p",
        "\\p{}",
        "\\pé",
        "(?>a)",
        "(?#x)",
        "[z-a]",
        "[[:nope:]]",
    ];
    for (const expression of refused) {
        it(`refuses ${expression}`, () => {
            expect(regexpRefusal(expression)?.message).to.match(/^error parsing regexp: /);
            expect(regexpRefusal(expression)?.dependsOnGoVersion).to.equal(undefined);
        });
    }

    const newer = [
        "\\p{greek}",
        "\\p{Letter}",
        "[\\p{uppercase letter}]",
        "\\p{ASCII}",
        "\\p{punct}",
        "\\pl",
        "\\p{Cn}",
    ];
    const older = ["\\p{Old_Italic}", "\\P{^Linear_B}"];
    for (const expression of [...newer, ...older]) {
        it(`takes ${expression} before or since Go 1.25, and not both`, () => {
            expect(regexpRefusal(expression)?.dependsOnGoVersion).to.equal(true);
        });
    }
});

describe("go-containerregistry's references", () => {
    it("have a registry where the first part has a dot or a colon", () => {
        expect(parseReference("a.b/cc")).to.include({ registry: "a.b", repository: "cc" });
        expect(parseReference("localhost/cc")).to.include({ registry: "index.docker.io", repository: "localhost/cc" });
        expect(parseReference("localhost:1/cc")).to.include({ registry: "localhost:1", repository: "cc" });
    });

    it("have a tag or a digest, and of both the digest", () => {
        const digest = `sha256:${"a".repeat(64)}`;
        expect(parseReference(`ghcr.io/a/b:1@${digest}`)).to.deep.equal({
            registry: "ghcr.io",
            repository: "a/b",
            digest,
        });
        expect(parseReference("ghcr.io/a/b")).to.include({ tag: "latest" });
    });

    it("have nothing else", () => {
        const refused = [
            "a",
            "A/b",
            "a b",
            "ghcr.io/a/b:",
            "ghcr.io/a/b@sha256:x",
            "ghcr.io/a@b@c",
            `ghcr.io/${"a".repeat(256)}`,
        ];
        expect(refused.filter((text) => parseReference(text) !== undefined)).to.deep.equal([]);
    });
});

describe("Go's base64", () => {
    it("is padded, and skips line ends", () => {
        expect(decodeBase64("aGk=")?.toString()).to.equal("hi");
        expect(decodeBase64("aG\r\nk=\n")?.toString()).to.equal("hi");
        expect(["aGk", "aGk==", "a===", "aG k", "-_==", "="].map(decodeBase64)).to.deep.equal(Array(6).fill(undefined));
    });
});

describe("an archive", () => {
    it("is gzipped tar", () => {
        expect(readTarGz(gzipSync(Buffer.alloc(1024)))).to.deep.equal([]);
        expect(readTarGz(Buffer.from("tar"))).to.equal(undefined);
        expect(readTarGz(gzipSync(Buffer.alloc(1024, "x")))).to.equal(undefined);
    });

    it("is not unpacked where it is a bomb", () => {
        expect(readTarGz(gzipSync(Buffer.alloc(65 * 1024 * 1024)))).to.equal(undefined);
    });
});

describe("a certificate", () => {
    const der = Buffer.from(CA.replaceAll(/-----.*-----|\s/g, ""), "base64");
    const refusal = (changed: Buffer) => readCertificates(encodePem("CERTIFICATE", changed), "exact").refusal;

    it("is read", () => {
        expect(refusal(der)).to.equal(undefined);
    });

    it("is refused with a date that is none, which OpenSSL overlooks", () => {
        const changed = Buffer.from(der);
        changed[changed.indexOf("261122") + 3] = "9".charCodeAt(0);
        expect(refusal(changed)).to.equal("a malformed certificate");
    });

    it("is refused with two signature algorithms, which OpenSSL overlooks", () => {
        const ecdsaWithSha256 = Buffer.from("2a8648ce3d040302", "hex");
        const changed = Buffer.from(der);
        changed[changed.lastIndexOf(ecdsaWithSha256) + ecdsaWithSha256.length - 1] = 3;
        expect(refusal(changed)).to.equal("a malformed certificate");
    });
});
