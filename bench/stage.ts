/** What every tool is measured on: a registry so far away, and in it signed images, with a key and a policy. */
import { createPrivateKey, generateKeyPairSync } from "node:crypto";
import * as fs from "node:fs/promises";
import * as os from "node:os";
import * as path from "node:path";

import { RegistryClient } from "../core/registry";
import { signImage } from "../core/signatures/sign/sign-image";
import { keySigner } from "../core/signatures/sign/signer";
import { pushImage, referenceOf } from "../tests/support/images";
import { RegistryProcess } from "../tests/support/registry-process";
import { DelayingProxy } from "./delaying-proxy";

export interface Stage {
    proxy: DelayingProxy;
    /** By digest, each in a repository of its own, each with one signature in cosign's legacy form. */
    signed: readonly string[];
    /** An image that nobody signed. */
    unsigned: string;
    /** The public key, as cosign takes it. */
    keyFile: string;
    /** A ClusterImagePolicy with that key, for all images. */
    policyFile: string;
    /** A home without credentials, without configuration. */
    home: string;
    close(): Promise<void>;
}

/** Images are pushed and signed by the name by which they are verified, because the signature says that name. */
export async function setStage(count: number): Promise<Stage> {
    const home = await fs.mkdtemp(path.join(os.tmpdir(), "signed-images-bench-"));
    const registry = await RegistryProcess.start();
    const proxy = await DelayingProxy.start(registry.host, 0);
    const close = async () => {
        await proxy.stop();
        await registry.stop();
        await fs.rm(home, { recursive: true, force: true });
    };
    try {
        return { proxy, home, close, ...(await fill(proxy.host, home, count)) };
    } catch (error) {
        await close();
        throw error;
    }
}

type Content = Pick<Stage, "signed" | "unsigned" | "keyFile" | "policyFile">;

async function fill(host: string, home: string, count: number): Promise<Content> {
    const { publicKey, privateKey } = generateKeyPairSync("ec", {
        namedCurve: "P-256",
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs8", format: "pem" },
    });
    const keyFile = path.join(home, "release.pub");
    const policyFile = path.join(home, "policy.json");
    await fs.writeFile(keyFile, publicKey);
    await fs.writeFile(policyFile, JSON.stringify(policyFor(host, publicKey)));

    const client = new RegistryClient({ environment: {} });
    const signer = keySigner(createPrivateKey(privateKey));
    try {
        const push = (name: string) => pushImage(client, { registry: host, repository: `acme/${name}` }, name);
        const signed = await Promise.all(
            Array.from({ length: count }, async (_, index) => {
                const image = await push(`app-${index}`);
                await signImage(client, image, signer);
                return referenceOf(image);
            }),
        );
        return { signed, unsigned: referenceOf(await push("unsigned")), keyFile, policyFile };
    } finally {
        await client.close();
    }
}

function policyFor(host: string, publicKey: string): object {
    return {
        apiVersion: "policy.sigstore.dev/v1beta1",
        kind: "ClusterImagePolicy",
        metadata: { name: "release" },
        spec: {
            images: [{ glob: `${host}/**` }],
            authorities: [{ name: "release", key: { data: publicKey, hashAlgorithm: "sha256" } }],
        },
    };
}
