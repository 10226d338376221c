import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { type Job, readWorkflow, type Step, type Workflow } from "./support/ci/github";
import { readPipeline } from "./support/ci/gitlab";
import { PROJECT_FOLDER } from "./support/project";

const CI = path.join(PROJECT_FOLDER, "examples", "ci");
const WORKFLOWS = path.join(CI, "github", ".github", "workflows");
const GITLAB = path.join(CI, "gitlab", ".gitlab-ci.yml");

describe("the GitHub example", () => {
    const files = fs.readdirSync(WORKFLOWS).map((name) => path.join(WORKFLOWS, name));
    const workflows: Workflow[] = files.map(readWorkflow);
    const jobs: Job[] = workflows.flatMap(({ jobs: ofWorkflow }) => Object.values(ofWorkflow));
    const steps: Step[] = jobs.flatMap((job) => job.steps);

    it("pins every action by commit, and says its version", () => {
        const lines = files.flatMap((file) => fs.readFileSync(file, "utf8").split("\n"));
        const uses = lines.filter((line) => line.includes("uses:"));
        expect(uses).to.have.length.above(5);
        expect(uses.filter((line) => !/uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).to.deep.equal(
            [],
        );
    });

    it("gives no workflow rights, and each job those that it needs", () => {
        expect(workflows.map(({ permissions }) => permissions)).to.deep.equal(workflows.map(() => ({})));
        expect(jobs.filter(({ permissions }) => permissions === undefined)).to.deep.equal([]);
    });

    it("puts no value of others into a script", () => {
        expect(steps.filter(({ run }) => run?.includes("${{"))).to.deep.equal([]);
    });

    it("lets nothing of a pull request run where there is a right to write", () => {
        const writers = Object.values(workflows.find((it) => "preview" in it.jobs)?.jobs ?? {}).filter(
            ({ permissions }) => Object.values(permissions ?? {}).includes("write"),
        );
        expect(writers).to.have.length(1);
        const uses = writers.flatMap((job) => job.steps.flatMap((step) => step.uses?.split("@")[0] ?? []));
        expect(uses).to.deep.equal(["actions/download-artifact"]);
    });

    it("keeps no credentials in a checkout, and runs no scripts of packages", () => {
        const checkouts = steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
        expect(checkouts.map((step) => step.with?.["persist-credentials"])).to.deep.equal(checkouts.map(() => false));
        const installs = steps.filter(({ run }) => run?.includes("npm "));
        expect(installs.filter(({ run }) => run !== "npm ci --ignore-scripts")).to.deep.equal([]);
    });

    it("explains every secret and variable", () => {
        const readme = fs.readFileSync(path.join(CI, "github", "README.md"), "utf8");
        const names = files.flatMap((file) => [
            ...fs.readFileSync(file, "utf8").matchAll(/\$\{\{ (?:secrets|vars)\.(\w+) \}\}/g),
        ]);
        expect(names).to.have.length.above(5);
        expect(names.map(([, name]) => `\`${name ?? ""}\``).filter((name) => !readme.includes(name))).to.deep.equal([]);
    });
});

describe("the GitLab example", () => {
    it("builds where nothing can be signed, and signs where nothing is built", () => {
        const { build, sign } = readPipeline(GITLAB);
        expect(build).to.not.have.property("id_tokens");
        expect(JSON.stringify(build)).to.not.include("COSIGN");
        expect(JSON.stringify(sign)).to.not.include("docker ");
    });

    it("explains every variable that is no GitLab's own", () => {
        const readme = fs.readFileSync(path.join(CI, "gitlab", "README.md"), "utf8");
        const names = [...fs.readFileSync(GITLAB, "utf8").matchAll(/\$\{?([A-Z][A-Z_]+)|env:\/\/([A-Z_]+)/g)]
            .map(([, variable, key]) => variable ?? key ?? "")
            .filter(
                (name) =>
                    !name.startsWith("CI_") && !["IMAGE", "DOCKER_CONFIG", "FULCIO_URL", "REKOR_URL"].includes(name),
            );
        expect(names).to.include.members(["COSIGN_PRIVATE_KEY", "REPORT_TOKEN"]);
        expect(names.filter((name) => !readme.includes(`\`${name}\``))).to.deep.equal([]);
    });
});
