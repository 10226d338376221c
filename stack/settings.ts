import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Authority, type AuthorityArgs, NoMatchPolicy, PolicyMode, type SignedImagesArgs } from "../index";
import { type Problem, Setting } from "./setting";

const SETTINGS = [
    "images",
    "namespaces",
    "createNamespaces",
    "authorities",
    "current",
    "mode",
    "noMatchPolicy",
    "replicas",
    "chart",
] as const;
type SettingName = (typeof SETTINGS)[number];

const AUTHORITY_EXAMPLE = "'authorities[0].generatedKey' '2026-11'";
const KEYLESS_EXAMPLE = "'authorities[0].keyless.issuer' 'https://token.actions.githubusercontent.com'";
const CHART_EXAMPLE = "'chart.version' '0.10.6'";

/**
 * The stack's configuration, as arguments of `SignedImages`.
 *
 * @param project The project's name: the namespace of its settings.
 * @param configuration Every setting of the stack, `namespace:name` to text, as the engine hands them over.
 * @throws pulumi.RunError that names every setting that is missing, wrong or unknown, each with the command that sets
 * it right.
 */
export function readSettings(project: string, configuration: Readonly<Record<string, string>>): SignedImagesArgs {
    const problems: Problem[] = strangers(project, configuration);
    const setting = (name: SettingName) => Setting.parse(name, configuration[`${project}:${name}`], problems);

    const chart = setting("chart");
    chart.expectMembers(["path", "repository", "version"], CHART_EXAMPLE);
    const file = chart.member("path").string("./policy-controller-0.10.6.tgz");
    const args: SignedImagesArgs = {
        images: setting("images").requiredStrings("ghcr.io/acme/**"),
        namespaces: setting("namespaces").requiredStrings("shop"),
        createNamespaces: setting("createNamespaces").boolean(),
        ...signers(setting("authorities")),
        current: setting("current").string("2026-11"),
        mode: setting("mode").choice(Object.values(PolicyMode)),
        controller: {
            chart: {
                // The program's own folder is another one than that of Pulumi.yaml, where the setting was made.
                path: file === undefined ? undefined : path.resolve(pulumi.getRootDirectory(), file),
                repository: chart.member("repository").string("https://charts.example.com"),
                version: chart.member("version").string("0.10.6"),
            },
            replicas: setting("replicas").wholeNumber(3),
            noMatchPolicy: setting("noMatchPolicy").choice(Object.values(NoMatchPolicy)),
        },
    };
    if (problems.length > 0) {
        throw new pulumi.RunError(["The stack's settings are not complete:", ...problems.map(line)].join("\n"));
    }
    return args;
}

/** Who signs: each entry is a key that this stack generates, somebody's public key, or a keyless identity. */
function signers(setting: Setting): Pick<SignedImagesArgs, "generations" | "authorities"> {
    if (!setting.isGiven) {
        return {};
    }
    const generations: { id: string }[] = [];
    const authorities: AuthorityArgs[] = [];
    for (const entry of setting.entries(AUTHORITY_EXAMPLE)) {
        entry.expectMembers(["generatedKey", "publicKey", "keyless"], AUTHORITY_EXAMPLE);
        const kinds = [entry.member("generatedKey"), entry.member("publicKey"), entry.member("keyless")] as const;
        if (kinds.filter((kind) => kind.isGiven).length !== 1) {
            entry.complain(
                "has to have exactly one of generatedKey, publicKey, keyless",
                `--path ${AUTHORITY_EXAMPLE}`,
            );
            continue;
        }
        const [generatedKey, publicKey, keyless] = kinds;
        const id = generatedKey.string("2026-11");
        const data = publicKey.string("-----BEGIN PUBLIC KEY-----…");
        if (id !== undefined) {
            generations.push({ id });
        } else if (data !== undefined) {
            authorities.push(Authority.key({ data }));
        } else if (keyless.isGiven) {
            authorities.push(keylessAuthority(keyless));
        }
    }
    return { generations: generations.length > 0 ? generations : undefined, authorities };
}

function keylessAuthority(keyless: Setting): AuthorityArgs {
    keyless.expectMembers(["issuer", "issuerRegExp", "subject", "subjectRegExp"], KEYLESS_EXAMPLE);
    return Authority.keyless({
        issuer: keyless.member("issuer").string("https://token.actions.githubusercontent.com"),
        issuerRegExp: keyless.member("issuerRegExp").string("^https://gitlab\\.example\\.com$"),
        subject: keyless
            .member("subject")
            .string("https://github.com/acme/app/.github/workflows/release.yaml@refs/heads/main"),
        subjectRegExp: keyless.member("subjectRegExp").string("^https://github\\.com/acme/"),
    });
}

/** A misspelt setting would be ignored without a word. */
function strangers(project: string, configuration: Readonly<Record<string, string>>): Problem[] {
    const known: readonly string[] = SETTINGS;
    return Object.keys(configuration)
        .filter((key) => key.startsWith(`${project}:`))
        .map((key) => key.slice(project.length + 1))
        .filter((name) => !known.includes(name))
        .map((name) => ({
            path: name,
            complaint: `is no setting of this stack (there are ${known.join(", ")}); take it away`,
            example: `pulumi config rm '${name}'`,
        }));
}

function line({ path, complaint, example }: Problem): string {
    const command = example.startsWith("pulumi ") ? example : `pulumi config set ${example}`;
    return `  ${path} ${complaint}:\n    ${command}`;
}
