import { expect } from "chai";
import fc from "fast-check";
import { canonical } from "../../core/policy/canonical";
import { importRefusals, programOf } from "../../core/policy";
import { policyManifest, trustRootManifest } from "../core/policy/arbitraries";
import { KEYS, TUF_ROOTS } from "../core/policy/samples";
import { policyOf, trustRootOf } from "../core/policy/support";
import { identifiersOf, objectsOfProgram, typeErrorsOf } from "../support/printed-program";
import { upstreamFixtures } from "../support/upstream-fixtures";

interface Stored {
    kind: unknown;
    name: unknown;
    spec: unknown;
}

type Fields = Record<string, unknown>;

/** What the cluster keeps of a document: written anew by Go's encoder, with the webhook's defaults (*_defaults.go). */
function storedOf(document: Fields): Stored {
    const spec = canonical(document.spec) as Fields;
    const name = (document.metadata as Fields).name;
    return { kind: document.kind, name, spec: document.kind === "TrustRoot" ? trustRoot(spec) : policy(spec) };
}

function policy(spec: Fields): Fields {
    const authorities = (spec.authorities as Fields[]).map((authority, index) => {
        const { key, keyless, name } = authority as { key?: Fields; keyless?: Fields; name?: string };
        return {
            ...authority,
            name: orDefault(name, `authority-${index}`),
            ...(keyless === undefined
                ? {}
                : { keyless: { ...("ca-cert" in keyless ? {} : { url: "https://fulcio.sigstore.dev" }), ...keyless } }),
            // Typed, the hash that the webhook takes has to be said where the key implies another one.
            ...(key === undefined || !impliesOtherHash(key) ? {} : { key: { hashAlgorithm: "sha256", ...key } }),
        };
    });
    const match = spec.match as Fields[] | undefined;
    return {
        ...spec,
        mode: orDefault(spec.mode, "enforce"),
        authorities,
        ...(match === undefined
            ? {}
            : { match: match.map((entry) => ({ group: "", version: "", resource: "", ...entry })) }),
    };
}

/** As Go's defaults see it. */
function orDefault(given: unknown, fallback: string): unknown {
    return given === undefined || given === "" ? fallback : given;
}

function impliesOtherHash({ data }: Fields): boolean {
    return [KEYS.p384, KEYS.p521].some((key) => typeof data === "string" && data.trim() === key.trim());
}

function trustRoot(spec: Fields): Fields {
    return Object.fromEntries(
        Object.entries(spec).map(([field, content]) => [
            field,
            field === "sigstoreKeys"
                ? content
                : { ...(content as Fields), targets: orDefault((content as Fields).targets, "targets") },
        ]),
    );
}

async function renderedBy(program: string): Promise<Stored[]> {
    const objects = await objectsOfProgram(program);
    return objects.map(({ inputs }) => ({
        kind: inputs.kind,
        name: (inputs.metadata as Fields).name,
        spec: inputs.spec,
    }));
}

function isImportable(document: Fields): boolean {
    return importRefusals(document).length === 0;
}

async function expectRoundTrip(document: Fields): Promise<void> {
    expect(await renderedBy(programOf([document]))).to.deep.equal([storedOf(document)]);
}

