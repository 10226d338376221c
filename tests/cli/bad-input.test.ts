import { expect } from "chai";
import { CA } from "../core/policy/certificates";
import { KEYS, PRIVATE_KEY } from "../core/policy/samples";
import { lintedPolicies, runInProcess } from "./support";

function policy(authority: unknown, apiVersion = "policy.sigstore.dev/v1alpha1", kind = "ClusterImagePolicy"): string {
    const spec = { images: [{ glob: "ghcr.io/acme/**" }], authorities: [authority] };
    return JSON.stringify({ apiVersion, kind, metadata: { name: "acme" }, spec });
}

function keyPolicy(data: string): string {
    return policy({ key: { data } });
}

function subjectPolicy(subjectRegExp: string): string {
    return policy({ keyless: { identities: [{ issuer: "https://issuer.example", subjectRegExp }] } });
}

async function codesOf(stdin: string): Promise<string[]> {
    const linted = lintedPolicies(await runInProcess(["lint", "--output", "json", "-"], { stdin }));
    return linted.flatMap(({ findings }) => findings.map(({ code }) => code));
}

describe("input that is not what it should be", () => {
    const CASES: Readonly<Record<string, [input: string, codes: string[]]>> = {
        "a kind that the group has not": [policy({}, undefined, "ImagePolicy"), ["kind-unknown"]],
        "a version that the kind has not": [policy({}, "policy.sigstore.dev/v1"), ["api-version-unknown"]],
        "a policy of another group": [policy({}, "policy.acme.example/v1"), ["api-version-unknown"]],
        "v1beta1, which is read, with what its conversion loses": [
            policy({ key: { data: KEYS.p256 }, rfc3161timestamp: {} }, "policy.sigstore.dev/v1beta1"),
            ["api-version-converted", "conversion-drops-field", "timestamp-empty"],
        ],
        "a key with Windows line ends, which is fine": [keyPolicy(KEYS.p256.replaceAll("\n", "\r\n")), []],
        "a certificate in place of a key": [keyPolicy(CA), ["key-is-certificate"]],
        "a private key in place of a public one": [keyPolicy(PRIVATE_KEY), ["key-is-private"]],
        "a private key behind the public one": [keyPolicy(KEYS.p256 + PRIVATE_KEY), ["key-several-blocks"]],
        "a lookahead, which only JavaScript takes": [subjectPolicy("^(?!evil)ci@acme\\.example$"), ["regexp-invalid"]],
        "a back reference, which only JavaScript takes": [subjectPolicy("^(a)\\1$"), ["regexp-invalid"]],
        "a sticky end and inline flags, which only RE2 takes": [subjectPolicy("\\A(?i)ci@acme\\.example\\z"), []],
        "a quotation, which JavaScript reads otherwise": [subjectPolicy("^\\Qci@acme.example\\E$"), []],
        "a repetition beyond RE2's limit": [subjectPolicy("^a{1001}$"), ["regexp-invalid"]],
    };
    for (const [name, [input, codes]] of Object.entries(CASES)) {
        it(`${name}: ${codes.length === 0 ? "nothing is said" : codes.join(", ")}`, async () => {
            expect(await codesOf(input)).to.have.members(codes);
        });
    }

    it("has no byte of a private key echoed, in either format", async () => {
        const secret = PRIVATE_KEY.split("\n")[1] ?? "";
        for (const output of ["text", "json"]) {
            for (const stdin of [
                keyPolicy(PRIVATE_KEY),
                keyPolicy(KEYS.p256 + PRIVATE_KEY),
                keyPolicy(PRIVATE_KEY.replaceAll("\n", " ")),
            ]) {
                const { stdout, stderr } = await runInProcess(["lint", "--output", output, "-"], { stdin });
                expect(stdout + stderr).not.to.include(secret);
            }
        }
    });

    it("may be almost 10 MB of policy", async function () {
        this.timeout(60_000);
        const program = `package sigstore\nisCompliant = true\n${"# padding\n".repeat(900_000)}`;
        const stdin = policy({ key: { data: KEYS.p256 } }).replace(
            '"authorities"',
            `"policy":${JSON.stringify({ type: "rego", data: program })},"authorities"`,
        );
        expect(stdin.length).to.be.greaterThan(9_000_000);
        expect(await codesOf(stdin)).to.deep.equal([]);
    });
});
