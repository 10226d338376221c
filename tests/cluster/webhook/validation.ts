import { expect } from "chai";
import fc from "fast-check";

import { CATALOGUE, RuleKind, validateManifest } from "../../../core/policy";
import { policyManifest, trustRootManifest } from "../../core/policy/arbitraries";
import { BROKEN, VALID } from "../../core/policy/cases";
import { manifestWithOddText } from "../../core/policy/texts";
import { RANDOM_SEED, timesInSoak } from "../support/random";
import { unsaid } from "../support/words";

import type { Finding } from "../../../core/policy";
import type { Document } from "../../core/policy/arbitraries";
import type { Answer, Webhook } from "../support/webhook";

const POLICIES = timesInSoak(300);
const OLDER_POLICIES = timesInSoak(75);
const TRUST_ROOTS = timesInSoak(100);
const ODD_TEXTS = timesInSoak(300);

const asV1beta1 = policyManifest.map((document) => ({ ...document, apiVersion: "policy.sigstore.dev/v1beta1" }));

export function validationTests(running: () => Webhook): void {
    describe("validation", function () {
        this.timeout(timesInSoak(60_000));
        let webhook: Webhook;

        before(() => {
            webhook = running();
        });

        it("agree about a case of every rule, in the webhook's words", async () => {
            const documents = Object.values(BROKEN).flatMap((cases) => cases.map(([, document]) => document));
            await expectAgreement(webhook, documents);
        });

        it("agree about what looks doubtful and is valid", async () => {
            const documents = VALID.map(([, document]) => document);
            await expectAgreement(webhook, documents);
        });

        const drawn: readonly (readonly [what: string, documents: fc.Arbitrary<Document>, count: number])[] = [
            ["policies", policyManifest, POLICIES],
            ["policies in v1beta1", asV1beta1, OLDER_POLICIES],
            ["trust roots", trustRootManifest, TRUST_ROOTS],
            ["policies and trust roots with one odd text", manifestWithOddText, ODD_TEXTS],
        ];
        for (const [what, documents, numRuns] of drawn) {
            it(`agree about ${numRuns} ${what} drawn by the seed ${RANDOM_SEED}`, async () => {
                const sample = fc.sample(documents, { numRuns, seed: RANDOM_SEED });
                await expectAgreement(webhook, sample);
            });
        }
    });
}

/** Of many disagreements, the first are enough to read. */
const SHOWN = 12;

async function expectAgreement(webhook: Webhook, documents: readonly unknown[]): Promise<void> {
    const problems = await disagreements(webhook, documents);
    expect(
        problems.length,
        `${problems.length} of ${documents.length}:\n${problems.slice(0, SHOWN).join("\n")}`,
    ).to.equal(0);
}

/** Where the cluster says something else than this package, as text. */
async function disagreements(webhook: Webhook, documents: readonly unknown[]): Promise<string[]> {
    const answers = await webhook.judgeAll(documents);
    return documents.flatMap((document, index) => {
        const answer = answers[index];
        const problem = answer && disagreement(refusalsOf(document), answer);
        return problem === undefined ? [] : [`${problem}\n  ${JSON.stringify(document)}`];
    });
}

function refusalsOf(document: unknown): Finding[] {
    return validateManifest(document).filter(({ code }) => CATALOGUE[code]?.kind === RuleKind.Refused);
}

function disagreement(findings: readonly Finding[], { accepted, message }: Answer): string | undefined {
    if (accepted !== (findings.length === 0)) {
        const codes = findings.map(({ code }) => code).join(", ");
        return accepted ? `The cluster accepts, in spite of ${codes}.` : `The cluster alone refuses: ${message}`;
    }
    const missing = unsaid(findings, message).map(({ code, cluster }) => `    ${code}: ${cluster}`);
    return missing.length === 0 ? undefined : `The cluster says: ${message}\n  and not:\n${missing.join("\n")}`;
}
