const FIRST_BYTES = 16 * 1024;

/** Bytes that come in pieces, in memory of at most twice their length: a list of one-byte pieces would take a hundred times it. */
export class GrowingBuffer {
    private memory = Buffer.alloc(0);
    private used = 0;

    public get length(): number {
        return this.used;
    }

    public append(piece: Buffer): void {
        const needed = this.used + piece.length;
        if (needed > this.memory.length) {
            const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.memory.length, FIRST_BYTES));
            this.memory.copy(larger, 0, 0, this.used);
            this.memory = larger;
        }
        piece.copy(this.memory, this.used);
        this.used = needed;
    }

    /** The bytes, in memory of their own size. */
    public bytes(): Buffer {
        return Buffer.from(this.memory.subarray(0, this.used));
    }
}
