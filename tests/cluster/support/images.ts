import { parseReference, RegistryClient } from "../../../core/registry";
import * as images from "../../support/images";

/**
 * Pushes an image to a registry that speaks plain HTTP.
 *
 * @param reference `localhost:PORT/repository:tag`; each has an image of its own
 * @returns its digest
 */
export async function pushImage(reference: string): Promise<string> {
    const place = parseReference(reference);
    if (place === undefined) {
        throw new Error(`${reference} is not registry/repository:tag.`);
    }
    const registry = new RegistryClient();
    try {
        return (await images.pushImage(registry, place, reference, place.tag)).digest;
    } finally {
        await registry.close();
    }
}
