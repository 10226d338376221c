import { BUILD_TIMEOUT_MS, CONTROLLERS, Webhook } from "./support/webhook";
import { globTests } from "./webhook/globs";
import { stricterTests } from "./webhook/stricter";
import { validationTests } from "./webhook/validation";

// One after the other, and each started once: the controller's ports are fixed. The last one leaves policies behind.
for (const tool of CONTROLLERS) {
    describe(`beside the webhook of ${tool}:`, () => {
        let webhook: Webhook;

        before(async function () {
            this.timeout(BUILD_TIMEOUT_MS);
            webhook = await Webhook.start(tool);
        });

        after(() => webhook.stop());

        const running = () => webhook;
        validationTests(running);
        globTests(running);
        stricterTests(running, tool);
    });
}
