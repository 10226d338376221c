/** What is asked of a live cluster. */
export { ClusterError, type ClusterErrorCode } from "./errors";
export { loadContext, loadKubeConfig } from "./kubeconfig";
export { readCluster, readKeySecrets, readSecrets, readWorkloads, type KeySecrets } from "./live";
export { connect, type ClusterReader } from "./reader";
