import * as fs from "node:fs";
import * as path from "node:path";

/**
 * Docker, which cannot be had here: `login` reads its password, and `buildx build --push` pushes the folder's package.json
 * with crane as the Dockerfile would.
 */
const DOCKER = `case "$1" in login) exec cat >/dev/null ;; esac
while [ $# -gt 0 ]; do
    case "$1" in
        --tag) tag=$2; shift ;;
        --metadata-file) metadata=$2; shift ;;
    esac
    shift
done
layer=$(mktemp) && tar cf "$layer" package.json
digest=$("$CRANE" append --oci-empty-base --new_layer "$layer" --new_tag "$tag" | sed -n 's/.*@//p')
rm "$layer"
printf '{\\n  "containerimage.digest": "%s"\\n}\\n' "$digest" > "$metadata"
`;

/** npm, for \`ci\` alone: the package is installed already, from its tarball instead of the registry. */
const NPM = `[ "$*" = "ci --ignore-scripts" ] || { echo "npm $*: only npm ci is stood in for" >&2; exit 1; }
`;

/** GitHub's own program, which keeps what it is to post. */
const GH = `echo "$*" > "$POSTED.arguments"
while [ $# -gt 0 ]; do case "$1" in --body-file) cp "$2" "$POSTED" ;; esac; shift; done
`;

/** Writes the programs that stand in for what cannot be had. @returns their folder, which comes first on PATH */
export function writeStandIns(folder: string): string {
    fs.mkdirSync(folder, { recursive: true });
    for (const [name, script] of Object.entries({ docker: DOCKER, npm: NPM, gh: GH })) {
        fs.writeFileSync(path.join(folder, name), `#!/bin/sh\nset -e\n${script}`, { mode: 0o755 });
    }
    return folder;
}
