import { expect } from "chai";
import fc from "fast-check";

import {
    admissionName,
    canMatch,
    canMatchTogether,
    GlobComparison,
    globFindings,
    globRefusal,
    Images,
    matchesImage,
    matchesName,
} from "../../../core/policy";
import { anyGlob, anyImage } from "./arbitraries";

const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

describe("the name that globs are matched against", () => {
    const names: readonly (readonly [image: string, name: string | undefined])[] = [
        ["ghcr.io/acme/app:1.2", "ghcr.io/acme/app"],
        ["ghcr.io/acme/app", "ghcr.io/acme/app"],
        ["nginx", "index.docker.io/library/nginx"],
        ["acme/app:1", "index.docker.io/acme/app"],
        ["docker.io/nginx", "index.docker.io/library/nginx"],
        ["index.docker.io/acme/app", "index.docker.io/acme/app"],
        ["localhost/app", "index.docker.io/localhost/app"],
        ["localhost:5000/app:1", "localhost:5000/app"],
        ["[::1]:5000/app", "[::1]:5000/app"],
        ["GHCR.io/acme/app", "GHCR.io/acme/app"],
        ["ghcr.io/Acme/app", undefined],
        ["ghcr.io:port/acme/app", undefined],
        ["a", undefined],
        ["", undefined],
    ];
    for (const [image, name] of names) {
        it(`of ${JSON.stringify(image)} is ${name ?? "none: it is no reference"}`, () => {
            expect(admissionName(image, DIGEST)).to.equal(name && `${name}@${DIGEST}`);
        });
    }

    it("has the image's own digest where it has one, and not the tag beside it", () => {
        expect(admissionName(`nginx:1.2@${DIGEST}`, "sha256:other")).to.equal(
            `index.docker.io/library/nginx@${DIGEST}`,
        );
    });

    it("is not known without a digest", () => {
        expect(admissionName("nginx:1.2")).to.equal(undefined);
    });
});

describe("globs at admission", () => {
    const APP = "ghcr.io/acme/app:1.2";
    const cases: readonly (readonly [glob: string, image: string, matches: boolean | undefined])[] = [
        ["ghcr.io/acme/app", APP, false],
        ["ghcr.io/acme/app:*", APP, false],
        ["ghcr.io/acme/app:1.2", APP, false],
        ["ghcr.io/acme/app*", APP, true],
        ["ghcr.io/acme/app*", "ghcr.io/acme/app-evil", true],
        ["ghcr.io/acme/app@*", APP, true],
        ["ghcr.io/acme/app@*", "ghcr.io/acme/app-evil", false],
        ["ghcr.io/acme/*", APP, true],
        ["ghcr.io/acme/*", "ghcr.io/acme/team/app", false],
        ["ghcr.io/acme/**", "ghcr.io/acme/team/app", true],
        ["ghcr.io/acme/**", "ghcr.io/acme", false],
        ["ghcr.io/*", APP, false],
        ["ghcr.io/acme/*:*", APP, true],
        ["ghcr.io/acme/*:1.2", APP, false],
        ["*", "nginx", true],
        ["*", "acme/app", false],
        ["*", APP, false],
        ["*/*", "nginx", true],
        ["*/*", "acme/app", true],
        ["*/*", APP, false],
        ["**", APP, true],
        ["nginx*", "nginx", false],
        ["docker.io/**", "docker.io/acme/app", false],
        ["index.docker.io/library/nginx@*", "docker.io/nginx:1", true],
        [`ghcr.io/acme/app@${DIGEST}`, `ghcr.io/acme/app@${DIGEST}`, true],
        [`ghcr.io/acme/app@${DIGEST}`, APP, undefined],
        ["ghcr.io/acme/app@sha256:0*", APP, undefined],
        ["ghcr.io/acme/app@sha256:x*", APP, false],
        ["ghcr.io/acme/ap.@*", APP, false],
        ["ghcr.io/acme/a?p@*", "ghcr.io/acme/app", false],
    ];
    for (const [glob, image, matches] of cases) {
        const verb = matches === undefined ? "may match, by its digest," : matches ? "matches" : "does not match";
        it(`${glob} ${verb} ${image}`, () => {
            expect(matchesImage(glob, image)).to.equal(matches);
        });
    }
});

/** What policy-controller does, told in its own way: a regular expression made by replacing text. */
function naiveMatch(glob: string, name: string): boolean {
    const spelled = glob === "*/*" ? "index.docker.io/*/*" : glob === "*" ? "index.docker.io/library/*" : glob;
    const pattern = spelled.replaceAll(".", "\\.").replaceAll("**", "#").replaceAll("*", "[^/]*").replaceAll("#", ".*");
    return new RegExp(`^${pattern}$`).test(name);
}

