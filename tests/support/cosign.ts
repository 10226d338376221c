import { execFile } from "node:child_process";
import type { KeyObject } from "node:crypto";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";

import { importKeyPair } from "../../core/keys";

const run = promisify(execFile);

/** cosign's legacy form, and nothing that needs the internet. */
const SIMPLE_SIGNING = ["--new-bundle-format=false", "--use-signing-config=false", "--tlog-upload=false"];

/** What cosign v3 does when nobody says otherwise, without the internet. */
export const BUNDLE = ["--new-bundle-format=true", "--use-signing-config=false", "--tlog-upload=false"];

/** A key pair in files, as cosign takes it, without a password. */
export interface KeyFiles {
    readonly privateKey: string;
    readonly publicKey: string;
}

/** The real cosign, without a home and without the internet. */
export class Cosign {
    private readonly files = new Map<string, Promise<KeyFiles>>();

    /** @param environment beside what every run gets, such as `COSIGN_REPOSITORY` */
    public constructor(
        private readonly binary: string,
        private readonly folder: string,
        private readonly environment: Readonly<Record<string, string>> = {},
    ) {}

    /** The same program and keys with another environment. */
    public with(environment: Readonly<Record<string, string>>): Cosign {
        return new Cosign(this.binary, this.folder, environment);
    }

    public async run(...args: readonly string[]): Promise<string> {
        const env = { PATH: process.env.PATH, HOME: this.folder, COSIGN_PASSWORD: "", ...this.environment };
        const { stdout } = await run(this.binary, args, { env, cwd: this.folder, timeout: 60_000 });
        return stdout;
    }

    /** Writes a key pair into files of cosign's, once for each name. */
    public keyFiles(name: string, key: KeyObject): Promise<KeyFiles> {
        const files = this.files.get(name) ?? this.writeKeyFiles(name, key);
        this.files.set(name, files);
        return files;
    }

    private async writeKeyFiles(name: string, key: KeyObject): Promise<KeyFiles> {
        const pair = await importKeyPair(key.export({ type: "pkcs8", format: "pem" }).toString(), "");
        const files = {
            privateKey: path.join(this.folder, `${name}.key`),
            publicKey: path.join(this.folder, `${name}.pub`),
        };
        await fs.writeFile(files.privateKey, pair.privateKey, { mode: 0o600 });
        await fs.writeFile(files.publicKey, pair.publicKey);
        return files;
    }

    public sign(reference: string, key: KeyFiles, ...options: readonly string[]): Promise<string> {
        const format = options.length === 0 ? SIMPLE_SIGNING : options;
        return this.run("sign", "--key", key.privateKey, "--yes", ...format, reference);
    }

    public async attest(
        reference: string,
        key: KeyFiles,
        predicate: { type: string; content: string },
        ...options: readonly string[]
    ): Promise<void> {
        const file = path.join(this.folder, `predicate-${process.hrtime.bigint()}.json`);
        await fs.writeFile(file, predicate.content);
        const format = options.length === 0 ? SIMPLE_SIGNING : options;
        await this.run(
            ...["attest", "--key", key.privateKey, "--yes", "--type", predicate.type, "--predicate", file],
            ...format,
            reference,
        );
    }

    /** Whether a command of cosign's that verifies something does so. */
    public accepts(...args: readonly string[]): Promise<boolean> {
        return succeeds(this.run(...args));
    }

    /** Whether cosign verifies the image's legacy signature with the key. */
    public async verifies(reference: string, key: KeyFiles, ...options: readonly string[]): Promise<boolean> {
        const offline = ["--insecure-ignore-tlog=true", "--new-bundle-format=false"];
        return succeeds(this.run("verify", "--key", key.publicKey, ...offline, ...options, reference));
    }

    /** Whether cosign verifies a signature in a bundle with the key. */
    public async verifiesBundle(reference: string, key: KeyFiles): Promise<boolean> {
        const offline = ["--insecure-ignore-tlog=true", "--new-bundle-format=true"];
        return succeeds(this.run("verify", "--key", key.publicKey, ...offline, reference));
    }

    /** Whether cosign verifies an attestation of the type with the key. */
    public async verifiesAttestation(
        reference: string,
        key: KeyFiles,
        type: string,
        ...options: readonly string[]
    ): Promise<boolean> {
        const offline = ["--insecure-ignore-tlog=true", "--new-bundle-format=false", ...options];
        return succeeds(this.run("verify-attestation", "--key", key.publicKey, "--type", type, ...offline, reference));
    }
}

async function succeeds(command: Promise<unknown>): Promise<boolean> {
    try {
        await command;
        return true;
    } catch (error) {
        // cosign's own verdict, and not a flag that it does not know.
        if (error instanceof Error && /unknown flag|accepts \d+ arg/.test(error.message)) {
            throw error;
        }
        return false;
    }
}