describe("an imported program", () => {
    const fixtures = upstreamFixtures();
    const sound = fixtures.filter(({ document }) => isImportable(document));

    it("renders the policy that upstream's examples and test data have, each of them", async function () {
        if (fixtures.length === 0) {
            this.skip();
        }
        expect(sound.length).to.be.greaterThan(45);
        for (const { file, document } of sound) {
            expect(await renderedBy(programOf([document])), file).to.deep.equal([storedOf(document)]);
        }
    });

    it("type-checks as a user's compiler would have it", function () {
        this.timeout(120_000);
        const hostile = policyOf({
            images: [{ glob: "**" }],
            authorities: [{ static: { action: "pass", message: "`${x}`" } }],
        });
        const samples = fc.sample(policyManifest, { numRuns: 60, seed: 4 }).filter((it) => isImportable(it));
        const programs = [hostile, ...sound.map(({ document }) => document), ...samples].map((it) => programOf([it]));
        expect(typeErrorsOf(programs)).to.deep.equal([]);
    });

    it("renders the policy, whatever a valid one says", async function () {
        this.timeout(120_000);
        await fc.assert(
            fc.asyncProperty(fc.oneof(policyManifest, trustRootManifest), async (document) => {
                fc.pre(isImportable(document) && !JSON.stringify(document).includes("null"));
                await expectRoundTrip(document);
            }),
            { numRuns: 300 },
        );
    });

    it("has nothing of a policy's texts as code", async function () {
        this.timeout(120_000);
        const known = new Set([
            ...identifiersOf(programOf([hostilePolicy("text", "text\ntext")])),
            ...identifiersOf(programOf([hostilePolicy("text\ntext", "text")])),
            ...["acmeProgram", "acmeProgram2", "acmeProgram3"],
        ]);
        await fc.assert(
            fc.asyncProperty(hostileText, hostileText, async (line, block) => {
                const document = hostilePolicy(line, block);
                fc.pre(isImportable(document));
                const program = programOf([document]);
                expect([...identifiersOf(program)].filter((name) => !known.has(name))).to.deep.equal([]);
                expect(program).not.to.match(/[\p{Cf}\u2028\u2029\r\0]/u);
                expect(await renderedBy(program)).to.deep.equal([storedOf(document)]);
            }),
            { numRuns: 200 },
        );
    });

    it("makes the trust root first, and names it by its constant", async () => {
        const keyless = {
            trustRootRef: "acme",
            identities: [{ issuer: "https://issuer.example", subject: "a@b.example" }],
        };
        const policies = policyOf({
            images: [{ glob: "ghcr.io/acme/app@*" }],
            authorities: [{ keyless, ctlog: { trustRootRef: "acme" } }],
        });
        const root = trustRootOf({ remote: { root: TUF_ROOTS.good[0], mirror: "https://tuf.example" } });
        expect(importRefusals(policies)).to.deep.equal([]);
        const program = programOf([policies, root]);
        expect(program).to.include('const acmeTrustRoot = new TrustRoot("acme", {');
        expect(program).to.include("trustRootRef: acmeTrustRoot.name");
        expect((await renderedBy(program)).map(({ kind }) => kind)).to.deep.equal(["TrustRoot", "ClusterImagePolicy"]);
        expect((await renderedBy(program))[1]).to.deep.equal(storedOf(policies));
    });

    it("declares a key once, however many policies have it", () => {
        const authorities = [{ key: { data: KEYS.p256 } }];
        const twice = ["a", "b"].map((name) => ({
            ...policyOf({ images: [{ glob: "**" }], authorities }),
            metadata: { name },
        }));
        expect(programOf(twice).match(/BEGIN PUBLIC KEY/g)).to.have.length(1);
    });

    it("says an image by the helper that gives the same glob", () => {
        const globs = ["ghcr.io/acme/app@*", "ghcr.io/acme/**", "index.docker.io/library/nginx@*", "ghcr.io/acme/a*@*"];
        const images = globs.map((glob) => ({ glob }));
        const program = programOf([policyOf({ images, authorities: [{ static: { action: "fail" } }] })]);
        expect(program).to.include('Images.repository("ghcr.io/acme/app")');
        expect(program).to.include('Images.under("ghcr.io/acme")');
        expect(program).to.include('Images.dockerHub("nginx")');
        expect(program).to.include('"ghcr.io/acme/a*@*"');
    });
});

const hostileText = fc
    .array(
        fc.oneof(
            fc.constantFrom(
                "`",
                "${",
                "}",
                '"',
                "'",
                "\\",
                "\n",
                "\r\n",
                "*/",
                "//",
                "process.exit()",
                "\u2028",
                "\u202e",
                "\0",
            ),
            fc.string({ unit: "binary", maxLength: 4 }),
        ),
        { minLength: 1, maxLength: 12 },
    )
    .map((pieces) => pieces.join(""));

/** Texts at every place that takes any. */
function hostilePolicy(line: string, block: string): Fields {
    return policyOf({
        images: [{ glob: "ghcr.io/acme/app@*" }],
        authorities: [
            { name: line, static: { action: "fail", message: block } },
            {
                name: block,
                keyless: { identities: [{ issuer: line, subject: block }] },
                attestations: [
                    { name: line, predicateType: "https://example.com/a", policy: { type: "cue", data: block } },
                ],
            },
        ],
        policy: { type: "cue", data: `${line}\n${block}` },
    });
}
