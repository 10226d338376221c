/** What a component says of arguments that it refuses; empty where it takes them. */
export function refusalOf(make: () => unknown): string {
    try {
        make();
    } catch (problem) {
        return problem instanceof Error ? problem.message : String(problem);
    }
    return "";
}
