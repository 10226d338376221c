import { error, show } from "../finding";
import { invalid } from "../said";

import type { Finding } from "../finding";
import type { PropertyPath } from "../path";

/** `common.SupportedKMSProviders`. */
const PROVIDERS = ["awskms://", "azurekms://", "hashivault://", "gcpkms://"] as const;

const UUID = "m?r?k?-?[A-Fa-f0-9]{8}-?[A-Fa-f0-9]{4}-?[A-Fa-f0-9]{4}-?[A-Fa-f0-9]{4}-?[A-Fa-f0-9]{12}";

/** `awskms://`, perhaps an endpoint, and what AWS calls a key: an ID, an alias, or the ARN of either. */
const AWS_KEY = new RegExp(
    `^awskms://(?<endpoint>[^/]*)/(?:${UUID}|alias/[^\\n]*|` +
        `(?<arn>arn:(?:aws|aws-us-gov|aws-cn):kms:[a-z0-9-]+:\\d{12}:(?:key/${UUID}|alias/[^\\n]*)))$`,
);

/** The forms that the controller can read keys by (`referenceRegex` in sigstore's pkg/signature/kms). */
const READABLE: Readonly<Record<string, { form: RegExp; example: string }>> = {
    "azurekms://": {
        form: /^azurekms:\/\/[^/]+\/[^/]+(?:\/[a-z0-9]*)?$/,
        example: "azurekms://VAULT.vault.azure.net/KEY",
    },
    "gcpkms://": {
        form: /^gcpkms:\/\/projects\/[^/]+\/locations\/[^/]+\/keyRings\/[^/]+\/cryptoKeys\/[^/]+(?:\/(?:cryptoKeyVersions|versions)\/[^/]+)?$/,
        example: "gcpkms://projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY/cryptoKeyVersions/1",
    },
    "hashivault://": { form: /^hashivault:\/\/\w(?:[\w.-]*\w)?$/, example: "hashivault://KEY" },
};

/** A key in a key management service (`ValidateKMS` in pkg/apis/policy/common/validation.go). */
export function validateKms(kms: string, path: PropertyPath): Finding[] {
    const provider = PROVIDERS.find((prefix) => kms.startsWith(prefix));
    if (provider === undefined) {
        return [
            error("kms-provider-unknown", path, {
                found: show(kms),
                cluster: invalid(
                    kms,
                    path,
                    `malformed KMS format, should be prefixed by any of the supported providers: [${PROVIDERS.join(" ")}]`,
                ),
                instead: `Begin with one of ${PROVIDERS.join(", ")}; or give the public key itself in data.`,
            }),
        ];
    }
    return provider === "awskms://" ? validateAws(kms, path) : validateOther(kms, READABLE[provider], path);
}

/** The webhook takes ARNs only, because anything else needs a region from the environment. */
function validateAws(kms: string, path: PropertyPath): Finding[] {
    const details = awsRefusal(kms);
    if (details === undefined) {
        return [];
    }
    return [
        error("kms-aws-malformed", path, {
            found: show(kms),
            cluster: invalid(kms, path, details),
            instead:
                "Write the key's ARN behind three slashes: awskms:///arn:aws:kms:REGION:ACCOUNT:key/ID, or alias/NAME in place of key/ID; " +
                "an endpoint is HOST:PORT between the second and the third.",
        }),
    ];
}

const AWS_FORMAT = "kms key should be in the format awskms://[ENDPOINT]/[ID/ALIAS/ARN] (endpoint optional)";

/** Why `validateAWSKMS` refuses the reference. */
function awsRefusal(kms: string): string | undefined {
    if (kms.split("/").length < 4) {
        return (
            "malformed AWS KMS format 'awskms://$ENDPOINT/$KEYID', should be conformant with KMS standard documented here: " +
            "https://docs.aws.amazon.com/kms/latest/developerguide/concepts.html#key-id"
        );
    }
    const groups = AWS_KEY.exec(kms)?.groups;
    const endpoint = groups?.endpoint ?? "";
    if (groups === undefined || /^(?:arn|alias)/.test(endpoint)) {
        return AWS_FORMAT;
    }
    const trouble = endpoint === "" ? undefined : hostPortRefusal(endpoint);
    if (trouble !== undefined) {
        return `malformed endpoint: address ${endpoint}: ${trouble}`;
    }
    return groups.arn === undefined ? "failed to parse either key or alias arn: arn: invalid prefix" : undefined;
}

/** Why Go's `net.SplitHostPort` refuses an address. */
function hostPortRefusal(address: string): string | undefined {
    const colon = address.lastIndexOf(":");
    const bracketed = address.startsWith("[");
    const close = address.indexOf("]");
    if (colon < 0) {
        return "missing port in address";
    }
    if (bracketed && close < 0) {
        return "missing ']' in address";
    }
    if (bracketed && close + 1 !== colon) {
        return address[close + 1] === ":" ? "too many colons in address" : "missing port in address";
    }
    if (!bracketed && address.indexOf(":") !== colon) {
        return "too many colons in address";
    }
    if (address.includes("[", bracketed ? 1 : 0)) {
        return "unexpected '[' in address";
    }
    return address.includes("]", bracketed ? close + 1 : 0) ? "unexpected ']' in address" : undefined;
}

/** The webhook looks only at the beginning; the controller then cannot read the key, and drops the policy. */
function validateOther(
    kms: string,
    readable: { form: RegExp; example: string } | undefined,
    path: PropertyPath,
): Finding[] {
    if (readable === undefined || readable.form.test(kms)) {
        return [];
    }
    return [
        error("kms-unreadable", path, {
            found: show(kms),
            cluster:
                "The cluster would accept the policy, fail to read the key, and leave the whole policy out of what it enforces.",
            instead: `Write it in this form: ${readable.example}.`,
        }),
    ];
}
