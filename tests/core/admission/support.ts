import { MemoryRegistry } from "../../support/memory-registry";
import { ecKey, ImageWorkshop } from "../../support/image-workshop";
import { RegistryError } from "../../../core/registry";

import type {
    Descriptor,
    ImageReference,
    Manifest,
    RegistryErrorCode,
    RegistryReader,
    RepositoryName,
} from "../../../core/registry";

export const HOST = "localhost:5000";

export const ACME = ecKey();
export const STRANGER = ecKey();

/** A registry in memory, and what pushes to it. */
export function workshop() {
    const registry = new MemoryRegistry();
    return { registry, images: new ImageWorkshop(registry, HOST) };
}

/** A registry that gives no answer but this error. */
export class FailingRegistry implements RegistryReader {
    public constructor(private readonly code: RegistryErrorCode) {}

    public resolve(image: ImageReference): Promise<Descriptor> {
        return this.fail(image);
    }

    public manifest(repository: RepositoryName): Promise<Manifest> {
        return this.fail(repository);
    }

    public blob(repository: RepositoryName): Promise<Buffer> {
        return this.fail(repository);
    }

    public referrers(repository: RepositoryName): Promise<Descriptor[]> {
        return this.fail(repository);
    }

    private fail({ registry, repository }: RepositoryName): Promise<never> {
        return Promise.reject(new RegistryError("no answer", { code: this.code, registry, repository }));
    }
}

/** A policy for everything, as YAML would have it. */
export function policy(name: string, authorities: object[], more: object = {}): object {
    return {
        apiVersion: "policy.sigstore.dev/v1alpha1",
        kind: "ClusterImagePolicy",
        metadata: { name },
        spec: { images: [{ glob: "**" }], authorities, ...more },
    };
}

export const keyOf = ({ pem }: { pem: string }) => ({ key: { data: pem } });
export const PASS = { static: { action: "pass" } };
export const FAIL = { static: { action: "fail", message: "not today" } };
