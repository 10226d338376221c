/** What an ordinary run draws of long series by. The names of the tests tell it; `SIGNED_IMAGES_SEED` repeats it. */
export const SEED = Number(process.env.SIGNED_IMAGES_SEED ?? Date.now());

/** Whether series are run whole, which takes hours. */
export const IS_SOAK = process.env.SIGNED_IMAGES_SOAK === "1";

/** One of a series, by the seed; in a soak, all of it. */
export function drawn<T>(series: readonly T[]): readonly T[] {
    return IS_SOAK ? series : series.filter((_, index) => index === SEED % series.length);
}