const anyDigest = fc
    .string({ unit: fc.constantFrom(...Array.from("0123456789abcdef")), minLength: 64, maxLength: 64 })
    .map((hex) => `sha256:${hex}`);

/** A name at admission, and two globs that match it: the name with wildcards in place of some of it. */
const anyMatchingGlobs = fc
    .tuple(anyImage, anyDigest, fc.array(fc.tuple(fc.nat(120), fc.nat(30)), { minLength: 2, maxLength: 2 }))
    .map(([image, digest, cuts]) => {
        const name = admissionName(image, digest) ?? "";
        const globs = cuts.map(([start, length]) => {
            const cut = name.slice(start, start + length);
            return name.slice(0, start) + (cut.includes("/") ? "**" : "*") + name.slice(start + length);
        });
        return { name, globs };
    });

describe("the model of globs", () => {
    it("says what a regular expression says", () => {
        fc.assert(
            fc.property(anyGlob, fc.oneof(anyGlob, anyImage), (glob, name) => {
                expect(matchesName(glob, name)).to.equal(naiveMatch(glob, name));
            }),
            { numRuns: 2000 },
        );
    });

    it("says of a tag what it says of every digest, or that the digest decides", () => {
        fc.assert(
            fc.property(anyGlob, anyImage, anyDigest, (glob, image, digest) => {
                const known = matchesImage(glob, image, digest);
                expect(matchesImage(glob, image)).to.be.oneOf([known, undefined]);
                expect(known).to.equal(naiveMatch(glob, admissionName(image, digest) ?? ""));
            }),
            { numRuns: 500 },
        );
    });

    it("never says that a glob never matches while it matches", () => {
        fc.assert(
            fc.property(anyMatchingGlobs, ({ globs, name }) => {
                expect(globs.every((glob) => matchesName(glob, name))).to.equal(true);
                expect(globs.every(canMatch)).to.equal(true);
                expect(canMatchTogether(globs)).to.equal(true);
            }),
            { numRuns: 100 },
        );
    });

    it("names an image that all of several globs match, wherever it says that there is one", () => {
        fc.assert(
            fc.property(fc.array(anyGlob, { minLength: 1, maxLength: 2 }), (globs) => {
                const name = new GlobComparison().example(globs);
                expect(name !== undefined).to.equal(canMatchTogether(globs));
                if (name !== undefined) {
                    expect(admissionName(name)).to.equal(name);
                    expect(
                        globs.every((glob) => naiveMatch(glob, name)),
                        name,
                    ).to.equal(true);
                }
            }),
            { numRuns: 500 },
        );
    });

    it("says that a glob is covered exactly where no image is left that the others miss", () => {
        const comparison = new GlobComparison();
        fc.assert(
            fc.property(anyMatchingGlobs, fc.array(anyGlob, { maxLength: 2 }), ({ globs, name }, more) => {
                const [inner = "", outer = ""] = globs;
                const others = [outer, ...more];
                const left = comparison.example([inner], others);
                expect(comparison.covers(others, inner)).to.equal(left === undefined);
                if (left === undefined) {
                    expect(others.some((glob) => naiveMatch(glob, name))).to.equal(true);
                } else {
                    expect(naiveMatch(inner, left), left).to.equal(true);
                    expect(
                        others.some((glob) => naiveMatch(glob, left)),
                        left,
                    ).to.equal(false);
                }
            }),
            { numRuns: 60 },
        );
    });

    it("knows what covers what", () => {
        const comparison = new GlobComparison();
        const covered: readonly (readonly [glob: string, others: string[], isCovered: boolean])[] = [
            ["ghcr.io/acme/app@*", ["ghcr.io/acme/**"], true],
            ["ghcr.io/acme/app@*", ["ghcr.io/acme/*"], true],
            ["ghcr.io/acme/**", ["ghcr.io/acme/*"], false],
            ["ghcr.io/acme/**", ["**"], true],
            ["*/*", ["index.docker.io/**"], true],
            ["index.docker.io/**", ["*", "*/*", "index.docker.io/*/*/**"], true],
            ["ghcr.io/acme/app*", ["ghcr.io/acme/app@*"], false],
            ["ghcr.io/acme/app", ["other.example/**"], true],
        ];
        for (const [glob, others, isCovered] of covered) {
            expect(comparison.covers(others, glob), `${glob} by ${others.join(", ")}`).to.equal(isCovered);
        }
    });

    it("knows globs that never match", () => {
        const dead = [
            "nginx",
            "docker.io/**",
            "ghcr.io/acme/app",
            "ghcr.io/acme/app:1.2",
            "ghcr.io/ACME/**",
            "ghcr.io/acme/app@sha512:*",
            "-",
            "@",
            "ghcr.io",
            "index.docker.io/a@*",
        ];
        expect(dead.filter(canMatch)).to.deep.equal([]);
    });

    it("knows globs that match only what no container runtime runs", () => {
        const odd = {
            "ghcr.io//acme/**": `ghcr.io//acme/app@${DIGEST}`,
            "ghcr.io/acme/@*": `ghcr.io/acme/@${DIGEST}`,
            "https://ghcr.io/**": `https://ghcr.io/acme@${DIGEST}`,
        };
        for (const [glob, image] of Object.entries(odd)) {
            expect(matchesName(glob, admissionName(image) ?? ""), glob).to.equal(true);
            expect([canMatch(glob), canMatchTogether([glob])], glob).to.deep.equal([true, false]);
        }
    });

    it("stays fast on a glob of wildcards", () => {
        const glob = `${"**a*".repeat(60)}b`;
        expect(matchesName(glob, "a".repeat(20_000))).to.equal(false);
        expect(canMatch(glob)).to.equal(true);
    });

    it("refuses what the webhook refuses", () => {
        const refused = ["", "a b", "[a]", "a?", "{a,b}", "a#b", "ä", "a\n", "$"];
        expect(refused.filter((glob) => globRefusal(glob) === undefined)).to.deep.equal([]);
    });
});

