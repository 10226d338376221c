/** JSON as a value; undefined for what is none, and nothing is quoted of it. */
export function fromJson(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return undefined;
    }
}
