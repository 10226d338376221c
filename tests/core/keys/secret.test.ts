import { expect } from "chai";

import { COSIGN_SECRET_IMMUTABLE, COSIGN_SECRET_TYPE, cosignSecretData, publicSecretData } from "../../../core/keys";

describe("the Secrets of a key pair", () => {
    it("has cosign's three entries", () => {
        const data = cosignSecretData({ privateKey: "private", publicKey: "public", password: "password" });
        expect(data).to.deep.equal({ "cosign.key": "private", "cosign.pub": "public", "cosign.password": "password" });
        expect(COSIGN_SECRET_TYPE).to.equal("Opaque");
        expect(COSIGN_SECRET_IMMUTABLE).to.equal(true);
    });

    it("has only the public half for policy-controller, which takes one entry", () => {
        expect(publicSecretData("public")).to.deep.equal({ "cosign.pub": "public" });
    });
});
