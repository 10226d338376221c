import { IS_SOAK } from "./draw";

/** In a soak the random parts of the cluster tests draw more, and each time something else. */
const SOAK_FACTOR = IS_SOAK ? 20 : 1;

/** What they are drawn by. `SIGNED_IMAGES_SEED` sets it; the names of the tests tell it. */
export const RANDOM_SEED = Number(process.env.SIGNED_IMAGES_SEED ?? (IS_SOAK ? Date.now() % 1_000_000 : 4712));

/** A number of tries, or a time for them: as it is, or as a soak has it. */
export function timesInSoak(count: number): number {
    return count * SOAK_FACTOR;
}
