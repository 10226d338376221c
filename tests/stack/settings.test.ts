import { expect } from "chai";
import { readSettings } from "../../stack/settings";
import { refusalOf } from "../support/refusals";

/** As the engine hands settings over: lists and objects are JSON. */
function settings(values: Record<string, unknown>): Record<string, string> {
    return Object.fromEntries(
        Object.entries(values).map(([key, value]) => [
            `signed-images:${key}`,
            typeof value === "string" ? value : JSON.stringify(value),
        ]),
    );
}

const complete = { images: ["ghcr.io/acme/**"], namespaces: ["shop"] };

function read(values: Record<string, unknown>) {
    return readSettings("signed-images", settings(values));
}

function refusal(values: Record<string, unknown>): string {
    return refusalOf(() => read(values));
}

describe("the stack's settings", () => {
    it("need no more than images and namespaces", () => {
        expect(read(complete)).to.deep.include(complete);
        expect(read(complete).generations).to.equal(undefined);
        expect(read(complete).authorities).to.equal(undefined);
    });

    it("name every setting that is missing, with the command that sets it", () => {
        const message = refusal({});
        expect(message).to.include("images is missing:\n    pulumi config set --path 'images[0]' 'ghcr.io/acme/**'");
        expect(message).to.include("namespaces is missing:\n    pulumi config set --path 'namespaces[0]' 'shop'");
    });

    it("name every setting that is wrong, all at once", () => {
        const message = refusal({ ...complete, images: "ghcr.io/acme/**", mode: "strict", replicas: "many" });
        expect(message).to.include('images is "ghcr.io/acme/**", and has to be a list');
        expect(message).to.include('mode is "strict", and has to be one of enforce, warn');
        expect(message).to.include('replicas is "many", and has to be a whole number');
    });

    it("refuse a setting that nothing reads", () => {
        expect(refusal({ ...complete, namespace: "shop" })).to.include("pulumi config rm 'namespace'");
        expect(refusal({ ...complete, chart: { verison: "0.10.6" } })).to.include("has verison, which nothing reads");
    });

    it("leave the settings of other packages alone", () => {
        const others = { "kubernetes:context": "prod" };
        expect(readSettings("signed-images", { ...settings(complete), ...others })).to.deep.include(complete);
    });

    it("turn authorities into generated keys, public keys and identities", () => {
        const keyless = { issuer: "https://issuer.example.com", subject: "ci@acme.example" };
        const args = read({
            ...complete,
            authorities: [{ generatedKey: 2026 }, { publicKey: "-----BEGIN PUBLIC KEY-----" }, { keyless }],
        });
        expect(args.generations).to.deep.equal([{ id: "2026" }]);
        expect(JSON.parse(JSON.stringify(args.authorities))).to.deep.equal([
            { key: { data: "-----BEGIN PUBLIC KEY-----" } },
            { keyless },
        ]);
    });

    it("refuse an authority that is none, or two", () => {
        expect(refusal({ ...complete, authorities: [{}] })).to.include("authorities[0] has to have exactly one of");
        expect(refusal({ ...complete, authorities: [{ generatedKey: "1", publicKey: "x" }] })).to.include(
            "authorities[0] has to have exactly one of",
        );
        expect(refusal({ ...complete, authorities: [] })).to.include("authorities is []");
    });

    it("shorten what they quote, so that no key fills the screen", () => {
        expect(refusal({ ...complete, mode: "x".repeat(500) })).to.match(/mode is "x{56}…, and/);
    });
});
