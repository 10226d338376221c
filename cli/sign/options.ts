import { parseRepository } from "../../core/policy/go/reference";
import { printable } from "../../core/policy/printable";
import { required } from "../command";
import { UsageError } from "../errors";

import type { SignatureSource } from "../../core/signatures";
import type { KeyRequest } from "./key-source";

/** The options that `sign` and `attest` share. */
export const SIGNING_OPTIONS = {
    key: { type: "string" },
    "password-from": { type: "string" },
    recursive: { type: "boolean", short: "r" },
    source: { type: "string" },
    "tag-prefix": { type: "string" },
    "registry-ca": { type: "string", multiple: true },
    output: { type: "string" },
} as const;

export const SIGNING_HELP = `  --key SOURCE            the private key, see below
  --password-from SOURCE  its password, see below
  -r, --recursive         for an index also the images that it names
  --source REPOSITORY     where to store it, such as ghcr.io/acme/signatures; the "source.oci" of the authority
  --tag-prefix PREFIX     what its tag begins with; the "source.tagPrefix" of the authority
  --registry-ca FILE      certificates (PEM) to trust for registries, beside those that Node trusts; may be given more than once
  --output text|json      what is printed; text if not given`;

/** The values of those options. */
export interface SigningValues {
    readonly key?: string;
    readonly "password-from"?: string;
    readonly recursive?: boolean;
    readonly source?: string;
    readonly "tag-prefix"?: string;
}

/** @throws UsageError */
export function keyRequest(values: SigningValues): KeyRequest {
    return { key: required(values.key, "--key"), passwordFrom: values["password-from"] };
}

/** @throws UsageError */
export function sourceOf({ source, "tag-prefix": tagPrefix }: SigningValues): SignatureSource {
    if (tagPrefix !== undefined && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,50}$/.test(tagPrefix)) {
        throw new UsageError(`--tag-prefix ${printable(tagPrefix)} cannot begin a tag.`);
    }
    if (source === undefined) {
        return { tagPrefix };
    }
    const repository = source.includes("/") ? parseRepository(source) : undefined;
    if (repository === undefined) {
        throw new UsageError(`--source ${printable(source)} is not REGISTRY/REPOSITORY.`);
    }
    return { repository, tagPrefix };
}

/** The images of a command. @throws UsageError */
export function imagesOf(positionals: readonly string[]): readonly string[] {
    if (positionals.length === 0) {
        throw new UsageError("IMAGE is missing.");
    }
    return positionals;
}
