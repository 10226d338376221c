/** Images with their verdicts and the objects that run them, as reports show them. */
import { printable } from "../policy/printable";
import { Verdict } from "./verdict";

import type { PolicyVerdict } from "./verdict";

/** One image of one object, judged. */
export interface CheckedImage {
    /** As it was given, or as the object names it. */
    image: string;
    /** `sha256:…`; null where it is not known. */
    digest: string | null;
    verdict: Verdict;
    /** Why, in one line. */
    reason: string;
    /** The object that runs it; null for an image that was given by name. */
    workload: CheckedWorkload | null;
    /** Of what runs in a cluster, where that is asked as it will be: the verdict as things are now, by the cluster alone. */
    now?: Verdict;
    policies: PolicyVerdict[];
}

/** An object that runs images. */
export interface CheckedWorkload {
    kind: string;
    namespace: string;
    name: string;
    /** The field that names the image: `spec.template.spec.containers[0].image`. */
    path: string;
    /** How many pods of the same maker run it; only of pods in a cluster. */
    pods?: number;
}

/** Whether an image runs as things are and would be refused. */
export function isLost({ now, verdict }: CheckedImage): boolean {
    return verdict === Verdict.Refused && (now === Verdict.Admitted || now === Verdict.Warned);
}

/** `Deployment shop/web`. */
export function placeOf({ kind, namespace, name, pods }: CheckedWorkload): string {
    if (pods !== undefined) {
        return printable(`${pods} pod${pods === 1 ? "" : "s"} ${name} in ${namespace}`);
    }
    return printable(`${kind} ${namespace}/${name}`);
}
