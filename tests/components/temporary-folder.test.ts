import * as fs from "node:fs";
import * as path from "node:path";
import { expect } from "chai";
import { chartWith } from "../../components/cluster-check";
import { temporaryFolder } from "../../components/temporary-folder";

describe("a temporary folder", () => {
    it("takes away what a run of another day left behind, and nothing else", () => {
        const prefix = "signed-images-abandoned-";
        const today = temporaryFolder(prefix);
        const others = temporaryFolder("signed-images-else-");
        const abandoned = temporaryFolder(prefix);
        fs.mkdirSync(path.join(abandoned, "templates"));
        const yesterday = new Date(Date.now() - 25 * 60 * 60_000);
        for (const folder of [abandoned, others]) {
            fs.utimesSync(folder, yesterday, yesterday);
        }

        const mine = temporaryFolder(prefix);

        expect([abandoned, today, others, mine].map((folder) => fs.existsSync(folder))).to.deep.equal([
            false,
            true,
            true,
            true,
        ]);
    });

    it("is made again where a process that serves for days has lost it", () => {
        const chart = chartWith("a question");
        expect(chartWith("a question")).to.equal(chart);
        fs.rmSync(chart, { recursive: true });
        expect(fs.readFileSync(path.join(chartWith("a question"), "templates", "check.yaml"), "utf8")).to.equal(
            "a question",
        );
    });
});
