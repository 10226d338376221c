/** The tools that are measured, in the order of the table. */
export const TOOLS = ["signed-images", "cosign", "policy-tester", "policy-tester-xargs"] as const;
export type Tool = (typeof TOOLS)[number];

/** What one tool needed for so many images. */
export interface Row {
    tool: Tool;
    images: number;
    roundTripMs: number;
    /** From the start of the first process to the end of the last; the median of the runs. */
    seconds: number;
    /** HTTP requests for all images together. */
    requests: number;
    /** Of all processes that ran at the same time; 0 where there is no /proc to read it from. */
    peakMiB: number;
}
