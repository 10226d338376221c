import { ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Writable } from "node:stream";

/*
 * Reads "add PID" and "remove PID" until the other end of the pipe is closed, which the kernel does however
 * the parent ends, SIGKILL included. Then it kills the process groups that are left, and removes the folder.
 */
const SCRIPT = `
trap '' HUP INT TERM
pids=' '
while read -r verb pid; do
    case "$verb" in
        add) pids="$pids$pid " ;;
        remove) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
    esac
done
for pid in $pids; do kill -s KILL -- "-$pid" 2>/dev/null; done
tries=0
while [ $tries -lt 50 ]; do
    rm -rf -- "$1" 2>/dev/null
    [ -e "$1" ] || exit 0
    tries=$((tries + 1))
    sleep 0.1
done
`;

/** A tiny process that cleans up behind a parent that could not do it itself. */
export class Watchdog {
    private readonly child: ChildProcess;
    private readonly pipe: Writable;
    private readonly gone: Promise<unknown>;

    constructor(directory: string) {
        this.child = spawn("/bin/sh", ["-c", SCRIPT, "signed-images-sandbox-watchdog", directory], {
            cwd: "/",
            detached: true,
            env: { PATH: process.env.PATH ?? "/usr/bin:/bin" },
            stdio: ["pipe", "ignore", "ignore"],
        });
        const pipe = this.child.stdin;
        if (pipe === null) {
            throw new Error("The watchdog has no pipe.");
        }
        this.pipe = pipe;
        // Without a watchdog the sandbox still stops cleanly on everything but SIGKILL.
        pipe.on("error", () => undefined);
        this.gone = once(this.child, "exit").catch(() => undefined);
        this.child.unref();
    }

    add(pid: number): void {
        this.pipe.write(`add ${pid}\n`);
    }

    remove(pid: number): void {
        if (this.pipe.writable) {
            this.pipe.write(`remove ${pid}\n`);
        }
    }

    /** Lets it do its last work, whatever is left of it, and waits for its end. */
    async dismiss(): Promise<void> {
        this.child.ref();
        this.pipe.end();
        await this.gone;
    }
}
