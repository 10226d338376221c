import { SocketAddress } from "node:net";

import { regexpMatcher } from "../policy/go/regexp";

import type { ASN1Obj } from "@sigstore/core";
import type { Identity, Keyless } from "../policy/spec";
import type { Certificate } from "./certificate";
import type { CertificateNames } from "./outcome";

/** Fulcio's issuer extension, raw bytes. The newer one (`.8`, DER) is not looked at for signatures in the legacy form. */
const ISSUER = "1.3.6.1.4.1.57264.1.1";

/** Fulcio's newer issuer extension, a DER string. */
const ISSUER_V2 = "1.3.6.1.4.1.57264.1.8";

/** Fulcio's user name, an `otherName`. */
const USER_NAME = "1.3.6.1.4.1.57264.1.7";

/** Tags of a GeneralName (RFC 5280, 4.2.1.6). */
const OTHER_NAME = 0;
const EMAIL = 1;
const DNS = 2;
const URI = 6;
const IP = 7;

/** The identities of an authority: the one that is written in place, then those of the list. */
export function identitiesOf(keyless: Keyless): readonly Identity[] {
    const { identities = [], issuer, issuerRegExp, subject, subjectRegExp } = keyless;
    const written = { issuer, issuerRegExp, subject, subjectRegExp };
    return Object.values(written).some((value) => value !== undefined) ? [written, ...identities] : identities;
}

/**
 * Whether a certificate names an identity (`CheckCertificatePolicy` of cosign's pkg/cosign/verify.go). Regular expressions
 * match anywhere in a name, unless they are anchored, and count before a name that is given beside them.
 */
export function matchesIdentity(names: CertificateNames, identity: Identity): boolean {
    return (
        matches([names.issuer], identity.issuer, identity.issuerRegExp) &&
        matches(names.subjects, identity.subject, identity.subjectRegExp)
    );
}

/**
 * The same for a bundle (`CertificateIdentity.Verify` of sigstore-go's pkg/verify/certificate_identity.go): a name and an
 * expression that are both given must both match.
 */
export function matchesBundleIdentity(names: CertificateNames, identity: Identity): boolean {
    return (
        matches([names.issuer], identity.issuer) &&
        matches([names.issuer], undefined, identity.issuerRegExp) &&
        matches(names.subjects, identity.subject) &&
        matches(names.subjects, undefined, identity.subjectRegExp)
    );
}

function matches(names: readonly string[], exactly = "", expression = ""): boolean {
    if (expression !== "") {
        return names.some(regexpMatcher(expression));
    }
    return exactly === "" || names.includes(exactly);
}

/** Who a certificate was issued to (`GetIssuer`, and `GetSubjectAlternateNames` in sigstore's pkg/cryptoutils/sans.go). */
export function certificateNames(certificate: Certificate): CertificateNames {
    const names = generalNames(certificate);
    return {
        issuer: certificate.parsed.extension(ISSUER)?.value.toString("utf8") ?? "",
        subjects: [
            ...texts(names, DNS),
            ...texts(names, EMAIL),
            ...values(names, IP).map(addressText),
            ...texts(names, URI),
            ...userName(names),
        ],
    };
}

function generalNames({ parsed }: Certificate): readonly ASN1Obj[] {
    return parsed.extSubjectAltName?.valueObj.subs[0]?.subs ?? [];
}

function values(names: readonly ASN1Obj[], tag: number): Buffer[] {
    return names.filter((name) => name.tag.isContextSpecific(tag)).map((name) => name.value);
}

function texts(names: readonly ASN1Obj[], tag: number): string[] {
    return values(names, tag).map((value) => value.toString("latin1"));
}

/** Who a certificate names for a bundle (`SummarizeCertificate` of sigstore-go): the newer issuer extension comes first. */
export function bundleNames(certificate: Certificate): CertificateNames {
    const newer = certificate.parsed.extension(ISSUER_V2)?.valueObj.subs[0]?.value.toString("utf8");
    const names = generalNames(certificate);
    const subjects = [...texts(names, URI), ...texts(names, EMAIL), ...userName(names)];
    return { issuer: newer ?? certificateNames(certificate).issuer, subjects: subjects.slice(0, 1) };
}

/** The one `otherName`, if it is Fulcio's; several are as good as none. */
function userName(names: readonly ASN1Obj[]): string[] {
    const others = names.filter((name) => name.tag.isContextSpecific(OTHER_NAME));
    const [type, value] = others[0]?.subs ?? [];
    const text = value?.subs[0]?.value.toString("utf8");
    return others.length === 1 && type?.toOID() === USER_NAME && text !== undefined && text !== "" ? [text] : [];
}

/** An address as Go's `net.IP` prints it. */
function addressText(address: Buffer): string {
    if (address.length === 4) {
        return address.join(".");
    }
    const groups = address.toString("hex").match(/.{4}/g) ?? [];
    return groups.length === 8 ? new SocketAddress({ address: groups.join(":"), family: "ipv6" }).address : "";
}
