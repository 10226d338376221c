import * as fs from "node:fs";
import * as path from "node:path";
import * as kubernetes from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { temporaryFolder } from "./temporary-folder";

/** A question to the cluster. */
export interface ClusterCheck {
    /** A Helm template that looks objects up and fails where they are not as they must be. */
    template: string;
    /** What the template reads as `.Values`. */
    values: pulumi.Inputs;
}

/**
 * Asks the cluster, at preview and before anything that depends on the answer is changed.
 *
 * A chart without objects whose template looks them up and fails. That way the question is asked by the provider, with whatever
 * kubeconfig and context it was given, and whatever rights: nothing else that a program can use sees the cluster as it does. Where
 * the provider's cluster is not known at preview, the question waits for the deployment.
 */
export function checkCluster(
    name: string,
    { template, values }: ClusterCheck,
    opts: pulumi.ComponentResourceOptions,
): pulumi.Resource {
    return new kubernetes.helm.v4.Chart(
        name,
        {
            // The path never gets into the state, which has no inputs of components.
            chart: chartWith(template),
            // Helm's own rule for names of releases, which these do not become.
            name: "signed-images",
            values,
        },
        opts,
    );
}

/** In place of a question that nobody would answer: the same resource, so that no preview shows the question as deleted. */
export function unaskedCheck(name: string, opts: pulumi.ComponentResourceOptions): pulumi.Resource {
    return new pulumi.ComponentResource("kubernetes:helm.sh/v4:Chart", name, {}, opts);
}

const CHART = `apiVersion: v2
name: signed-images
version: 0.0.0
description: Has no objects; its template fails where the cluster is not as it must be.
`;

/** The folders of the charts, by their template. */
const folders = new Map<string, string>();

/**
 * The folder of a chart with this template.
 *
 * Written by the process that uses it: a folder that others could write to would let them add objects.
 */
export function chartWith(template: string): string {
    const known = folders.get(template);
    // A process that serves for days may have lost it: to a later run, or to who tidies the folder of temporary files.
    if (known !== undefined && fs.existsSync(known)) {
        return known;
    }
    const folder = temporaryFolder("signed-images-check-");
    fs.mkdirSync(path.join(folder, "templates"));
    fs.writeFileSync(path.join(folder, "Chart.yaml"), CHART);
    fs.writeFileSync(path.join(folder, "templates", "check.yaml"), template);
    folders.set(template, folder);
    return folder;
}
