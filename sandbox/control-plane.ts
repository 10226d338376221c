import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";

import { Api } from "./api";
import { ApiAccess, Tokens, writeKubeconfig, writePrivateFile, writeServiceAccountKey } from "./credentials";
import { SandboxError } from "./errors";
import { Launcher } from "./launcher";
import { freePort } from "./ports";
import { ManagedProcess } from "./process";
import { waitFor } from "./waiting";

const READY_TIMEOUT_MS = 90_000;

/* Without a kubelet, a cloud, routes and disks these would only log errors; without the node's, nothing is evicted. */
const NO_CONTROLLERS = [
    "cloud-node-lifecycle-controller",
    "device-taint-eviction-controller",
    "ephemeral-volume-controller",
    "node-ipam-controller",
    "node-lifecycle-controller",
    "node-route-controller",
    "persistentvolume-attach-detach-controller",
    "persistentvolume-binder-controller",
    "persistentvolume-expander-controller",
    "persistentvolume-protection-controller",
    "persistentvolumeclaim-protection-controller",
    "service-lb-controller",
    "taint-eviction-controller",
    "ttl-controller",
    "volumeattributesclass-protection-controller",
];

export interface ControlPlaneOptions {
    binaries: Record<"etcd" | "kube-apiserver" | "kube-controller-manager", string>;
    directory: string;
    tokens: Tokens;
    egressSocket: string;
    launcher: Launcher;
    signal?: AbortSignal;
    /** What became ready. */
    ready: (what: string) => void;
}

/** etcd, kube-apiserver and kube-controller-manager; resolves when all three do their work. */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ApiAccess> {
    const serviceAccountKey = writeServiceAccountKey(options.directory);
    const etcd = await startEtcd(options);
    const apiServer = await startApiServer(options, etcd, serviceAccountKey);
    const controllerManager = await startControllerManager(options, apiServer.access, serviceAccountKey);
    await waitUntilServing(options, apiServer.access, [etcd.process, apiServer.process, controllerManager]);
    return apiServer.access;
}

interface Etcd {
    process: ManagedProcess;
    address: string;
}

/* On Unix sockets in our private folder: etcd asks nobody for a password, and its store holds every Secret. */
async function startEtcd({ binaries, directory, launcher }: ControlPlaneOptions): Promise<Etcd> {
    const address = `unix://${join(directory, "etcd.sock")}`;
    const peers = `unix://${join(directory, "peer.sock")}`;
    const process = await launcher.start({
        name: "etcd",
        binary: binaries.etcd,
        args: [
            `--data-dir=${join(directory, "etcd")}`,
            `--listen-client-urls=${address}`,
            `--advertise-client-urls=${address}`,
            `--listen-peer-urls=${peers}`,
            `--initial-advertise-peer-urls=${peers}`,
            `--initial-cluster=default=${peers}`,
            "--unsafe-no-fsync",
        ],
    });
    return { process, address };
}

interface ApiServer {
    process: ManagedProcess;
    access: ApiAccess;
}

async function startApiServer(options: ControlPlaneOptions, etcd: Etcd, serviceAccountKey: string): Promise<ApiServer> {
    try {
        return await startApiServerOn(await freePort(), options, etcd, serviceAccountKey);
    } catch (error) {
        // Somebody else was quicker on the port that was free a moment ago.
        if (error instanceof SandboxError && error.message.includes("address already in use")) {
            return startApiServerOn(await freePort(), options, etcd, serviceAccountKey);
        }
        throw error;
    }
}

