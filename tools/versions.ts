/**
 * Whether a release is older than another one, by its numbers: `go1.25.3`, `v3.226.0`, `1.26`.
 *
 * False where one of them has no numbers: a development version (`devel go1.27-abcdef`) is its builder's business.
 */
export function isOlder(version: string, than: string): boolean {
    const found = releaseNumbers(version);
    const wanted = releaseNumbers(than);
    if (!found || !wanted) return false;
    const different = wanted.findIndex((number, index) => number !== found[index]);
    return different >= 0 && (found[different] ?? 0) < (wanted[different] ?? 0);
}

function releaseNumbers(version: string): number[] | undefined {
    const match = /^(?:go|v)?(\d+)\.(\d+)(?:\.(\d+))?/.exec(version);
    return match?.slice(1).map((digits: string | undefined) => Number(digits ?? 0));
}
