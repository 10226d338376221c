/** The identity of a Google Cloud machine: Compute Engine, Cloud Build, Cloud Run, GKE with workload identity. */
import { readFile } from "node:fs/promises";

import type { IdentityProvider } from "sigstore";

/** The address that Google's own libraries use where GCE_METADATA_HOST names no other. */
const METADATA_HOST = "metadata.google.internal";

/** Says on which machine this runs; cosign looks here too (pkg/providers/google). */
const PRODUCT_NAME = "/sys/class/dmi/id/product_name";

const TIMEOUT_MS = 5000;

/** Asks the machine's metadata server for an identity token. Throws where this does not run on Google Cloud. */
export class GoogleIdentityProvider implements IdentityProvider {
    public constructor(
        private readonly audience: string,
        private readonly environment: Readonly<Record<string, string | undefined>> = process.env,
    ) {}

    public async getToken(): Promise<string> {
        const host = this.environment.GCE_METADATA_HOST ?? ((await isGoogleMachine()) ? METADATA_HOST : undefined);
        if (host === undefined) {
            throw new Error("this does not run on Google Cloud");
        }
        const query = new URLSearchParams({ audience: this.audience, format: "full" }).toString();
        const path = "computeMetadata/v1/instance/service-accounts/default/identity";
        const response = await fetch(`http://${host}/${path}?${query}`, {
            headers: { "Metadata-Flavor": "Google" },
            redirect: "error",
            signal: AbortSignal.timeout(TIMEOUT_MS),
        });
        // Whatever else answers at this address does not send the header back.
        if (!response.ok || response.headers.get("metadata-flavor") !== "Google") {
            throw new Error(`the metadata server answered ${response.status}`);
        }
        return (await response.text()).trim();
    }
}

async function isGoogleMachine(): Promise<boolean> {
    return readFile(PRODUCT_NAME, "utf8").then(
        (name) => name.startsWith("Google"),
        () => false,
    );
}
