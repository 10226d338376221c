import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { ApiError } from "../../sandbox/api";
import { ContainerConfigError, prepareContainer } from "../../sandbox/container";
import { Container, Pod } from "../../sandbox/objects";
import { TemporaryFolder } from "./support/temporary";

const ADDRESSES = { podIP: "10.244.1.2", hostIP: "192.0.2.1" };

const STORED: Record<string, object> = {
    "/api/v1/namespaces/cosign-system/configmaps/settings": { data: { level: "debug", "ca.crt": "CERTIFICATE" } },
    "/api/v1/namespaces/cosign-system/secrets/token": { data: { token: Buffer.from("s3cret").toString("base64") } },
};

const api = {
    get: <T>(path: string): Promise<T> =>
        path in STORED ? Promise.resolve(STORED[path] as T) : Promise.reject(new ApiError(404, `${path} not found`)),
};

describe("a container as a process", () => {
    let temporary: TemporaryFolder;

    beforeEach(() => {
        temporary = new TemporaryFolder();
    });

    afterEach(() => {
        temporary.remove();
    });

    function prepare(container: Partial<Container>, spec: Partial<Pod["spec"]> = {}) {
        const whole = { name: "webhook", image: "policy-controller", ...container };
        const pod: Pod = {
            metadata: {
                name: "webhook-1",
                namespace: "cosign-system",
                uid: "1-2-3",
                creationTimestamp: "2026-11-01T00:00:00Z",
                labels: { "app.kubernetes.io/name": "policy-controller" },
            },
            spec: { nodeName: "sandbox-a", serviceAccountName: "webhook", containers: [whole], ...spec },
        };
        return prepareContainer(pod, whole, ADDRESSES, temporary.path, api);
    }

    const field = (fieldPath: string) => ({ name: "X", valueFrom: { fieldRef: { fieldPath } } });

    for (const [path, value] of [
        ["metadata.name", "webhook-1"],
        ["metadata.namespace", "cosign-system"],
        ["metadata.uid", "1-2-3"],
        ["metadata.labels['app.kubernetes.io/name']", "policy-controller"],
        ["metadata.annotations['absent']", ""],
        ["spec.nodeName", "sandbox-a"],
        ["spec.serviceAccountName", "webhook"],
        ["status.podIP", "10.244.1.2"],
        ["status.hostIP", "192.0.2.1"],
    ] as const) {
        it(`knows ${path}`, async () => {
            expect((await prepare({ env: [field(path)] })).env).to.deep.equal({ X: value });
        });
    }

    it("takes variables from ConfigMaps and Secrets, one by one and all at once", async () => {
        const { env } = await prepare({
            envFrom: [{ prefix: "ALL_", configMapRef: { name: "settings" } }, { secretRef: { name: "token" } }],
            env: [
                { name: "LEVEL", valueFrom: { configMapKeyRef: { name: "settings", key: "level" } } },
                { name: "TOKEN", valueFrom: { secretKeyRef: { name: "token", key: "token" } } },
                { name: "NONE", valueFrom: { secretKeyRef: { name: "absent", key: "token", optional: true } } },
            ],
        });
        expect(env).to.deep.equal({
            ALL_level: "debug",
            "ALL_ca.crt": "CERTIFICATE",
            token: "s3cret",
            LEVEL: "debug",
            TOKEN: "s3cret",
        });
    });

    it("expands references to earlier variables in variables and arguments, and leaves the others", async () => {
        const { args, env } = await prepare({
            env: [
                { name: "HOST", value: "example.com" },
                { name: "URL", value: "https://$(HOST)/$(PATH_OF_NOBODY)" },
                { name: "PRICE", value: "$$(HOST)" },
            ],
            args: ["-url=$(URL)"],
        });
        expect(env).to.include({ URL: "https://example.com/$(PATH_OF_NOBODY)", PRICE: "$(HOST)" });
        expect(args).to.deep.equal(["-url=https://example.com/$(PATH_OF_NOBODY)"]);
    });

    for (const [what, reference, message] of [
        ["a Secret", { secretKeyRef: { name: "absent", key: "a" } }, 'secret "absent" not found'],
        ["a ConfigMap", { configMapKeyRef: { name: "absent", key: "a" } }, 'configmap "absent" not found'],
        ["a key", { secretKeyRef: { name: "token", key: "absent" } }, "couldn't find key absent in token"],
    ] as const) {
        it(`says which ${what.replace(/^an? /, "")} is missing`, async () => {
            const error = await prepare({ env: [{ name: "X", valueFrom: reference }] }).catch(
                (reason: unknown) => reason,
            );
            expect(error).to.be.instanceOf(ContainerConfigError);
            expect((error as Error).message).to.equal(message);
        });
    }

    it("lays volumes out as folders, and rewrites the paths that lead into them", async () => {
        const { args, env } = await prepare(
            {
                env: [
                    { name: "HOME", value: "/home/nonroot" },
                    { name: "SSL_CERT_DIR", value: "/etc/custom-ca:/etc/ssl/certs" },
                    { name: "OTHER", value: "/etc/custom-ca-of-others" },
                ],
                args: ["-root=/etc/custom-ca/ca.crt"],
                volumeMounts: [
                    { name: "home", mountPath: "/home/nonroot" },
                    { name: "ca", mountPath: "/etc/custom-ca/" },
                ],
            },
            {
                volumes: [
                    { name: "home" },
                    { name: "ca", configMap: { name: "settings", items: [{ key: "ca.crt", path: "ca.crt" }] } },
                ],
            },
        );
        const ca = join(temporary.path, "ca");
        expect(args).to.deep.equal([`-root=${ca}/ca.crt`]);
        expect(env).to.deep.equal({
            HOME: join(temporary.path, "home"),
            SSL_CERT_DIR: `${ca}:/etc/ssl/certs`,
            OTHER: "/etc/custom-ca-of-others",
        });
        expect(readFileSync(join(ca, "ca.crt"), "utf8")).to.equal("CERTIFICATE");
    });
});
