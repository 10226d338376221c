import { expect } from "chai";
import fc from "fast-check";

import { globRefusal, matchesImage } from "../../../core/policy";
import { anyGlob, anyImage } from "../../core/policy/arbitraries";
import { pushImage } from "../support/images";
import { RANDOM_SEED, timesInSoak } from "../support/random";
import { failedPolicies, SOME_DIGEST, staticPolicy } from "../support/webhook";

import type { Webhook } from "../support/webhook";

const GLOBS: readonly string[] = [
    ...["*", "*/*", "**", "***", "****", "*/**", "**/*", "*/*/*", "*/*/*/*", "**/**", "*@*", "**@**", "*:*", "**:*"],
    ...["ghcr.io", "ghcr.io/", "ghcr.io/*", "ghcr.io/**", "ghcr.io**", "ghcr.io*", "ghcr*", "ghcr**", "gh*.io/**"],
    ...["ghcr.io/acme", "ghcr.io/acme/*", "ghcr.io/acme/**", "ghcr.io/acme**", "ghcr.io/acme/*/*", "ghcr.io/acme@*"],
    ...["ghcr.io/acme/app", "ghcr.io/acme/app*", "ghcr.io/acme/app**", "ghcr.io/acme/app@*", "ghcr.io/acme/app@**"],
    ...[
        "ghcr.io/acme/app:*",
        "ghcr.io/acme/app:1.2",
        "ghcr.io/acme/app:1.2@*",
        "ghcr.io/acme/*:*",
        "ghcr.io/acme/*:1.2",
    ],
    ...[
        "ghcr.io/acme/app@sha256:*",
        `ghcr.io/acme/app@${SOME_DIGEST}`,
        "ghcr.io/acme/app@sha256:a*",
        "ghcr.io/*@sha256:b*",
    ],
    ...[
        "ghcr.io/acme/app:**",
        "ghcr.io/acme/ap.@*",
        "ghcr.io/acme/a*p@*",
        "ghcr.io/**/app@*",
        "ghcr.io/**app@*",
        "*.io/**",
    ],
    ...[
        "GHCR.io/**",
        "GHCR.IO/**",
        "ghcr.io/Acme/**",
        "https://ghcr.io/**",
        "/ghcr.io/**",
        "ghcr.io//acme/**",
        "ghcrXio/**",
    ],
    ...[
        "nginx",
        "nginx*",
        "nginx@*",
        "library/nginx@*",
        "docker.io/**",
        "docker.io/library/nginx@*",
        "docker.io/nginx*",
    ],
    ...[
        "index.docker.io/**",
        "index.docker.io/*",
        "index.docker.io/*/*",
        "index.docker.io/library/*",
        "*.docker.io/**",
    ],
    ...[
        "index.docker.io/library/nginx",
        "index.docker.io/library/nginx@*",
        "index.docker.io/library/nginx:1.25",
        "**nginx**",
    ],
    ...[
        "index.docker.io/nginx@*",
        "index.docker.io/acme/*",
        "index.docker.io/acme/app@*",
        "acme/app",
        "acme/*",
        "acme/**",
    ],
    ...[
        "localhost/**",
        "localhost:5000/**",
        "localhost:*/**",
        "localhost:*/app@*",
        "localhost:*",
        "localhost**",
        "*:5000/**",
    ],
    ...[
        "registry.example.com:5000/**",
        "registry.example.com/**",
        "*.example.com:*/acme/*",
        "127.0.0.1:5000/**",
        "127.*/**",
    ],
    ...["registry.k8s.io/pause@*", "*/pause@*", "*/*@*", "-", "_", ":", "@", ".", "/", "a", "sha256", "**@sha256:*"],
];

/** Images by digest, which no registry is asked for; the last three are no references. */
const IMAGES: readonly string[] = [
    ...["ghcr.io/acme/app", "ghcr.io/acme/app:1.2", "ghcr.io/acme/app-evil", "ghcr.io/acme/team/app", "ghcr.io/acme"],
    ...["ghcr.io/other/app", "GHCR.io/acme/app", "nginx", "nginx:1.25", "library/nginx", "docker.io/nginx", "acme/app"],
    ...["docker.io/library/nginx", "index.docker.io/library/nginx", "index.docker.io/nginx", "docker.io/acme/app:1"],
    ...["index.docker.io/acme/team/app", "localhost/app", "localhost:5000/app", "registry.example.com:5000/acme/app"],
    ...["127.0.0.1:5000/acme/app", "registry.k8s.io/pause", "registry.k8s.io/pause:3.9", "ghcrXio/acme/app", "sha256"],
    ...["ghcr.io/Acme/app", "ghcr.io:port/acme/app", "a"],
].map((image) => `${image}@${SOME_DIGEST}`);

