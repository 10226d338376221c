import Mocha from "mocha";
import { summaryOf } from "./side-by-side";

/** The usual report, closed by one line that a program can read: `N passed, N failed`, and what was skipped. */
class CountingReporter extends Mocha.reporters.Spec {
    public constructor(runner: Mocha.Runner, options?: Mocha.MochaOptions) {
        super(runner, options);
        runner.once(Mocha.Runner.constants.EVENT_RUN_END, () => {
            const { passes, failures, pending } = this.stats;
            process.stdout.write(`${summaryOf({ passed: passes, failed: failures, skipped: pending })}\n`);
        });
    }
}

export = CountingReporter;
