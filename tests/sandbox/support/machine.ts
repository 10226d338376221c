import { existsSync, readFileSync, readdirSync, readlinkSync } from "node:fs";

/** Whether a process is there; a zombie is not. */
export function isRunning(pid: number): boolean {
    try {
        process.kill(pid, 0);
    } catch {
        return false;
    }
    return !existsSync("/proc/self/stat") || !/^\d+ \(.*\) [ZX]/s.test(readOrEmpty(`/proc/${pid}/stat`));
}

/** What sandboxes have left in a folder for temporary files, logs that were kept included. */
export function sandboxFolders(temporary: string): string[] {
    return readdirSync(temporary).filter((name) => /^signed-images-(sandbox|logs)-/.test(name));
}

/** The arguments of a process; Linux only. */
export function commandLine(pid: number): string {
    return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
}

/** `address:port` of what a process listens on, addresses in the kernel's hexadecimal; Linux only. */
export function listeningAddresses(pid: number): string[] {
    const sockets = new Set(
        readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
            try {
                return [readlinkSync(`/proc/${pid}/fd/${fd}`)];
            } catch {
                return [];
            }
        }),
    );
    return ["tcp", "tcp6"]
        .flatMap((family) => readOrEmpty(`/proc/${pid}/net/${family}`).split("\n"))
        .map((line) => line.trim().split(/\s+/))
        .filter(([, , , state, , , , , , inode]) => state === "0A" && sockets.has(`socket:[${inode ?? ""}]`))
        .map(([, address]) => address ?? "");
}

function readOrEmpty(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}
