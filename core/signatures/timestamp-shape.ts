import type { ASN1Obj } from "@sigstore/core";

/** Bytes that tags of DER are, of values that Go's encoding/asn1 takes for nothing else. */
const INTEGER = 0x02;
const OCTET_STRING = 0x04;
const OID = 0x06;
const SEQUENCE = 0x30;
const SET = 0x31;
const EXPLICIT = 0xa0;

/** A value: its tag, and those of the first values in it; of a list the last ones, where they come last. */
interface Shape {
    readonly tag: number;
    readonly first?: readonly Shape[];
    readonly last?: Shape;
}

const ALGORITHM: Shape = { tag: SEQUENCE, first: [{ tag: OID }] };

/** `SignerInfo` with the attributes that timestamps have (RFC 5652, 5.3). */
const SIGNER_INFO: Shape = {
    tag: SEQUENCE,
    first: [
        { tag: INTEGER },
        { tag: SEQUENCE, first: [{ tag: SEQUENCE }, { tag: INTEGER }] },
        ALGORITHM,
        { tag: EXPLICIT },
        ALGORITHM,
        { tag: OCTET_STRING },
    ],
};

/** `SignedData` (RFC 5652, 5.1). */
const SIGNED_DATA: Shape = {
    tag: SEQUENCE,
    first: [
        { tag: INTEGER },
        { tag: SET, first: [ALGORITHM] },
        { tag: SEQUENCE, first: [{ tag: OID }, { tag: EXPLICIT, first: [{ tag: OCTET_STRING }] }] },
    ],
    last: { tag: SET, first: [SIGNER_INFO] },
};

/** `TimeStampResp` (RFC 3161, 2.4.2). */
const RESPONSE: Shape = {
    tag: SEQUENCE,
    first: [
        { tag: SEQUENCE, first: [{ tag: INTEGER }] },
        { tag: SEQUENCE, first: [{ tag: OID }, { tag: EXPLICIT, first: [SIGNED_DATA] }] },
    ],
};

/**
 * Whether a response is built as the standards say. @sigstore/core goes by the places of values and not by their tags, so that it
 * reads what the cluster does not.
 */
export function isTimestampResponse(root: ASN1Obj): boolean {
    return hasShape(root, RESPONSE);
}

function hasShape(value: ASN1Obj | undefined, { tag, first = [], last }: Shape): boolean {
    return (
        value?.tag.toDER() === tag &&
        first.every((shape, index) => hasShape(value.subs[index], shape)) &&
        (last === undefined || hasShape(value.subs.at(-1), last))
    );
}
