import { expect } from "chai";

import { client, closeClients, failureOf, repositoryAt } from "./support/registry";
import { answerError, manifestNamed, StandIn } from "./support/stand-in";

const MANIFEST_TYPE = "application/vnd.oci.image.manifest.v1+json";

describe("a push that a registry does not take", () => {
    const standIns: StandIn[] = [];

    afterEach(async () => {
        await closeClients();
        await Promise.all(standIns.splice(0).map((started) => started.stop()));
    });

    /** What becomes of a manifest that is pushed to a registry with this answer. */
    async function push(status: number, code: string, message: string) {
        const registry = await StandIn.start((_, response) => {
            answerError(response, status, code, message);
        });
        standIns.push(registry);
        const bytes = manifestNamed("signatures");
        return failureOf(client().putManifest(repositoryAt(registry.host), "sha256-1.sig", MANIFEST_TYPE, bytes));
    }

    for (const status of [401, 403]) {
        it(`names the registry, the repository and the scope that is missing (${status})`, async () => {
            const failure = await push(status, "DENIED", "requested access to the resource is denied");
            expect(failure).to.include({ code: status === 401 ? "unauthorized" : "denied", status });
            expect(failure.message).to.match(/^localhost:\d+\/acme\/app: |^127\.0\.0\.1:\d+\/acme\/app: /);
            expect(failure.message).to.include("the scope repository:acme/app:pull,push");
        });
    }

    for (const [what, status, code, message, expected] of [
        ["without OCI artifacts", 400, "MANIFEST_INVALID", "unsupported media type", "unsupported"],
        ["that does not know the media type", 415, "UNSUPPORTED", "media type", "unsupported"],
        ["that is read-only", 405, "UNSUPPORTED", "The operation is unsupported.", "unsupported"],
        ["with immutable tags, as ECR's", 400, "TAG_INVALID", "the tag is immutable", "immutable-tag"],
        ["with immutable tags, as Harbor's", 412, "PRECONDITION", "configured as immutable", "immutable-tag"],
    ] as const) {
        it(`says so of a registry ${what}`, async () => {
            const failure = await push(status, code, message);
            expect(failure).to.include({ code: expected, status });
            expect(failure.message).to.match(/does not (take|let anyone move) the manifest sha256-1\.sig/);
        });
    }
});
