export * from "./catalogue";
export * from "./finding";
export * from "./manifest";
export * from "./path";
export * from "./render";
export * from "./spec";
export * from "./unknown";
export * from "./validate";
