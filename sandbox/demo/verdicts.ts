import { ApiException, AppsV1Api, type KubeConfig, type V1Deployment } from "@kubernetes/client-node";
import type { ImageCase, PushedImage } from "./images";

/** What the cluster said of an image. */
export interface Verdict {
    case: ImageCase;
    image: string;
    admitted: boolean;
    /** The API server's own words; what it called the Deployment where it admitted it. */
    message: string;
}

/** Asks the cluster by creating a Deployment of the image, for good. */
export async function deploy(kubeConfig: KubeConfig, namespace: string, image: PushedImage): Promise<Verdict> {
    const verdict = { case: image.case, image: image.reference };
    try {
        const deployments = kubeConfig.makeApiClient(AppsV1Api);
        await deployments.createNamespacedDeployment({ namespace, body: deploymentOf(image) });
        return { ...verdict, admitted: true, message: `deployment.apps/${image.case} created` };
    } catch (problem) {
        if (problem instanceof ApiException && isRefusal(problem.code)) {
            return { ...verdict, admitted: false, message: statusMessage(problem) };
        }
        throw problem;
    }
}

/** Admission says no with the code of the webhook: 400 or 403. Everything else is a cluster that does not answer. */
function isRefusal(code: number): boolean {
    return code === 400 || code === 403;
}

function statusMessage(problem: ApiException<unknown>): string {
    const body = typeof problem.body === "string" ? (JSON.parse(problem.body) as unknown) : problem.body;
    if (typeof body === "object" && body !== null && "message" in body && typeof body.message === "string") {
        return body.message;
    }
    return problem.message;
}

function deploymentOf(image: PushedImage): V1Deployment {
    const labels = { app: image.case };
    return {
        metadata: { name: image.case, labels },
        spec: {
            replicas: 1,
            selector: { matchLabels: labels },
            template: { metadata: { labels }, spec: { containers: [{ name: "app", image: image.reference }] } },
        },
    };
}
