import type { Descriptor } from "../registry";

/** What is read of payloads for one image, in bytes. */
const PAYLOAD_BUDGET_BYTES = 64 * 1024 * 1024;

/** How long more payloads are asked for than signers leave beside an image, in milliseconds. */
const PAYLOAD_BUDGET_MS = 60_000;
const FEW_PAYLOADS = 8;

/** The payloads of one image are more than is read for one image. */
export class TooMuchToRead extends Error {
    public override readonly name = "TooMuchToRead";
}

/**
 * What is left to be read of payloads for one image. The same payload counts once, however often it is asked for.
 *
 * The time is limited as well: whoever writes a list of a thousand may have a registry that takes some seconds for each.
 */
export class PayloadBudget {
    private left = PAYLOAD_BUDGET_BYTES;
    private readonly counted = new Set<Descriptor>();
    private started?: number;

    /** @param now in milliseconds */
    public constructor(private readonly now: () => number = Date.now) {}

    /** @throws TooMuchToRead */
    public spend(payload: Descriptor): void {
        const started = (this.started ??= this.now());
        if (this.counted.has(payload)) {
            return;
        }
        if (payload.size > this.left) {
            throw new TooMuchToRead(`the payloads of the image have more than ${PAYLOAD_BUDGET_BYTES} bytes`);
        }
        if (this.counted.size >= FEW_PAYLOADS && this.now() - started > PAYLOAD_BUDGET_MS) {
            const message = `the payloads of the image are many, and have not come within ${PAYLOAD_BUDGET_MS} ms`;
            throw new TooMuchToRead(message);
        }
        this.counted.add(payload);
        this.left -= payload.size;
    }
}
