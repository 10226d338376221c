export const OCI_INDEX = "application/vnd.oci.image.index.v1+json";
export const OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json";
export const DOCKER_LIST = "application/vnd.docker.distribution.manifest.list.v2+json";
const DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json";

/** The empty config of an artifact, `{}`. */
export const OCI_EMPTY = "application/vnd.oci.empty.v1+json";

/** All of them: a registry that is asked for manifests alone answers a tag of an index with one platform's. */
export const ACCEPTED_MANIFESTS = [OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST].join(", ");

/** A header's media type without its parameters. */
export function mediaTypeOf(header: string | undefined): string {
    return (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "";
}