async function startApiServerOn(
    port: number,
    { binaries, directory, tokens, egressSocket, launcher, signal }: ControlPlaneOptions,
    etcd: Etcd,
    serviceAccountKey: string,
): Promise<ApiServer> {
    const process = await launcher.start({
        name: "kube-apiserver",
        binary: binaries["kube-apiserver"],
        args: [
            `--etcd-servers=${etcd.address}`,
            "--bind-address=127.0.0.1",
            "--advertise-address=127.0.0.1",
            `--secure-port=${port}`,
            `--cert-dir=${certificateDirectory(directory)}`,
            `--service-account-key-file=${serviceAccountKey}`,
            `--service-account-signing-key-file=${serviceAccountKey}`,
            "--service-account-issuer=https://kubernetes.default.svc",
            `--token-auth-file=${tokens.file}`,
            "--anonymous-auth=false",
            "--authorization-mode=RBAC",
            "--service-cluster-ip-range=10.96.0.0/16",
            "--endpoint-reconciler-type=none",
            "--disable-admission-plugins=ServiceAccount",
            `--egress-selector-config-file=${writeEgressConfiguration(directory, egressSocket)}`,
            "--profiling=false",
        ],
    });
    const certificateAuthority = await waitFor("kube-apiserver's certificate", () => readCertificates(directory), {
        timeoutMs: READY_TIMEOUT_MS,
        everyMs: 20,
        processes: [etcd.process, process],
        signal,
    });
    return {
        process,
        access: { server: `https://127.0.0.1:${port}`, certificateAuthority, token: tokens.admin },
    };
}

function certificateDirectory(directory: string): string {
    return join(directory, "kube-apiserver");
}

function certificateFile(directory: string): string {
    return join(certificateDirectory(directory), "apiserver.crt");
}

/* kube-apiserver makes a certificate and the authority that signs it, and writes both into one file. */
function readCertificates(directory: string): string | undefined {
    const file = certificateFile(directory);
    const pem = existsSync(file) ? readFileSync(file, "utf8") : "";
    return pem.match(/-----END CERTIFICATE-----/g)?.length === 2 ? pem : undefined;
}

function writeEgressConfiguration(directory: string, udsName: string): string {
    const file = join(directory, "egress.yaml");
    const connection = { proxyProtocol: "HTTPConnect", transport: { uds: { udsName } } };
    writePrivateFile(
        file,
        stringify({
            apiVersion: "apiserver.k8s.io/v1beta1",
            kind: "EgressSelectorConfiguration",
            egressSelections: [{ name: "cluster", connection }],
        }),
    );
    return file;
}

function startControllerManager(
    { binaries, directory, tokens, launcher }: ControlPlaneOptions,
    access: ApiAccess,
    serviceAccountKey: string,
): Promise<ManagedProcess> {
    const kubeconfig = join(directory, "controller-manager.kubeconfig");
    writeKubeconfig(kubeconfig, access, { token: tokens.controllerManager });
    return launcher.start({
        name: "kube-controller-manager",
        binary: binaries["kube-controller-manager"],
        args: [
            `--kubeconfig=${kubeconfig}`,
            `--service-account-private-key-file=${serviceAccountKey}`,
            `--root-ca-file=${certificateFile(directory)}`,
            `--controllers=*,${NO_CONTROLLERS.map((name) => `-${name}`).join(",")}`,
            "--leader-elect=false",
            "--bind-address=127.0.0.1",
            // It serves nothing that anybody here asks for.
            "--secure-port=0",
            "--kube-api-qps=200",
            "--kube-api-burst=400",
        ],
    });
}

async function waitUntilServing(
    { signal, ready }: ControlPlaneOptions,
    access: ApiAccess,
    processes: readonly ManagedProcess[],
): Promise<void> {
    const api = new Api(access);
    const options = { timeoutMs: READY_TIMEOUT_MS, processes, signal };
    try {
        await waitFor("kube-apiserver", () => answers(api, "/readyz"), options);
        ready("kube-apiserver");
        // What one of its controllers makes in every namespace.
        await waitFor(
            "kube-controller-manager",
            () => answers(api, "/api/v1/namespaces/default/serviceaccounts/default"),
            options,
        );
        ready("kube-controller-manager");
    } finally {
        api.close();
    }
}

async function answers(api: Api, path: string): Promise<true> {
    await api.getText(path);
    return true;
}
