import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

const POLL_MILLISECONDS = 500;
const SIGN_OF_LIFE_MILLISECONDS = 3_000;
const STALE_AFTER_MILLISECONDS = 20_000;

/** Who builds, as the lock file has it. */
export interface LockHolder {
    readonly host: string;
    readonly process: number;
    readonly tool: string;
}

export interface LockRequest {
    /** The cache that is built into. */
    readonly folder: string;
    readonly tool: string;
    /** Asked while waiting: true where the lock is no longer wanted, because what was to be built is there. */
    readonly isNeedless: () => Promise<boolean>;
    /** Called once, if another process holds the lock. */
    readonly onWait: (holder: LockHolder) => void;
    readonly signal?: AbortSignal;
}

/**
 * Lets one process at a time build into a cache: two would compile the same packages twice, on the same cores.
 *
 * Only a courtesy: no harm is done where two build nevertheless (see build.ts), so a lock whose holder has died, or shows
 * no sign of life, is simply taken.
 */
export class BuildLock {
    private readonly timer: NodeJS.Timeout;

    private constructor(private readonly file: string) {
        this.timer = setInterval(() => {
            const now = new Date();
            fs.utimes(file, now, now).catch(() => undefined);
        }, SIGN_OF_LIFE_MILLISECONDS);
    }

    /** Undefined where the lock became needless, or the signal came, while waiting. */
    public static async acquire(request: LockRequest): Promise<BuildLock | undefined> {
        const file = path.join(request.folder, "building.lock");
        const holder: LockHolder = { host: os.hostname(), process: process.pid, tool: request.tool };
        let waited = false;
        while (!request.signal?.aborted && !(await request.isNeedless())) {
            if (await create(file, holder)) return new BuildLock(file);
            const other = await livingHolder(file);
            if (other === undefined) {
                await fs.rm(file, { force: true });
                continue;
            }
            if (!waited) request.onWait(other);
            waited = true;
            await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
        }
        return undefined;
    }

    public async release(): Promise<void> {
        clearInterval(this.timer);
        await fs.rm(this.file, { force: true });
    }
}

async function create(file: string, holder: LockHolder): Promise<boolean> {
    try {
        await fs.writeFile(file, JSON.stringify(holder), { flag: "wx" });
        return true;
    } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
        throw error;
    }
}

async function livingHolder(file: string): Promise<LockHolder | undefined> {
    const stat = await fs.stat(file).catch(() => undefined);
    if (!stat || Date.now() - stat.mtimeMs > STALE_AFTER_MILLISECONDS) return undefined;
    try {
        const holder = JSON.parse(await fs.readFile(file, "utf8")) as LockHolder;
        return holder.host === os.hostname() && !isAlive(holder.process) ? undefined : holder;
    } catch {
        // Gone meanwhile, or created and not yet written: its age decides later.
        return { host: "", process: 0, tool: "a tool" };
    }
}

function isAlive(id: number): boolean {
    try {
        process.kill(id, 0);
        return true;
    } catch (error) {
        // EPERM: there is one, of another user.
        return error instanceof Error && "code" in error && error.code === "EPERM";
    }
}
