import { globRefusal } from "../glob/compile";
import { error, show } from "../finding";
import { invalid, missing, nullRefused } from "../said";
import { isKnown, UNKNOWN } from "../unknown";
import { isMissing } from "./present";

import type { Finding } from "../finding";
import type { ImagePattern } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known, MaybeUnknown } from "../unknown";

/** `spec.images`: at least one, each with a glob that compiles (`ImagePattern.Validate`, `ValidateGlob`). */
export function validateImages(images: MaybeUnknown<ImagePattern[] | undefined>, spec: PropertyPath): Finding[] {
    if (images === UNKNOWN) {
        return [];
    }
    if (images === undefined || images.length === 0) {
        return [
            error("images-missing", [...spec, "images"], {
                found: "none",
                cluster: images === undefined ? nullRefused([...spec, "images"], "array") : missing(spec, "images"),
                instead:
                    "List the images, for one repository: ghcr.io/acme/app@*, for all under a path: ghcr.io/acme/**.",
            }),
        ];
    }
    return images.flatMap((image, index) => (isKnown(image) ? validateImage(image, [...spec, "images", index]) : []));
}

function validateImage({ glob }: Known<ImagePattern>, path: PropertyPath): Finding[] {
    if (glob === UNKNOWN) {
        return [];
    }
    if (glob === undefined || isMissing(glob)) {
        return [
            error("glob-missing", [...path, "glob"], {
                found: show(glob),
                cluster: missing(path, "glob"),
                instead: "Write the glob, such as ghcr.io/acme/app@*.",
            }),
        ];
    }
    const refusal = globRefusal(glob);
    if (refusal === undefined) {
        return [];
    }
    return [
        error("glob-invalid", [...path, "glob"], {
            found: show(glob),
            cluster: invalid(glob, [...path, "glob"], `glob is invalid: ${refusal}`),
            instead: "Use letters, digits, - _ . : / @ and the wildcards * and **; there are no ?, [a-z] or {a,b}.",
        }),
    ];
}
