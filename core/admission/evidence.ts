import { readAttestations, readBundles, readLikelyBundles, readSimpleSignatures } from "../signatures";

import type { RegistryReader } from "../registry";
import type {
    Refused,
    SignatureSource,
    SignedImage,
    SimpleSignature,
    StoredAttestation,
    StoredBundle,
    Unknown,
} from "../signatures";

/** What lies beside images, each thing read once however many policies ask for it. */
export class Evidence {
    private readonly read = new Map<string, Promise<unknown>>();

    public constructor(private readonly registry: RegistryReader) {}

    /** Signatures in cosign's legacy form. @throws RegistryError */
    public signatures(
        image: SignedImage,
        source?: SignatureSource,
    ): Promise<readonly SimpleSignature[] | Refused | Unknown> {
        return this.once("sig", image, source, () => readSimpleSignatures(this.registry, image, source));
    }

    /** Attestations in cosign's legacy form. @throws RegistryError */
    public attestations(
        image: SignedImage,
        source?: SignatureSource,
    ): Promise<readonly StoredAttestation[] | Refused | Unknown> {
        return this.once("att", image, source, () => readAttestations(this.registry, image, source));
    }

    /** Sigstore bundles. @throws RegistryError */
    public bundles(image: SignedImage): Promise<readonly StoredBundle[]> {
        return this.once("bundle", image, undefined, () => readBundles(this.registry, image));
    }

    /** Those of them that say that they are bundles, for fewer requests. @throws RegistryError */
    public likelyBundles(image: SignedImage): Promise<readonly StoredBundle[]> {
        return this.once("likely bundle", image, undefined, () => readLikelyBundles(this.registry, image));
    }

    private once<T>(
        kind: string,
        { repository, digest }: SignedImage,
        source: SignatureSource | undefined,
        read: () => Promise<T>,
    ): Promise<T> {
        const key = JSON.stringify([kind, repository, digest, source]);
        const known = (this.read.get(key) as Promise<T> | undefined) ?? read();
        this.read.set(key, known);
        return known;
    }
}
