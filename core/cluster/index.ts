/** What is asked of a live cluster. */
export { ClusterError, type ClusterErrorCode } from "./errors";
export { loadContext, loadKubeConfig } from "./kubeconfig";
export { readCluster, readSecrets, readWorkloads } from "./live";
export { connect, type ClusterReader } from "./reader";
