/** Where upstream publishes the policy-controller chart. */
export const CHART_REPOSITORY = "https://sigstore.github.io/helm-charts";

/** The chart that this package is tested with; its appVersion is 0.13.1. */
export const CHART_VERSION = "0.10.6";
