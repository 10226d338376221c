import { execFile } from "node:child_process";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A certificate authority made for one test, and a server's certificate. */
export interface TestAuthority {
    /** PEM. */
    ca: string;
    /** Files. */
    certificate: string;
    key: string;
}

/** @param host whom the server's certificate is for */
export async function makeAuthority(folder: string, host = "localhost"): Promise<TestAuthority> {
    const file = (name: string): string => path.join(folder, name);
    const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
    const openssl = (...args: string[]): Promise<unknown> => run("openssl", args, { cwd: folder });
    await openssl("req", "-x509", ...ec, "-days", "1", "-subj", "/CN=test CA", "-keyout", "ca.key", "-out", "ca.pem");
    await openssl(
        ...["req", "-x509", ...ec, "-days", "1", "-subj", `/CN=${host}`, "-addext", `subjectAltName=DNS:${host}`],
        ...["-CA", "ca.pem", "-CAkey", "ca.key", "-keyout", "server.key", "-out", "server.pem"],
    );
    return { ca: await fs.readFile(file("ca.pem"), "utf8"), certificate: file("server.pem"), key: file("server.key") };
}
