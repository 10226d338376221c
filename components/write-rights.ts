import * as pulumi from "@pulumi/pulumi";
import { API_VERSION, type Finding, warning } from "../core/policy";
import { typesAtPreview } from "./cluster-reach";
import { rejectFindings } from "./findings";
import { withUnknowns } from "./known-values";

/** An object as the provider hands it back. */
export interface ProvidedObject {
    apiVersion: pulumi.Output<string>;
    kind: pulumi.Output<string>;
    metadata: pulumi.Output<{ name?: string; namespace?: string; uid?: string }>;
}

/**
 * Warns, at preview, of what the API server forbids to write.
 *
 * The provider tries out by a dry run what it would write. Where that is forbidden, it goes on without a word, with what the program
 * wrote in place of an answer (pulumi-kubernetes, provider/pkg/provider/provider.go, `Create` and `Update`): there is no UID. Nothing is
 * asked here that the provider has not asked already.
 *
 * A warning, because whoever may only read can preview all the same. Nothing is said of objects in namespaces, which cannot be tried
 * out before the namespace is there, nor of patches, which the provider does not try out before they are made, nor where it tries out
 * nothing at all.
 *
 * @param objects Those of them that are known whole: the others are not tried out.
 */
export function warnOfForbidden(
    component: string,
    name: string,
    objects: pulumi.Input<readonly ProvidedObject[]>,
    parent: pulumi.Resource,
): void {
    if (!pulumi.runtime.isDryRun()) {
        return;
    }
    const answers = pulumi
        .output(objects)
        .apply((all) => pulumi.all(all.map(({ apiVersion, kind, metadata }) => ({ apiVersion, kind, metadata }))));
    pulumi.all([answers, triesOut(parent)]).apply(async ([answers, tried]) => {
        const untried = answers.filter(
            ({ metadata }) => metadata.uid === undefined && metadata.namespace === undefined,
        );
        const types = tried && untried.length > 0 ? ((await typesAtPreview(parent)) ?? []) : [];
        const forbidden = untried.filter(({ apiVersion }) =>
            types.includes(apiVersion === API_VERSION ? "policies" : "core"),
        );
        if (forbidden.length > 0) {
            rejectFindings(component, name, [writeForbidden(forbidden)]);
        }
    });
}

/** The settings of a provider that decide whether it tries anything out; a `Provider` has what it was given, some of it as JSON. */
interface ProviderSettings {
    enableServerSideApply?: pulumi.Input<string | boolean | undefined>;
    renderYamlToDirectory?: pulumi.Input<string | undefined>;
}

/** Not with client-side apply, and not where objects are written to files. */
function triesOut(parent: pulumi.Resource): pulumi.Output<boolean> {
    const provider: (pulumi.ProviderResource & ProviderSettings) | undefined =
        parent.getProvider("kubernetes:core/v1:Namespace");
    const { enableServerSideApply, renderYamlToDirectory } = provider ?? settingsOfDefaultProvider();
    // What a provider was not given is not known at preview.
    return withUnknowns(pulumi.all([enableServerSideApply, renderYamlToDirectory])).apply((settings) => {
        const [serverSide, directory] = settings as unknown[];
        const writesFiles = typeof directory === "string" && directory !== "" && !pulumi.isUnknown(directory);
        return String(serverSide) !== "false" && !writesFiles;
    }, true);
}

function settingsOfDefaultProvider(): ProviderSettings {
    const config = new pulumi.Config("kubernetes");
    return {
        enableServerSideApply: config.get("enableServerSideApply") ?? process.env.PULUMI_K8S_ENABLE_SERVER_SIDE_APPLY,
        renderYamlToDirectory: config.get("renderYamlToDirectory"),
    };
}

function writeForbidden(objects: readonly pulumi.Unwrap<ProvidedObject>[]): Finding {
    const found = objects.map(({ kind, metadata }) => `${kind} ${metadata.name ?? ""}`).sort();
    const resources = new Set(objects.map(({ apiVersion, kind }) => resourceOf(apiVersion, kind)));
    const roles = objects.some(({ kind }) => kind.startsWith("ClusterRole"))
        ? ", and the rights that the role has"
        : "";
    return warning("write-forbidden", [], {
        found: found.join(", "),
        cluster: "The API server forbade it in the dry run of this preview, as it would in `pulumi up`.",
        instead: `Give the user of the kubeconfig the verbs patch and create on ${[...resources].sort().join(", ")}${roles}.`,
    });
}

/** The resource of a kind, as `kubectl auth can-i` takes it: `clusterroles.rbac.authorization.k8s.io`. */
function resourceOf(apiVersion: string, kind: string): string {
    const [group, version] = apiVersion.split("/");
    const plural = kind.toLowerCase().replace(/y$/, "ie").replace(/s$/, "se") + "s";
    return version === undefined ? plural : `${plural}.${group}`;
}
