import { fieldsOf } from "./fields";
import { call, list, object, value } from "./source";

import type { CertificateAuthority, SigstoreKeys, TransparencyLog, TrustRootSpec } from "../spec";
import type { Surroundings } from "./authority";
import type { Field, Source } from "./source";

/** The function that a program declares where it has PEM that the object wants in base64. */
export const BASE64 = "base64";
export const BASE64_DECLARATION = 'const base64 = (pem: string) => Buffer.from(pem).toString("base64");';

/** The arguments of a TrustRoot. */
export function trustRootFields(spec: TrustRootSpec, around: Surroundings): Field[] {
    const { remote, repository } = spec;
    return fieldsOf(spec, {
        remote: () => object(withoutDefault(remote)),
        repository: () => object(withoutDefault(repository)),
        sigstoreKeys: (keys) => keysSource(keys, around),
    });
}

/** The webhook's default is the component's as well. */
function withoutDefault(place: { targets?: string } | undefined): Field[] {
    return fieldsOf({ ...place, targets: place?.targets === "targets" ? undefined : place?.targets });
}

function keysSource(keys: SigstoreKeys, around: Surroundings): Source {
    const authorities = (entries: readonly CertificateAuthority[]): Source =>
        list(entries.map((entry) => authoritySource(entry, around)));
    const logs = (entries: readonly TransparencyLog[]): Source =>
        list(entries.map((entry) => logSource(entry, around)));
    return object(
        fieldsOf(keys, {
            certificateAuthorities: authorities,
            tLogs: logs,
            ctLogs: logs,
            timestampAuthorities: authorities,
        }),
    );
}

function authoritySource(authority: CertificateAuthority, around: Surroundings): Source {
    return object(fieldsOf(authority, { certChain: (chain) => pemSource(chain, "certificates", around) }));
}

function logSource(log: TransparencyLog, around: Surroundings): Source {
    return object(fieldsOf(log, { publicKey: (key) => pemSource(key, "log-key", around) }));
}

/** PEM as people read it, where the way through it gives the same base64 again. */
function pemSource(base64: string, what: string, { policy, constants }: Surroundings): Source {
    const text = Buffer.from(base64, "base64").toString("utf8");
    const isPem = text.startsWith("-----BEGIN ") && Buffer.from(text).toString("base64") === base64;
    return isPem ? call(BASE64, constants.text(text, `${policy}-${what}`)) : value(base64);
}
