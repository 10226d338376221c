/** What the random parts of the cluster tests are drawn by: `SIGNED_IMAGES_SEED`, which a report of theirs names, or any. */
export const RANDOM_SEED = Number(process.env.SIGNED_IMAGES_SEED ?? Date.now() % 1_000_000);

/** With `SIGNED_IMAGES_SOAK` they take their time. */
const SOAK_FACTOR = process.env.SIGNED_IMAGES_SOAK ? 20 : 1;

/** A number of tries, or a time for them: as it is, or as a soak has it. */
export function timesInSoak(count: number): number {
    return count * SOAK_FACTOR;
}
