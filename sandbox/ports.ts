import { existsSync, readFileSync, readdirSync, readlinkSync } from "node:fs";
import { AddressInfo, ListenOptions, Server, connect, createServer } from "node:net";

import { SandboxError } from "./errors";

/** What policy-controller binds on all interfaces; none of them can be changed. */
export const POLICY_CONTROLLER_PORTS: readonly number[] = [8443, 8080, 8008, 9090];

const LOOPBACK = "127.0.0.1";

/** A port of 127.0.0.1 that is free now; somebody else may take it before it is used. */
export async function freePort(): Promise<number> {
    const server = await listen({ port: 0, host: LOOPBACK });
    const { port } = server.address() as AddressInfo;
    await close(server);
    return port;
}

/**
 * Ports that are kept for a process that comes and goes.
 *
 * Anything else that wants them meanwhile is refused at once instead of when the process starts; another sandbox also
 * while the process has them, or is about to take them.
 */
export class PortReservation {
    private servers: Server[] = [];

    private constructor(
        private readonly ports: readonly number[],
        private readonly lock: Server | undefined,
    ) {}

    /** @throws SandboxError `ports-taken`, which names every port that is taken, and by whom. */
    static async take(ports: readonly number[]): Promise<PortReservation> {
        const lock = await takeLock(ports);
        const taken: number[] = [];
        for (const port of ports) {
            // On all interfaces, as policy-controller will do: whoever has the port on one of them is in the way.
            await listen({ port }).then(close, () => taken.push(port));
        }
        if (taken.length > 0) {
            await (lock && close(lock));
            throw portsTakenError(taken.map((port) => `port ${port}: ${describeHolder(port)}`));
        }
        const reservation = new PortReservation(ports, lock);
        await reservation.hold();
        return reservation;
    }

    /** Keeps the ports, where that is still possible. */
    async hold(): Promise<void> {
        await this.release();
        for (const port of this.ports) {
            await listen({ port, host: LOOPBACK }).then(
                (server) => this.servers.push(server),
                () => undefined,
            );
        }
    }

    /** Lets the ports go, for the process that they are kept for. */
    async release(): Promise<void> {
        const servers = this.servers;
        this.servers = [];
        await Promise.all(servers.map(close));
    }

    /** Lets the ports go for good. */
    async end(): Promise<void> {
        await this.release();
        await (this.lock && close(this.lock));
    }
}

/*
 * A name that only one sandbox can have, for as long as it lives: an abstract socket, which exists on Linux only, lies
 * in the same network namespace as the ports, and goes with its holder however that ends. It tells its holder's pid.
 */
async function takeLock(ports: readonly number[]): Promise<Server | undefined> {
    if (process.platform !== "linux") {
        return undefined;
    }
    const path = `\0signed-images-sandbox:${ports.join(",")}`;
    try {
        return await listen({ path }, String(process.pid));
    } catch {
        const holder = `pid ${await readAll(path)}, another sandbox`;
        throw portsTakenError(ports.map((port) => `port ${port}: ${holder}`));
    }
}

function portsTakenError(holders: readonly string[]): SandboxError {
    return new SandboxError(
        "ports-taken",
        [
            "policy-controller needs the ports 8443, 8080, 8008 and 9090, which cannot be changed. Not all are free:",
            ...holders.map((holder) => `  ${holder}`),
            "Stop what holds them, then try again.",
        ].join("\n"),
    );
}

/** Who listens on a port, as far as /proc tells. */
function describeHolder(port: number): string {
    const inodes = listeningInodes(port);
    if (inodes.size === 0 || !existsSync("/proc/self/fd")) {
        return "unknown process";
    }
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
        if (openSockets(pid).some((inode) => inodes.has(inode))) {
            return `pid ${pid}, ${commandOf(pid)}`;
        }
    }
    return "unknown process";
}

/* A line of /proc/net/tcp: "sl local_address rem_address st … uid timeout inode"; state 0A is LISTEN. */
function listeningInodes(port: number): Set<string> {
    const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
    const inodes = new Set<string>();
    for (const file of ["/proc/net/tcp", "/proc/net/tcp6"]) {
        for (const line of readOrEmpty(file).split("\n")) {
            const fields = line.trim().split(/\s+/);
            if (fields[1]?.endsWith(suffix) && fields[3] === "0A" && fields[9] !== undefined) {
                inodes.add(fields[9]);
            }
        }
    }
    return inodes;
}

function openSockets(pid: string): string[] {
    try {
        return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
            try {
                const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1];
                return inode === undefined ? [] : [inode];
            } catch {
                return [];
            }
        });
    } catch {
        return []; // Not ours to look into, or gone.
    }
}

function commandOf(pid: string): string {
    const command = readOrEmpty(`/proc/${pid}/cmdline`).replaceAll("\0", " ").trim();
    return command.length > 120 ? `${command.slice(0, 117)}...` : command || "unknown command";
}

function readOrEmpty(file: string): string {
    try {
        return readFileSync(file, "utf8");
    } catch {
        return "";
    }
}

/* Listens, without keeping this process alive, and says no more than a greeting to whoever connects. */
function listen(where: ListenOptions, greeting = ""): Promise<Server> {
    return new Promise((resolve, reject) => {
        const server = createServer((socket) => {
            socket.on("error", () => undefined);
            socket.end(greeting);
            socket.destroySoon();
        });
        server.once("error", reject);
        server.listen({ ...where, exclusive: true }, () => {
            resolve(server.unref());
        });
    });
}

function readAll(path: string): Promise<string> {
    return new Promise((resolve) => {
        let text = "";
        const socket = connect({ path, timeout: 1000 });
        socket.on("data", (chunk) => (text += chunk.toString("utf8")));
        socket.on("timeout", () => socket.destroy());
        socket.on("error", () => undefined);
        socket.on("close", () => {
            resolve(text || "unknown");
        });
    });
}

function close(server: Server): Promise<void> {
    return new Promise((resolve) => {
        server.close(() => {
            resolve();
        });
    });
}