/** For all of them at once. */
const ENFORCE_TIMEOUT_MS = 120_000;

const DRAWN_GLOBS = 60;
const DRAWN_IMAGES = timesInSoak(60);

/** Pieces of names that are there, with wildcards between them: most of the plain ones match nothing. */
const globOfAnImage = fc
    .tuple(
        fc.constantFrom(...IMAGES),
        fc.array(fc.tuple(fc.nat(60), fc.nat(12), fc.constantFrom("*", "**")), { maxLength: 2 }),
    )
    .map(([image, cuts]) =>
        cuts.reduce(
            (glob, [start, length, wildcard]) => glob.slice(0, start) + wildcard + glob.slice(start + length),
            image,
        ),
    );

/** Takes its policies away again. */
export function globTests(running: () => Webhook): void {
    describe("globs", function () {
        this.timeout(timesInSoak(60_000));
        let webhook: Webhook;
        let globs: ReadonlyMap<string, string>;
        const pushed = new Map<string, string>();

        before(async function () {
            this.timeout(ENFORCE_TIMEOUT_MS);
            webhook = running();
            const { registry } = webhook.sandbox;
            for (const name of ["acme/app:1.2", "acme/app:latest", "app:1.2", "acme/team/app:latest"]) {
                pushed.set(`${registry}/${name}`, await pushImage(`${registry}/${name}`));
            }
            const ofRegistry = ["**", "acme/app@*", "acme/app:1.2", "acme/*", "*@*", "app*"].map(
                (end) => `${registry}/${end}`,
            );
            const drawn = fc.sample(fc.oneof(anyGlob, globOfAnImage), { numRuns: DRAWN_GLOBS, seed: RANDOM_SEED });
            const all = new Set([...GLOBS, ...ofRegistry, ...drawn.filter((glob) => globRefusal(glob) === undefined)]);
            globs = new Map(Array.from(all, (glob, index) => [`glob-${index}`, glob]));
            await webhook.enforce(Array.from(globs, ([name, glob]) => staticPolicy(name, glob)));
        });

        after(() => webhook.removePolicies());

        /** Each glob has a policy of its own that refuses what it matches, and a refusal names all the policies. */
        async function matching(image: string): Promise<string[]> {
            const { message } = await webhook.judgeImage(image);
            return failedPolicies(message).map((name) => globs.get(name) ?? name);
        }

        async function expectAgreement(images: Iterable<readonly [image: string, digest?: string]>): Promise<void> {
            for (const [image, digest] of images) {
                const expected = Array.from(globs.values()).filter((glob) => matchesImage(glob, image, digest));
                expect(await matching(image), image).to.have.members(expected);
            }
        }

        it("meet in a refusal, which names every policy that matches, and no other", async () => {
            await webhook.enforce([
                staticPolicy("one", "names.invalid/one@*"),
                staticPolicy("one-or-two", "names.invalid/one@*", "names.invalid/two@*"),
                staticPolicy("all", "names.invalid/**"),
            ]);
            const named = async (image: string) => {
                const { accepted, message } = await webhook.judgeImage(`${image}@${SOME_DIGEST}`);
                expect(accepted).to.equal(false);
                return failedPolicies(message).filter((name) => !globs.has(name));
            };
            expect(await named("names.invalid/one")).to.have.members(["one", "one-or-two", "all"]);
            expect(await named("names.invalid/two")).to.have.members(["one-or-two", "all"]);
            expect(await named("names.invalid/three")).to.have.members(["all"]);
            expect(await named("other.invalid/one")).to.deep.equal([]);
        });

        it(`agree about ${GLOBS.length} globs and ${IMAGES.length} images by digest`, async () => {
            await expectAgreement(IMAGES.map((image) => [image]));
        });

        it("agree about images by tag, of which the registry tells the digest", async () => {
            await expectAgreement(pushed);
        });

        it(`agree about ${DRAWN_IMAGES} images, and ${DRAWN_GLOBS} more globs, drawn by the seed ${RANDOM_SEED}`, async () => {
            const drawn = fc.sample(anyImage, { numRuns: DRAWN_IMAGES, seed: RANDOM_SEED });
            await expectAgreement(drawn.map((image) => [`${image}@${SOME_DIGEST}`]));
        });

        it("are not looked at for a tag that no registry knows", async () => {
            const { accepted, message } = await webhook.judgeImage("registry.invalid/app:1.2");
            expect(accepted).to.equal(false);
            expect(message).to.include("must be an image digest");
            expect(failedPolicies(message)).to.deep.equal([]);
        });
    });
}
