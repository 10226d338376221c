import { DEFAULT_CONTROLLER_NAMESPACE, error, type Finding, show } from "../core/policy";
import { validateLabel } from "./names";

/** Why the namespaces with the cluster's own machinery should run whatever they run. */
const SYSTEM_NAMESPACES: Record<string, string> = {
    "kube-system": "DNS, networking and the control plane would not come back where their images are not signed by you",
    "kube-node-lease": "nodes would be reported as dead while the webhook does not answer",
    "kube-public": "it holds nothing to run, and cluster bootstrap reads it",
};

/** Namespaces of networks, clouds and distributions: what runs there is what the webhook needs to be reached. */
const MACHINERY =
    /^(kube-.+|openshift(-.+)?|calico-.+|tigera-.+|cilium(-.+)?|gke-.+|gmp-.+|aks-.+|azure-.+|amazon-.+|eks-.+|local-path-storage|metallb-system|longhorn-system|rook-ceph|istio-system|linkerd.*)$/;

/** What the rules for a namespace read. */
export interface NamespaceChoice {
    name: string;
    allowSystemNamespace?: boolean;
    /** Whether the program puts a controller there. */
    isControllers?: boolean;
}

/** The rules for the name of an enforced namespace. */
export function validateNamespaceChoice(choice: NamespaceChoice): Finding[] {
    const { name, allowSystemNamespace = false, isControllers = false } = choice;
    if (isControllers || name === DEFAULT_CONTROLLER_NAMESPACE) {
        return [
            error("namespace-never-enforced", ["name"], {
                found: show(name),
                cluster: "policy-controller could not start again after its own webhook refuses its pods",
                instead: "Name the namespaces of your own workloads.",
            }),
        ];
    }
    const consequence = consequenceOf(name);
    if (consequence !== undefined && !allowSystemNamespace) {
        return [
            error("system-namespace", ["name"], {
                found: show(name),
                cluster: consequence,
                instead:
                    "Name the namespaces of your own workloads; or write allowSystemNamespace: true, and sign everything that runs there first.",
            }),
        ];
    }
    return validateLabel(name, ["name"]);
}

function consequenceOf(name: string): string | undefined {
    const known = SYSTEM_NAMESPACES[name];
    const machinery = "the cluster's own machinery would not come back where its images are not signed by you";
    return known ?? (MACHINERY.test(name) ? machinery : undefined);
}
