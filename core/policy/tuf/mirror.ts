import { posix } from "node:path";

import { readTarGz } from "../go/tar";
import { refuse } from "./refusal";

import type { TarEntry } from "../go/tar";

/** By default a repository's files are packed with this folder around them (`DefaultTUFRepoPrefix`). */
const PREFIX = /^repository\//;

/** What Go's decompressor hands out at once. */
const CHUNK_BYTES = 32 * 1024;

/** The files of a TUF repository that comes with the object, by their names in it, as policy-controller reads them. */
export class Mirror {
    readonly #entries: ReadonlyMap<string, TarEntry>;

    /**
     * @param archive a gzipped tar archive
     * @throws {@link MirrorRefusal} for what is none
     */
    public constructor(archive: Buffer) {
        const entries = readTarGz(archive) ?? refuse("no gzipped tar archive");
        this.#entries = new Map(entries.map((entry) => [nameInRepository(entry.name), entry]));
    }

    /**
     * The bytes of a file; undefined where there is none.
     *
     * @throws {@link MirrorRefusal} for a folder, and for a file of which policy-controller sees only the beginning
     */
    public read(name: string): Buffer | undefined {
        if (this.hasFolder(name)) {
            refuse(`a folder in place of the file ${name}`);
        }
        const entry = this.#entries.get(name);
        if (entry === undefined) {
            return undefined;
        }
        if (isCut(entry)) {
            refuse(
                `${name} across a boundary of ${CHUNK_BYTES} bytes in the unpacked archive, where policy-controller stops reading it`,
                "Pack fewer files, the metadata first: of the root versions only those that follow spec.repository.root.",
            );
        }
        return entry.bytes;
    }

    /** Whether there is such a folder, itself or by what is in it. */
    public hasFolder(name: string): boolean {
        const entry = this.#entries.get(name);
        return (
            entry?.isFolder ??
            (name === "." || Array.from(this.#entries.keys()).some((file) => file.startsWith(`${name}/`)))
        );
    }
}

/** `UncompressMemFS` in pkg/tuf/repo.go. */
function nameInRepository(name: string): string {
    return posix.join("/", name).slice(1).replace(/\/$/, "").replace(PREFIX, "");
}

/** It asks the decompressor once for each file, and takes what comes for the whole: the rest stays zero. */
function isCut({ offset, bytes }: TarEntry): boolean {
    return (offset % CHUNK_BYTES) + bytes.length > CHUNK_BYTES;
}
