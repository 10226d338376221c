import { gunzipSync, gzipSync } from "node:zlib";

import { expect } from "chai";
import fc from "fast-check";

import { validateMirror } from "../../../core/policy/rules/tuf-mirror";
import { archivedTrustedRoot } from "../../../core/signatures/trust/tuf";
import {
    DOUBTFUL_REPOSITORIES,
    ENTRIES,
    REFUSED_REPOSITORIES,
    VALID_REPOSITORIES,
    repositoryThatExpires,
    repositoryWithUnreadableTarget,
} from "./tuf-cases";
import { BLOCK_BYTES, tufRepository } from "./tuf-repository";

import type { Finding } from "../../../core/policy";
import type { Repository } from "./tuf-repository";

const PLACE = ["spec", "repository", "mirrorFS"];

function findingsOf(repository: Repository, now?: Date): Finding[] {
    const fields = { targets: "targets", trustedRootTarget: "trusted_root.json", ...repository };
    return validateMirror(fields, PLACE.slice(0, -1), now);
}

/** The bits of a byte that change. One alone makes another case of a letter, and signatures are read in both. */
const anyChange = fc.integer({ min: 1, max: 255 }).filter((bits) => bits !== 0x20);

describe("a TUF repository in a trust root", () => {
    for (const [claim, repository] of VALID_REPOSITORIES) {
        it(`is valid ${claim}`, () => {
            expect(findingsOf(repository)).to.deep.equal([]);
        });
    }

    for (const [code, cases] of [
        ["trust-root-mirror-fs-invalid", REFUSED_REPOSITORIES],
        ["trust-root-mirror-fs-doubtful", DOUBTFUL_REPOSITORIES],
    ] as const) {
        for (const [claim, repository, found] of cases) {
            it(`is ${code.slice("trust-root-mirror-fs-".length)} with ${claim}`, () => {
                const findings = findingsOf(repository);
                expect(findings.map((finding) => [finding.code, finding.path])).to.deep.equal([[code, PLACE]]);
                expect(findings[0]?.found).to.match(found);
            });
        }
    }

    it("is refused when any byte of its metadata is another one", () => {
        const { root, mirrorFS } = tufRepository({ roots: 2 });
        const archive = gunzipSync(Buffer.from(mirrorFS, "base64"));
        const metadata = ENTRIES.filter((name) => name !== "1.root.json").map((name) => rangeOf(archive, name));
        fc.assert(
            fc.property(fc.constantFrom(...metadata), fc.nat(), anyChange, (range, at, change) => {
                const changed = Buffer.from(archive);
                const place = range.begin + (at % (range.end - range.begin));
                changed[place] = (changed[place] ?? 0) ^ change;
                const [finding] = findingsOf({ root, mirrorFS: gzipSync(changed).toString("base64") });
                expect(finding?.severity, String(place)).to.equal("error");
            }),
            { numRuns: 100 },
        );
    });

    it("is an error whatever its bytes are, and never throws", () => {
        const { root } = tufRepository();
        fc.assert(
            fc.property(fc.uint8Array({ maxLength: 2000 }), fc.boolean(), (bytes, isGzip) => {
                const archive = Buffer.from(isGzip ? gzipSync(bytes) : bytes);
                expect(findingsOf({ root, mirrorFS: archive.toString("base64") })).to.have.lengthOf(1);
            }),
        );
    });

    it("has the file that the controller reads, which the webhook does not look at", () => {
        const [finding] = findingsOf(repositoryWithUnreadableTarget());
        expect(finding).to.include({ code: "trust-root-mirror-target-unreadable", severity: "error" });
        expect(finding?.found).to.match(
            /^targets\/[0-9a-f]{64}\.trusted_root\.json with other bytes than the targets say$/,
        );
    });

    it("has it in the folder targets, where 0.15.1 looks whatever the trust root says", () => {
        const moved = tufRepository({
            files: (files) => {
                for (const [name, bytes] of [...files].filter(([each]) => each.startsWith("targets/"))) {
                    files.delete(name);
                    files.set(name.replace("targets/", "files/"), bytes);
                }
            },
        });
        const fields = { ...moved, targets: "files", trustedRootTarget: "trusted_root.json" };
        const [finding] = validateMirror(fields, []);
        expect(finding).to.include({ code: "trust-root-mirror-target-unreadable" });
        expect(finding?.found).to.match(/^an archive without targets\//);
    });

    it("is read by its first target otherwise, which says what it is for", () => {
        const fields = { ...tufRepository(), targets: "targets", trustedRootTarget: "other.json" };
        expect(validateMirror(fields, [])).to.deep.equal([]);
    });

    it("is warned of in the last days of its metadata, with the date", () => {
        const expires = "2030-03-31T12:00:00Z";
        const repository = repositoryThatExpires(new Date(expires));
        expect(findingsOf(repository, new Date("2030-03-01T11:59:00Z"))).to.deep.equal([]);
        const [warning] = findingsOf(repository, new Date("2030-03-01T12:00:00Z"));
        expect(warning).to.include({ code: "trust-root-mirror-expires-soon", severity: "warning" });
        expect(warning?.found).to.equal(`2.snapshot.json, which expires on ${expires}`);
        const [error] = findingsOf(repository, new Date(expires));
        expect(error).to.include({ code: "trust-root-mirror-fs-invalid", severity: "error" });
        expect(error?.found).to.equal(`2.snapshot.json, which expired on ${expires}`);
    });
});

describe("the trusted root in a TUF repository", () => {
    it("is read from the archive", async () => {
        const { mediaType } = await archivedTrustedRoot(tufRepository());
        expect(mediaType).to.equal("application/vnd.dev.sigstore.trustedroot+json;version=0.1");
    });

    it("is not taken from one that was tampered with", async () => {
        const refusals = await Promise.all(
            [repositoryWithUnreadableTarget(), ...REFUSED_REPOSITORIES.map(([, repository]) => repository)].map(
                (each) =>
                    archivedTrustedRoot(each).then(
                        () => "read",
                        (cause: unknown) => (cause as Error).name,
                    ),
            ),
        );
        expect(new Set(refusals)).to.deep.equal(new Set(["MirrorRefusal"]));
    });
});

/** Where a file of the repository stands in the unpacked archive. */
function rangeOf(archive: Buffer, name: string): { begin: number; end: number } {
    const header = Math.floor(archive.indexOf(`${name}\0`) / BLOCK_BYTES) * BLOCK_BYTES;
    const begin = header + BLOCK_BYTES;
    return { begin, end: begin + parseInt(archive.toString("latin1", header + 124, header + 135), 8) };
}
