import type { RepositoryName } from "../registry";

/** The image that signatures are for. */
export interface SignedImage {
    /** The image's own repository, wherever the signatures lie. */
    readonly repository: RepositoryName;
    /** `sha256:` and 64 hexadecimal digits. */
    readonly digest: string;
}

/** Where signatures lie, if not beside the image: `source` of an authority. */
export interface SignatureSource {
    /** @default the image's repository */
    readonly repository?: RepositoryName;
    /**
     * What the tag begins with.
     *
     * @default nothing
     */
    readonly tagPrefix?: string;
}

/** One layer of a `.sig` or `.att` manifest. */
export interface StoredLayer {
    /** The digest of the payload. */
    readonly digest: string;
    /** Of the payload, in bytes, as the manifest says. */
    readonly size: number;
    readonly mediaType: string;
    readonly annotations: Readonly<Record<string, string>>;
    /**
     * The payload: what was signed, or the envelope around it. Read at each call, if it cannot be rebuilt; a registry client keeps it a while.
     *
     * @throws RegistryError, TooMuchToRead
     */
    payload(): Promise<Uint8Array>;
}

/** A signature in cosign's legacy form, "simple signing". */
export interface SimpleSignature extends StoredLayer {
    readonly kind: "signature";
}

/** An attestation in cosign's legacy form, a DSSE envelope. */
export interface StoredAttestation extends StoredLayer {
    readonly kind: "attestation";
}

/** A sigstore bundle, as cosign v3 stores signatures and attestations by default. */
export interface StoredBundle {
    readonly kind: "bundle";
    /** The digest of the manifest that refers to the image. */
    readonly digest: string;
    readonly mediaType: string;
    /** The bundle's JSON, read at each call. @throws RegistryError, TooMuchToRead */
    content(): Promise<Uint8Array>;
}
