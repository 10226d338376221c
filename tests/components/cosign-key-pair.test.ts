import { expect } from "chai";
import { type AuthorityArgs, CosignKeyPair, type CosignKeyPairArgs, type KeyGeneration } from "../../index";
import { record, type Registration } from "../support/recorder";
import { refusalOf } from "../support/refusals";

function make(args: CosignKeyPairArgs): Promise<Registration[]> {
    return record(() => new CosignKeyPair("release", args), { preview: true }).then((it) => it.registrations);
}

function refusal(args: CosignKeyPairArgs): string {
    return refusalOf(() => new CosignKeyPair("release", args));
}

function authoritiesOf(generations: KeyGeneration[]): Promise<AuthorityArgs[]> {
    const { authorities } = new CosignKeyPair("release", { generations, current: "2026-11" });
    return new Promise((resolve) => authorities.apply(resolve as (known: unknown) => void));
}

describe("CosignKeyPair", () => {
    it("makes a password, a key and two Secrets for each generation", async () => {
        const registrations = await make({ generations: [{ id: "2026-11" }, { id: "2027-05" }], current: "2026-11" });
        const names = registrations.slice(1).map((it) => `${it.type.split(":").at(-1) ?? ""} ${it.name}`);
        expect(names).to.have.members([
            "RandomPassword release-2026-11-password",
            "Stash release-2026-11-key",
            "Secret release-2026-11",
            "Secret release-2026-11-pub",
            "RandomPassword release-2027-05-password",
            "Stash release-2027-05-key",
            "Secret release-2027-05",
            "Secret release-2027-05-pub",
        ]);
    });

    it("changes nothing of a generation when another one joins it", async () => {
        const alone = await make({ generations: [{ id: "2026-11" }] });
        const joined = await make({ generations: [{ id: "2027-05" }, { id: "2026-11" }], current: "2026-11" });
        const ofFirst = (all: Registration[]) => all.filter((it) => it.name.startsWith("release-2026-11"));
        expect(ofFirst(joined)).to.have.deep.members(ofFirst(alone));
    });

    it("trusts the same, in the same words, in whatever order the generations are listed", async () => {
        const [first, second] = [{ id: "2026-11" }, { id: "2027-05" }];
        const listed = await record(() => authoritiesOf([first, second]));
        const turned = await record(() => authoritiesOf([second, first]));
        expect(turned.result).to.deep.equal(listed.result);
        expect(listed.result).to.have.length(2);
    });

    it("keeps the first key that the Stash was given", async () => {
        const stash = (await make({})).find((it) => it.type === "pulumi:index:Stash");
        expect(stash?.ignoreChanges).to.deep.equal(["input"]);
    });

    it("makes Secrets that nobody can change in place", async () => {
        const secrets = (await make({})).filter((it) => it.type === "kubernetes:core/v1:Secret");
        expect(secrets.map((it) => it.inputs.immutable)).to.deep.equal([true, true]);
    });

    it("refuses generations that could not be told apart or not sign", () => {
        expect(refusal({ generations: [] })).to.include("[generations-empty]");
        expect(refusal({ generations: [{ id: "a" }, { id: "a" }], current: "a" })).to.include("[generation-doubled]");
        expect(refusal({ generations: [{ id: "a" }, { id: "b" }] })).to.include("[current-generation-missing]");
        expect(refusal({ generations: [{ id: "a" }], current: "b" })).to.include("[current-generation-unknown]");
        expect(refusal({ generations: [{ id: "May 2027" }] })).to.include(
            'generations[0].id: label invalid (found "May 2027")',
        );
        expect(refusal({ generations: [{ id: "a" }, { id: "a-pub" }], current: "a" })).to.include(
            'generations[1].id: generation id reserved (found "a-pub")',
        );
        expect(refusal({ secretNamePrefix: "Release" })).to.include("[subdomain-invalid]");
        expect(refusal({ secretNamePrefix: "r".repeat(247) })).to.equal("");
        expect(refusal({ secretNamePrefix: "r".repeat(248) })).to.include("247 characters at most");
    });
});
