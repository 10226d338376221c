import { error, warning } from "../finding";
import { decodeBase64 } from "../go/base64";
import { invalid } from "../said";
import { readRepository } from "../tuf/client";
import { fieldOf } from "../tuf/metadata";
import { readTarget } from "../tuf/target";
import { Mirror } from "../tuf/mirror";
import { doubt, MirrorRefusal } from "../tuf/refusal";

import type { Finding } from "../finding";
import type { PropertyPath } from "../path";
import type { TrustedMetadata } from "../tuf/client";

/** What `spec.repository` holds, with the defaults that the webhook fills in. */
export interface MirrorFields {
    root: string;
    mirrorFS: string;
    targets: string;
    trustedRootTarget: string;
}

/** So many days before metadata expires it is said. */
const EXPIRES_SOON_DAYS = 30;

const DAY_MS = 24 * 60 * 60 * 1000;

/** A TUF repository in the object (`Repository.Validate`): the webhook runs a TUF client over it, and so does this. */
export function validateMirror(fields: MirrorFields, path: PropertyPath, now: Date = new Date()): Finding[] {
    const place = [...path, "mirrorFS"];
    try {
        const mirror = new Mirror(bytesOf(fields.mirrorFS));
        const metadata = readRepository(mirror, bytesOf(fields.root), now);
        if (!mirror.hasFolder(fields.targets)) {
            doubt(`an archive without the folder ${fields.targets}`, "Pack the targets as well, or name their folder.");
        }
        return [...unreadableTarget(mirror, metadata, fields, place), ...expiringSoon(metadata, place, now)];
    } catch (cause) {
        return [refusal(textsOf(cause), place)];
    }
}

/** @throws what is no refusal */
function textsOf(cause: unknown): MirrorRefusal {
    if (cause instanceof MirrorRefusal) {
        return cause;
    }
    throw cause;
}

function bytesOf(base64: string): Buffer {
    return decodeBase64(base64) ?? Buffer.alloc(0);
}

function refusal({ found, instead, isDoubtful }: MirrorRefusal, place: PropertyPath): Finding {
    return isDoubtful
        ? error("trust-root-mirror-fs-doubtful", place, {
              found,
              cluster:
                  "Not every version of policy-controller would take the trust root: 0.13.1 and 0.15.1 read mirrors with different TUF clients.",
              instead,
          })
        : error("trust-root-mirror-fs-invalid", place, {
              found,
              cluster: invalid("failed to construct a TUF client", place),
              instead,
          });
}

/** The webhook does not look at the files that the metadata is about. The controller then reads one of them. */
function unreadableTarget(
    mirror: Mirror,
    metadata: TrustedMetadata,
    { targets, trustedRootTarget }: MirrorFields,
    place: PropertyPath,
): Finding[] {
    if (fieldOf(metadata.targets.signed.targets, trustedRootTarget) === undefined) {
        return []; // It then takes older targets, each of which says what it is for.
    }
    try {
        // 0.13.1 looks in the folder that the object names, 0.15.1 always in this one.
        for (const folder of new Set([targets, "targets"])) {
            readTarget(mirror, metadata, folder, trustedRootTarget);
        }
        return [];
    } catch (cause) {
        const { found, instead } = textsOf(cause);
        return [
            error("trust-root-mirror-target-unreadable", place, {
                found,
                instead,
                cluster: "The cluster would accept the trust root, and never get it Ready.",
            }),
        ];
    }
}

function expiringSoon(metadata: TrustedMetadata, place: PropertyPath, now: Date): Finding[] {
    const [first] = Object.values(metadata).sort((left, right) => expiryOf(left) - expiryOf(right));
    return first === undefined || expiryOf(first) - now.getTime() > EXPIRES_SOON_DAYS * DAY_MS
        ? []
        : [
              warning("trust-root-mirror-expires-soon", place, {
                  found: `${first.name}, which expires on ${first.signed.expires}`,
                  cluster:
                      "The cluster would accept the trust root until then. Afterwards it refuses every change of it, and the controller cannot read it any more.",
                  instead:
                      "Pack newer files before that day, or use remote, which the controller reads over the network.",
              }),
          ];
}

function expiryOf({ signed }: TrustedMetadata[keyof TrustedMetadata]): number {
    return new Date(signed.expires).getTime();
}
