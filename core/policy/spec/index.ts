export * from "./attestation";
export * from "./authority";
export * from "./clusterImagePolicy";
export * from "./key";
export * from "./keyless";
export * from "./policy";
export * from "./trustRoot";
