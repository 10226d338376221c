import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder for temporary files that only one test uses; it is this process's own until it is given back. */
export class TemporaryFolder {
    readonly path = mkdtempSync(join(tmpdir(), "sandbox-test-"));
    private readonly usual = process.env.TMPDIR;

    constructor() {
        process.env.TMPDIR = this.path;
    }

    remove(): void {
        if (this.usual === undefined) {
            delete process.env.TMPDIR;
        } else {
            process.env.TMPDIR = this.usual;
        }
        rmSync(this.path, { recursive: true });
    }
}
