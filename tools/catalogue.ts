/** A file that a main package of ours embeds and that its dependency's module holds: copied beside it before a build. */
export interface EmbeddedFile {
    readonly module: string;
    readonly file: string;
}

/** A provider's name and version, as a program's SDK asks the engine for it. */
export interface Plugin {
    readonly name: string;
    readonly version: string;
}

/** How one binary is built. */
export interface ToolDefinition {
    /** The folder with the pins, a Go module of its own. */
    readonly module: string;
    /** The main package; `.` is one of ours, in the module's folder. */
    readonly package: string;
    /** Where the binary goes below the output folder. */
    readonly folder: string;
    /**
     * Linker flags beside `-s -w`.
     *
     * @default none
     */
    readonly linkerFlags?: readonly string[];
    /** @default nothing is embedded */
    readonly embeds?: EmbeddedFile;
    /** @default the tool is no Pulumi plugin */
    readonly plugin?: Plugin;
    /** Measured with cold caches on two cores, downloads included; for the announcement only. */
    readonly expectedSeconds: number;
}

// The Automation API runs `<root>/bin/pulumi` (PulumiCommand.get), and the engine takes what lies beside it for bundled.
// Providers lie elsewhere: the engine warns of one that it finds on PATH.
const ENGINE_FOLDER = "engine/bin";
const PLUGIN_FOLDER = "plugins";
const BIN_FOLDER = "bin";

/** Clients parse these; without them a Kubernetes binary calls itself v0.0.0-master. */
const KUBERNETES_VERSION = ["k8s.io/component-base/version", "k8s.io/client-go/pkg/version"].flatMap((variables) =>
    ["gitVersion=v1.36.1", "gitMajor=1", "gitMinor=36", "gitTreeState=clean"].map(
        (value) => `-X ${variables}.${value}`,
    ),
);

/** What the pinned CLI says that it is. */
export const PULUMI_VERSION = "3.255.0";

/** All tools. */
export const CATALOGUE = {
    etcd: {
        module: "etcd",
        package: "go.etcd.io/etcd/server/v3",
        folder: BIN_FOLDER,
        expectedSeconds: 90,
    },
    "kube-apiserver": {
        module: "kubernetes",
        package: "k8s.io/kubernetes/cmd/kube-apiserver",
        folder: BIN_FOLDER,
        linkerFlags: KUBERNETES_VERSION,
        expectedSeconds: 370,
    },
    "kube-controller-manager": {
        module: "kubernetes",
        package: "k8s.io/kubernetes/cmd/kube-controller-manager",
        folder: BIN_FOLDER,
        linkerFlags: KUBERNETES_VERSION,
        expectedSeconds: 100,
    },
    kubectl: {
        module: "kubernetes",
        package: "k8s.io/kubernetes/cmd/kubectl",
        folder: BIN_FOLDER,
        linkerFlags: KUBERNETES_VERSION,
        expectedSeconds: 60,
    },
    pulumi: {
        module: "pulumi",
        package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
        folder: ENGINE_FOLDER,
        linkerFlags: [`-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${PULUMI_VERSION}`],
        expectedSeconds: 360,
    },
    "pulumi-language-nodejs": {
        module: "pulumi-language-nodejs",
        package: "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
        folder: ENGINE_FOLDER,
        expectedSeconds: 55,
    },
    "pulumi-language-yaml": {
        module: "pulumi-language-yaml",
        package: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml",
        folder: ENGINE_FOLDER,
        expectedSeconds: 55,
    },
    "pulumi-resource-kubernetes": {
        module: "pulumi-resource-kubernetes",
        package: ".",
        folder: PLUGIN_FOLDER,
        embeds: {
            module: "github.com/pulumi/pulumi-kubernetes/provider/v4",
            file: "cmd/pulumi-resource-kubernetes/schema.json",
        },
        plugin: { name: "kubernetes", version: "4.25.0" },
        expectedSeconds: 400,
    },
    "pulumi-resource-random": {
        module: "pulumi-resource-random",
        package: ".",
        folder: PLUGIN_FOLDER,
        plugin: { name: "random", version: "4.21.2" },
        expectedSeconds: 110,
    },
    // 0.13.1 is the appVersion of the pinned chart, so it is the one that a name without version means.
    "policy-controller": {
        module: "policy-controller-0.13.1",
        package: "github.com/sigstore/policy-controller/cmd/webhook",
        folder: BIN_FOLDER,
        expectedSeconds: 310,
    },
    "policy-tester": {
        module: "policy-controller-0.13.1",
        package: "github.com/sigstore/policy-controller/cmd/tester",
        folder: BIN_FOLDER,
        expectedSeconds: 30,
    },
    "policy-controller-0.15.1": {
        module: "policy-controller",
        package: "github.com/sigstore/policy-controller/cmd/webhook",
        folder: BIN_FOLDER,
        expectedSeconds: 160,
    },
    "policy-tester-0.15.1": {
        module: "policy-controller",
        package: "github.com/sigstore/policy-controller/cmd/tester",
        folder: BIN_FOLDER,
        expectedSeconds: 30,
    },
    cosign: {
        module: "cosign",
        package: "github.com/sigstore/cosign/v3/cmd/cosign",
        folder: BIN_FOLDER,
        expectedSeconds: 150,
    },
    crane: {
        module: "cosign",
        package: "github.com/google/go-containerregistry/cmd/crane",
        folder: BIN_FOLDER,
        expectedSeconds: 10,
    },
    registry: {
        module: "cosign",
        package: "github.com/google/go-containerregistry/cmd/registry",
        folder: BIN_FOLDER,
        expectedSeconds: 10,
    },
    helm: {
        module: "helm",
        package: "helm.sh/helm/v3/cmd/helm",
        folder: BIN_FOLDER,
        expectedSeconds: 60,
    },
    distribution: {
        module: "distribution",
        package: "github.com/distribution/distribution/v3/cmd/registry",
        folder: BIN_FOLDER,
        expectedSeconds: 45,
    },
} as const satisfies Readonly<Record<string, ToolDefinition>>;

/** `policy-controller` without a version is the chart's appVersion, 0.13.1. */
export type ToolName = keyof typeof CATALOGUE;

/** The API server that pods are admitted by, the webhook that judges them, and what pushes and signs images. */
export const CONTROL_PLANE_TOOLS = [
    "etcd",
    "kube-apiserver",
    "kube-controller-manager",
    "policy-controller",
    "cosign",
    "crane",
    "registry",
] as const satisfies readonly ToolName[];

/** The pinned Pulumi with what this project's programs need; see engine.ts for when it is wanted. */
export const ENGINE_TOOLS = [
    "pulumi",
    "pulumi-language-nodejs",
    "pulumi-resource-kubernetes",
    "pulumi-resource-random",
] as const satisfies readonly ToolName[];

/** What `npm run demo` needs on a machine without Pulumi. */
export const DEMO_TOOLS: readonly ToolName[] = [...CONTROL_PLANE_TOOLS, ...ENGINE_TOOLS];

/** What the tests need beside that: the webhook that claims are tested on too, a registry with users, what others install with, and another language. */
export const TEST_ONLY_TOOLS = [
    "policy-controller-0.15.1",
    "distribution",
    "helm",
    "pulumi-language-yaml",
] as const satisfies readonly ToolName[];

/** What `npm test` needs on a machine without Pulumi. */
export const TEST_TOOLS: readonly ToolName[] = [...DEMO_TOOLS, ...TEST_ONLY_TOOLS];
