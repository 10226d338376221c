import type { Verdict } from "../../admission/verdict";

/** What became of an image: what `signed-images sign-request` prints and the component ImageSignature reads. */
export interface SigningReport {
    image: string;
    outcome: "signed" | "already-signed";
    /** What admission says of the image for a policy that trusts this key alone. */
    verdict: Verdict;
    reason: string;
}
