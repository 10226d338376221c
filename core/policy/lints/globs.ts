import { error, show, warning } from "../finding";
import { globRefusal } from "../glob/compile";
import { canMatch, canMatchTogether } from "../glob/overlap";
import { repairsOf } from "../glob/repair";

import type { Finding } from "../finding";
import type { PropertyPath } from "../path";

/** What a glob does at admission that it does not seem to: nothing for a glob that the webhook refuses anyway. */
export function globFindings(glob: string, path: PropertyPath): Finding[] {
    if (globRefusal(glob) !== undefined) {
        return [];
    }
    if (!canMatch(glob)) {
        return [neverMatches(glob, path)];
    }
    if (!canMatchTogether([glob])) {
        return [neverRuns(glob, path)];
    }
    return GLOB_LINTS.flatMap((lint) => lint(glob, path));
}

type GlobLint = (glob: string, path: PropertyPath) => Finding[];

const GLOB_LINTS: readonly GlobLint[] = [dockerHubOnly, oneLevel, siblings, anyRegistry, digestAsTag];

function neverMatches(glob: string, path: PropertyPath): Finding {
    return error("glob-never-matches", path, {
        found: show(glob),
        cluster:
            "The cluster would accept the policy and never apply it by this glob: at admission an image is registry/repository@sha256:….",
        instead: repairOf(glob),
    });
}

/** What it matches, the webhook reads; Kubernetes then says InvalidImageName of the pod. */
function neverRuns(glob: string, path: PropertyPath): Finding {
    return error("glob-never-runs", path, {
        found: show(glob),
        cluster:
            "The cluster would accept the policy, and apply it to names only that no node can pull: they have //, a slash at the end, or a colon without a port.",
        instead: repairOf(glob),
    });
}

function repairOf(glob: string): string {
    const [repaired] = repairsOf(glob).filter((each) => canMatchTogether([each]));
    return repaired === undefined
        ? "Write registry/repository@*, such as ghcr.io/acme/app@*, or ghcr.io/acme/** for all under a path."
        : `Write ${repaired}.`;
}

/** `*` and `*\/*` alone stand for Docker Hub. */
function dockerHubOnly(glob: string, path: PropertyPath): Finding[] {
    return glob === "*" || glob === "*/*"
        ? [
              warning("glob-docker-hub-only", path, {
                  found: show(glob),
                  cluster: `The cluster would read this as index.docker.io/${glob === "*" ? "library/*" : "*/*"}, and match no other registry.`,
                  instead: "Write ** for every image, or the registry: index.docker.io/library/*.",
              }),
          ]
        : [];
}

function oneLevel(glob: string, path: PropertyPath): Finding[] {
    return /[^*]\/\*$/.test(glob)
        ? [
              warning("glob-one-level", path, {
                  found: show(glob),
                  cluster: `The cluster would match ${glob.slice(0, -1)}app and not ${glob.slice(0, -1)}team/app.`,
                  instead: `Write ${glob}* for every depth; where one level is meant, ${glob}@* says so.`,
              }),
          ]
        : [];
}

/** A star right behind a name: in `app*` it goes on with the name before it comes to the digest. */
function siblings(glob: string, path: PropertyPath): Finding[] {
    const found = /^(?<before>.*?(?<name>[A-Za-z0-9_.-]+))\*/.exec(glob)?.groups;
    const isInRepository = glob.includes("/") && (found?.before ?? "").includes("/");
    if (
        found?.before === undefined ||
        found.name === undefined ||
        !isInRepository ||
        /[@:][^/]*$/.test(found.before) ||
        found.before.endsWith("/")
    ) {
        return [];
    }
    return [
        warning("glob-matches-siblings", path, {
            found: show(glob),
            cluster: `The cluster would match ${found.name}-evil as well, and everything else that begins with ${found.name}.`,
            instead: `Write ${found.before}@* for that repository, ${found.before}/** for what lies below it.`,
        }),
    ];
}

/** A wildcard in the registry's place matches registries of anybody; `**` in it even matches paths of theirs. */
function anyRegistry(glob: string, path: PropertyPath): Finding[] {
    const [registry = ""] = glob.split("/", 1);
    const isEverything = /^\*+(?:\/\*\*)?$/.test(glob) || glob === "*/*";
    const isSubdomain = /^\*\.[^*]+$/.test(registry);
    return registry.includes("*") && !isEverything && !isSubdomain
        ? [
              warning("glob-any-registry", path, {
                  found: show(glob),
                  cluster: `The cluster would match ${exampleOf(registry)} as well, a registry that anybody could have set up.`,
                  instead: "Name the registry, with a glob for each; ** alone means every image.",
              }),
          ]
        : [];
}

function exampleOf(registry: string): string {
    return registry.includes("**")
        ? `evil.example/${registry.replaceAll("*", "")}/…`
        : `${registry.replaceAll("*", "evil.example")}/…`;
}

/** Behind the last colon stands the digest, so that a star with digits before or behind it picks images by chance. */
function digestAsTag(glob: string, path: PropertyPath): Finding[] {
    const last = glob.slice(glob.lastIndexOf("/") + 1);
    const behind = last.slice(last.lastIndexOf(":") + 1);
    const isDigest = /@sha256:[0-9a-f]{64}$/.test(last);
    return last.includes(":") && /[^*]/.test(behind) && !isDigest && last !== glob
        ? [
              warning("glob-digest-as-tag", path, {
                  found: show(glob),
                  cluster: `The cluster would compare ${behind} with the image's digest, because the tag is gone at admission.`,
                  instead: "Leave the tag out: ghcr.io/acme/app@*. A policy cannot tell images by their tags.",
              }),
          ]
        : [];
}