describe("globs by what is meant", () => {
    const helpers: readonly (readonly [written: string, glob: string, image: string, sibling: string])[] = [
        [
            'repository("ghcr.io/acme/app")',
            Images.repository("ghcr.io/acme/app"),
            "ghcr.io/acme/app:1",
            "ghcr.io/acme/app-evil",
        ],
        ['repository("nginx")', Images.repository("nginx"), "nginx", "acme/nginx"],
        ['repository("docker.io/acme/app")', Images.repository("docker.io/acme/app"), "acme/app", "acme/app/x"],
        [
            'repository("localhost:5000/app")',
            Images.repository("localhost:5000/app"),
            "localhost:5000/app:1",
            "localhost:5000/app2",
        ],
        ['under("ghcr.io/acme")', Images.under("ghcr.io/acme"), "ghcr.io/acme/team/app", "ghcr.io/acme-evil/app"],
        ['under("ghcr.io/acme/")', Images.under("ghcr.io/acme/"), "ghcr.io/acme/app", "ghcr.io/acmeapp"],
        ['under("docker.io/acme")', Images.under("docker.io/acme"), "acme/app", "acme2/app"],
        ['dockerHub("nginx")', Images.dockerHub("nginx"), "docker.io/nginx:1", "nginx2"],
        ['dockerHub("acme/app")', Images.dockerHub("acme/app"), "index.docker.io/acme/app", "acme/app2"],
        [
            'dockerHub("docker.io/library/nginx")',
            Images.dockerHub("docker.io/library/nginx"),
            "nginx",
            "library/nginx2",
        ],
    ];
    for (const [written, glob, image, sibling] of helpers) {
        it(`Images.${written} is ${glob}`, () => {
            expect(matchesImage(glob, image)).to.equal(true);
            expect(matchesImage(glob, sibling)).to.equal(false);
            expect(globFindings(glob, [])).to.deep.equal([]);
        });
    }
});

describe("what to write for a glob that never matches", () => {
    const repairs: readonly (readonly [glob: string, instead: string])[] = [
        ["ghcr.io/acme/app", "ghcr.io/acme/app@*"],
        ["ghcr.io/acme/app:1.2", "ghcr.io/acme/app@*"],
        ["ghcr.io/acme/app:*", "ghcr.io/acme/app@*"],
        ["GHCR.io/Acme/App:1", "ghcr.io/acme/app@*"],
        ["docker.io/**", "index.docker.io/**"],
        ["docker.io/nginx:1", "index.docker.io/library/nginx@*"],
        ["index.docker.io/nginx@*", "index.docker.io/library/nginx@*"],
        ["nginx", "index.docker.io/library/nginx@*"],
        ["acme/app", "index.docker.io/acme/app@*"],
        ["acme/**", "index.docker.io/acme/**"],
        ["https://ghcr.io/acme/**", "ghcr.io/acme/**"],
        ["https://ghcr.io/acme/app:1", "ghcr.io/acme/app@*"],
        ["ghcr.io//acme/**", "ghcr.io/acme/**"],
        ["ghcr.io/acme//app@*", "ghcr.io/acme/app@*"],
        ["ghcr.io/acme/app/@*", "ghcr.io/acme/app@*"],
        ["ghcr.io/acme/", "ghcr.io/acme/**"],
    ];
    for (const [glob, instead] of repairs) {
        it(`${glob}: ${instead}`, () => {
            expect(globFindings(glob, []).map((finding) => finding.instead)).to.deep.equal([`Write ${instead}.`]);
            expect(canMatch(instead)).to.equal(true);
        });
    }
});
