import { expect } from "chai";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { Server, createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

import { Sandbox, SandboxBinaries, SandboxError } from "../../sandbox/index";
import { POLICY_CONTROLLER_PORTS, PortReservation, freePort } from "../../sandbox/ports";
import { isRunning, sandboxFolders } from "./support/machine";
import { START_TIMEOUT_MS, sandboxBinaries, startSandbox, whenPortsAreFree } from "./support/start";
import { TemporaryFolder } from "./support/temporary";
import { eventually } from "./support/wait";

describe("a sandbox that cannot start", function () {
    this.timeout(START_TIMEOUT_MS);

    let binaries: SandboxBinaries;
    let temporary: TemporaryFolder;

    before(async () => {
        binaries = await sandboxBinaries();
    });

    beforeEach(() => {
        temporary = new TemporaryFolder();
    });

    afterEach(() => {
        const left = sandboxFolders(temporary.path);
        temporary.remove();
        expect(left).to.deep.equal([]);
    });

    function script(name: string, ...lines: string[]): string {
        const file = join(temporary.path, name);
        writeFileSync(file, ["#!/bin/sh", ...lines, ""].join("\n"), { mode: 0o755 });
        return file;
    }

    it("names the taken port, and the process that has it", async () => {
        const squatter = await whenPortsAreFree(() => occupy(8080));
        const error = await refusalOf(Sandbox.start({ binaries }));
        squatter.close();
        expect(error.code).to.equal("ports-taken");
        expect(error.message).to.match(/port 8080: /);
        expect(error.message).to.not.match(/port (8443|8008|9090): /);
        if (process.platform === "linux") {
            expect(error.message).to.include(`pid ${process.pid}, `);
        }
    });

    it("says which program is not there", async () => {
        const error = await refusalOf(Sandbox.start({ binaries: { ...binaries, etcd: join(temporary.path, "etcd") } }));
        expect(error.code).to.equal("binary-missing");
        expect(error.message).to.equal(`etcd: there is no program at ${join(temporary.path, "etcd")}.`);
    });

    it("names the process that died, its exit status and its last lines, and keeps the logs", async () => {
        const etcd = script("etcd", "echo first words", "echo the disk is on fire >&2", "exit 3");
        const error = await refusalOf(startSandbox({ binaries: { ...binaries, etcd } }));
        expect(error.code).to.equal("process-died");
        expect(error.message).to.match(/^etcd \(pid \d+\) ended with exit status 3\./);
        expect(error.message).to.include("    first words\n    the disk is on fire");
        const logs = error.logs ?? "";
        expect(error.message).to.include(`The logs are in ${logs}`);
        expect(readFileSync(join(logs, "etcd.log"), "utf8")).to.include("the disk is on fire");
        rmSync(logs, { recursive: true });
    });

    it("does not wait for the others when the registry dies", async () => {
        const registry = script("registry", "echo no room; exit 1");
        const error = await refusalOf(startSandbox({ binaries: { ...binaries, registry } }));
        expect(error.message).to.match(/^registry \(pid \d+\) ended with exit status 1\./);
        rmSync(error.logs ?? "", { recursive: true });
    });

    it("stops what it had started when it is told to, and keeps nothing", async () => {
        const stop = new AbortController();
        const starting = refusalOf(startSandbox({ binaries, signal: stop.signal }));
        await delay(1500);
        stop.abort();
        expect((await starting).code).to.equal("aborted");
    });
});

describe("a sandbox that loses a process", function () {
    this.timeout(START_TIMEOUT_MS);

    it("says which, with its last lines, and keeps the logs", async () => {
        const failures: SandboxError[] = [];
        await using sandbox = await startSandbox({ onFailure: (problem) => failures.push(problem) });
        const etcd = sandbox.processes.find(({ name }) => name === "etcd");
        process.kill(etcd?.pid ?? 0, "SIGKILL");
        await eventually("the failure is known", () => sandbox.failure !== undefined);
        const { failure } = sandbox;
        expect(failure?.code).to.equal("process-died");
        expect(failure?.message).to.match(
            /^etcd \(pid \d+\) was ended by SIGKILL\. The last lines of etcd\.log:\n {4}\S/,
        );
        expect(failures).to.deep.equal([failure]);
        const { processes } = sandbox;
        await sandbox.stop();
        expect(processes.filter(({ pid }) => isRunning(pid))).to.deep.equal([]);
        expect(readFileSync(join(failure?.logs ?? "", "etcd.log"), "utf8")).to.not.equal("");
        rmSync(failure?.logs ?? "", { recursive: true });
    });
});

describe("a port reservation", () => {
    it("keeps everybody away until it is released, and other sandboxes until it ends", async () => {
        const ports = [await freePort(), await freePort()] as const;
        const reservation = await PortReservation.take(ports);
        expect(await canListen(ports[1])).to.equal(false);
        await reservation.release();
        expect(await canListen(ports[1])).to.equal(true);
        if (process.platform === "linux") {
            const error = await refusalOf(PortReservation.take(ports));
            expect(error.message).to.include(`  port ${ports[0]}: pid ${process.pid}, another sandbox\n`);
        }
        await reservation.hold();
        expect(await canListen(ports[1])).to.equal(false);
        await reservation.end();
        await (await PortReservation.take(ports)).end();
    });
});

async function refusalOf(work: Promise<unknown>): Promise<SandboxError> {
    const error = await work.then(
        () => undefined,
        (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(SandboxError);
    return error as SandboxError;
}

async function occupy(port: number): Promise<Server> {
    await (await PortReservation.take(POLICY_CONTROLLER_PORTS)).end();
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
    return server;
}

function canListen(port: number): Promise<boolean> {
    return new Promise((resolve) => {
        const server = createServer();
        server.once("error", () => {
            resolve(false);
        });
        server.listen(port, () => {
            server.close(() => {
                resolve(true);
            });
        });
    });
}
