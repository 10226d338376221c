import type * as pulumi from "@pulumi/pulumi";
import { error, type Finding } from "../core/policy";
import { type RegistrySettings, settingProblems } from "../core/registry";

/**
 * How registries are reached where that is not as the names of images and the machine of the program have it: the same that
 * `signed-images check` and the policy pack take.
 *
 * There is nothing for plain HTTP, as there is none for policy-controller: it is spoken with `localhost:PORT`, names in `.local` and
 * `.localhost`, and private addresses alone (docs/registries.md).
 */
export interface RegistryArgs {
    /**
     * Where else to read from, first to last, before the registry itself: `{ "docker.io": ["mirror.example.com/hub"] }`. What a
     * mirror does not have, or does not answer, is asked of the next. The cluster knows nothing of them.
     *
     * @default none
     */
    mirrors?: pulumi.Input<Record<string, pulumi.Input<pulumi.Input<string>[]>>>;
    /**
     * Certificates (PEM) that are trusted beside those that Node trusts.
     *
     * @default none
     */
    certificateAuthorities?: pulumi.Input<pulumi.Input<string>[]>;
    /**
     * Credentials that come before those that Docker and podman have on the machine, such as a cloud's token.
     *
     * @default none
     */
    credentials?: pulumi.Input<pulumi.Input<RegistryCredentialArgs>[]>;
}

/** What a registry is asked with. */
export interface RegistryCredentialArgs {
    /** `ghcr.io`, or `ghcr.io/acme` for what is below it only. */
    for: pulumi.Input<string>;
    /** @default none */
    username?: pulumi.Input<string>;
    /** Kept out of every message. @default none */
    password?: pulumi.Input<string>;
    /** An OAuth refresh token, as `docker login` leaves it for some registries (`identitytoken`). @default none */
    identityToken?: pulumi.Input<string>;
    /** A bearer token that is sent as it is. @default none */
    registryToken?: pulumi.Input<string>;
}

/** Settings that would do nothing, or not what they say. */
export function validateRegistry(settings: RegistrySettings): Finding[] {
    return settingProblems(settings).map(({ code, path, found, instead }) =>
        error(code, ["registry", ...path], {
            found: found === undefined ? "something else" : JSON.stringify(found),
            cluster: "The cluster has settings of its own; here, registries would be asked as if this were not there.",
            instead,
        }),
    );
}
