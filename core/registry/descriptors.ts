import { isDigest } from "./digest";
import { asObject, textOf } from "./json";

import type { JsonObject } from "./json";
import type { Descriptor, Platform } from "./types";

/** The descriptors in a member of a manifest or an index (`manifests`, `layers`). What is none is left out. */
export function descriptorsOf(content: unknown, member: string): Descriptor[] {
    const list = asObject(content)?.[member];
    return Array.isArray(list) ? list.map(descriptorOf).filter((descriptor) => descriptor !== undefined) : [];
}

/** Reads a descriptor; undefined where it has no media type, no digest that can be checked or no size. */
export function descriptorOf(value: unknown): Descriptor | undefined {
    const object = asObject(value) ?? {};
    const { size } = object;
    const mediaType = textOf(object, "mediaType");
    const digest = textOf(object, "digest");
    if (mediaType === undefined || digest === undefined || !isDigest(digest) || !isSize(size)) {
        return undefined;
    }
    const artifactType = textOf(object, "artifactType");
    const annotations = annotationsOf(object);
    const platform = platformOf(object);
    return {
        mediaType,
        digest,
        size,
        ...(artifactType === undefined ? {} : { artifactType }),
        ...(annotations === undefined ? {} : { annotations }),
        ...(platform === undefined ? {} : { platform }),
    };
}

function isSize(value: unknown): value is number {
    return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function annotationsOf(object: JsonObject): Record<string, string> | undefined {
    const annotations = asObject(object.annotations);
    return (
        annotations &&
        Object.fromEntries(
            Object.entries(annotations).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
        )
    );
}

function platformOf(object: JsonObject): Platform | undefined {
    const platform = asObject(object.platform) ?? {};
    const os = textOf(platform, "os");
    const architecture = textOf(platform, "architecture");
    const variant = textOf(platform, "variant");
    const osVersion = textOf(platform, "os.version");
    return os === undefined || architecture === undefined
        ? undefined
        : {
              os,
              architecture,
              ...(variant === undefined ? {} : { variant }),
              ...(osVersion === undefined ? {} : { osVersion }),
          };
}
