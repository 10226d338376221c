import { parseReference } from "../policy/go/reference";
import { RegistryClient } from "./client";

import type { RegistrySettings } from "./options";

/**
 * Digests of tags, each asked for once.
 *
 * Connections are closed as soon as nothing is asked any more, so that they do not keep a program running.
 */
export class DigestResolver {
    private readonly digests = new Map<string, Promise<string>>();
    private client: RegistryClient | undefined;
    private underWay = 0;

    public constructor(private readonly settings: RegistrySettings = {}) {}

    /** @throws Error for what is no image's name @throws RegistryError */
    public digestOf(image: string): Promise<string> {
        const digest = this.digests.get(image) ?? this.ask(image);
        this.digests.set(image, digest);
        return digest;
    }

    private async ask(image: string): Promise<string> {
        const reference = parseReference(image);
        if (reference === undefined) {
            throw new Error("this is no image's name");
        }
        this.client ??= new RegistryClient(this.settings);
        this.underWay += 1;
        try {
            return (await this.client.resolve(reference)).digest;
        } finally {
            this.underWay -= 1;
            if (this.underWay === 0) {
                const { client } = this;
                this.client = undefined;
                await client.close();
            }
        }
    }
}
