/** OCI registries: references, manifests, blobs and what is attached to them, read and written. */
export { parseReference, parseRepository, referenceName, type ImageReference } from "../policy/go/reference";
export { RegistryClient } from "./client";
export { descriptorOf, descriptorsOf } from "./descriptors";
export { firstValue } from "./json";
export { RegistryError, type RegistryErrorCode, type RegistryErrorDetails } from "./errors";
export * from "./media-types";
export type { Credential, RegistryLimits, RegistryOptions, RegistrySettings, RegistryTimeouts } from "./options";
export { isMirror, isRegistry, settingProblems, type SettingProblem } from "./setting-problems";
export type { Descriptor, Manifest, Platform, RegistryReader, RegistryWriter, RepositoryName } from "./types";
