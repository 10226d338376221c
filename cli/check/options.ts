/** The command line of `check`. */
import { printable } from "../../core/policy/printable";
import { parse } from "../command";
import { UsageError } from "../errors";
import { STDIN } from "../input";
import { mirrorsOf } from "../registry-settings";

export const HELP = `Usage: signed-images check [OPTION]… [IMAGE…]

Says what admission would say of images: admitted, warned, refused or unknown, by which policy and why, with the verdict that
policy-controller's webhook gives.

What is judged:
  IMAGE                      an image by name; it is judged as a pod in an enforced namespace would be
  -f, --filename FILE        objects in YAML or JSON, several documents and Lists too; - is standard input; repeatable
  --preview FILE             the objects of a preview: pulumi preview --show-sames --json > FILE
  --context NAME             everything that runs in the enforced namespaces of this cluster

By which policies:
  --policy FILE              ClusterImagePolicies, and the TrustRoots and Secrets that they name; repeatable. They are taken
                             from --context before it, and from -f and --preview after it: what a later one says of an object
                             holds. Beside --context: as if these went live
  --without-generation NAME  as if this key generation (NAME-GENERATION of a CosignKeyPair) were trusted no more; repeatable
  --no-match POLICY          deny, warn or allow: what happens to images that no policy matches  [default: the cluster's; deny]
  --engine-version VERSION   0.13.1 or 0.15.1 of policy-controller                               [default: the cluster's; 0.13.1]
  --controller-namespace NAME                                                                    [default: cosign-system]

How:
  --registry-ca FILE         certificates (PEM) to trust for registries, beside those that Node trusts; repeatable
  --registry-mirror REGISTRY=MIRROR
                             where else to read from first, such as docker.io=mirror.example.com/hub; repeatable
  --output table|json|markdown
                             json: {images: [{image, digest, verdict, …, policies: […]}], …, summary}; see docs/check.md
  -h, --help                 show this

Registries are asked with the credentials that Docker and podman have on this machine.

Exit code: 0 all admitted (warnings too), 1 something is refused, 3 something is unknown, or the preview failed, and nothing is
refused, 2 for wrong arguments, files that cannot be read and a preview made without --show-sames.`;

/** What `check` is to do. */
export interface CheckOptions {
    images: string[];
    files: string[];
    preview?: string;
    context?: string;
    policyFiles: string[];
    withoutGenerations: string[];
    noMatch?: "deny" | "warn" | "allow";
    engineVersion?: "0.13.1" | "0.15.1";
    controllerNamespace: string;
    registryCas: string[];
    /** By registry, in the order of asking. */
    registryMirrors: Record<string, string[]>;
    output: "table" | "json" | "markdown";
}

/** Reads the arguments. @throws UsageError */
export function checkOptions(args: readonly string[]): CheckOptions {
    const { values, positionals } = parse(args, {
        filename: { type: "string", short: "f", multiple: true, default: [] },
        preview: { type: "string" },
        context: { type: "string" },
        policy: { type: "string", multiple: true, default: [] },
        "without-generation": { type: "string", multiple: true, default: [] },
        "no-match": { type: "string" },
        "engine-version": { type: "string" },
        "controller-namespace": { type: "string", default: "cosign-system" },
        "registry-ca": { type: "string", multiple: true, default: [] },
        "registry-mirror": { type: "string", multiple: true, default: [] },
        output: { type: "string" },
    });
    const options: CheckOptions = {
        images: positionals,
        files: [...new Set(values.filename)],
        preview: values.preview,
        context: values.context,
        policyFiles: [...new Set(values.policy)],
        withoutGenerations: values["without-generation"],
        noMatch: oneOf("--no-match", ["deny", "warn", "allow"], values["no-match"]),
        engineVersion: oneOf("--engine-version", ["0.13.1", "0.15.1"], values["engine-version"]),
        controllerNamespace: values["controller-namespace"],
        registryCas: values["registry-ca"],
        registryMirrors: mirrorsOf(values["registry-mirror"]),
        output: oneOf("--output", ["table", "json", "markdown"], values.output) ?? "table",
    };
    requireSense(options);
    return options;
}

function requireSense({ images, files, preview, context, policyFiles, noMatch }: CheckOptions): void {
    if (images.length + files.length === 0 && preview === undefined && context === undefined) {
        throw new UsageError("There is nothing to check. Give images, -f FILE, --preview FILE or --context NAME.");
    }
    const mayHavePolicies = files.length + policyFiles.length > 0 || preview !== undefined || context !== undefined;
    if (!mayHavePolicies && noMatch === undefined) {
        throw new UsageError(
            "There are no policies. Give --policy FILE, --context NAME for those of a cluster, or --no-match for what becomes of images without any.",
        );
    }
    const empty = images.find((image) => image === "");
    if (empty !== undefined) {
        throw new UsageError("An image is empty.");
    }
    if ([...files, ...policyFiles, preview].filter((file) => file === STDIN).length > 1) {
        throw new UsageError("- is given twice. Standard input can be read once.");
    }
}

function oneOf<T extends string>(option: string, allowed: readonly T[], value: string | undefined): T | undefined {
    const known = allowed.find((candidate) => candidate === value);
    if (value !== undefined && known === undefined) {
        const others = allowed.slice(0, -1).join(", ");
        throw new UsageError(`${option} ${printable(value)}: write ${others} or ${allowed.at(-1) ?? ""}.`);
    }
    return known;
}
