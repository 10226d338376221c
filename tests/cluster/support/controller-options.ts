import { NoMatchPolicy, type PolicyControllerArgs } from "../../../index";

/** Each option of a controller that changes its objects, alone; what a mirror needs is in air-gap.test.ts. */
export const CONTROLLER_OPTIONS: Readonly<Record<string, PolicyControllerArgs>> = {
    "one replica": { replicas: 1 },
    "more replicas than nodes": { replicas: 5 },
    "warnings instead of refusals": { noMatchPolicy: NoMatchPolicy.Warn },
    "no word about what no policy matches": { noMatchPolicy: NoMatchPolicy.Allow },
    "another time-out": { webhookTimeoutSeconds: 10, armingTimeoutSeconds: 120 },
    "owned objects judged": { judgeOwnedObjects: true },
    "definitions that are kept": { keepCrds: true },
    "the nodes' network": { hostNetwork: true, replicas: 2 },
    "another port": { servicePort: 8443 },
    "a workload identity": { serviceAccountAnnotations: { "eks.amazonaws.com/role-arn": "arn:aws:iam::1:role/x" } },
    "another priority class": { priorityClass: "system-cluster-critical" },
    "other resources": {
        resources: { requests: { cpu: "0.2", memory: "134217728" }, limits: { cpu: "2000m", memory: "1024Mi" } },
    },
    "no trust root from sigstore": { tuf: { disabled: true } },
    "values of pods": {
        values: {
            loglevel: "debug",
            commonNodeSelector: { "kubernetes.io/os": "linux" },
            commonTolerations: [{ key: "a", operator: "Exists", effect: "NoSchedule" }],
            webhook: {
                customLabels: { team: "platform" },
                podAnnotations: { "prometheus.io/scrape": "true" },
                env: { A: "b" },
                volumes: [{ name: "tmp", emptyDir: {} }],
                volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
                securityContext: { enabled: true, runAsUser: 65532 },
                image: { pullPolicy: "Always" },
            },
        },
    },
    "values of the Service": {
        values: {
            webhook: { service: { type: "NodePort", annotations: { a: "b" } }, serviceAccount: { name: "door" } },
        },
    },
    "values of the webhooks": {
        values: {
            annotations: { a: "b" },
            labels: { c: "d" },
            cosign: { webhookTimeoutSeconds: { mutating: 5, validating: 6 } },
            webhook: {
                failurePolicy: "Ignore",
                namespaceSelector: { matchExpressions: [{ key: "team", operator: "Exists" }] },
                podDisruptionBudget: { maxUnavailable: 1 },
            },
        },
    },
    "no disruption budget": { values: { webhook: { podDisruptionBudget: { enabled: false } } } },
};
