import type { PolicyControllerArgs } from "./args";

/** The ConfigMap, in the controller's namespace, with the files that its pods need beside the chart's. */
export const SETTINGS_CONFIG_MAP = "signed-images-policy-controller";
export const CERTIFICATES_KEY = "certificates.pem";
export const TUF_ROOT_KEY = "root.json";

/** The ConfigMap's entries; none where nothing needs one. */
export function settingsFiles(args: PolicyControllerArgs): Record<string, string> {
    return {
        ...(args.trustedCertificates === undefined ? {} : { [CERTIFICATES_KEY]: args.trustedCertificates }),
        ...(args.tuf?.root === undefined ? {} : { [TUF_ROOT_KEY]: args.tuf.root }),
    };
}
