export * from "./attestation";
export * from "./authority";
export * from "./cluster-image-policy";
export * from "./key";
export * from "./keyless";
export * from "./policy";
export * from "./trust-root";
