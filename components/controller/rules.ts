import { X509Certificate } from "node:crypto";
import { existsSync } from "node:fs";
import { error, type Finding, type PropertyPath, show, valueAt } from "../../core/policy";
import { validateLabel, validateSubdomain } from "../names";
import { validateNamespaceChoice } from "../namespace-rules";
import { NoMatchPolicy, type PolicyControllerArgs } from "./args";
import type { ChartSource } from "./chart-source";
import { refuseValuesOfOtherKind, warnOfUnreadValues } from "./chart-keys";
import { validateRelease } from "./release";
import { validateValues } from "./value-rules";

/** The API server refuses more (admissionregistration.k8s.io/v1, `timeoutSeconds`). */
const WEBHOOK_TIMEOUT_MAX_SECONDS = 30;
const PORT_MAX = 65_535;
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const DIGEST = /^sha256:[0-9a-f]{64}$/;
const REPOSITORY = /^[a-z0-9]([-.a-z0-9]*[a-z0-9])?(:\d+)?(\/[a-z0-9]+([-._a-z0-9]*[a-z0-9])?)+$/;

/** The rules for `PolicyControllerArgs`. */
export function validatePolicyControllerArgs(args: PolicyControllerArgs): Finding[] {
    return [
        ...(args.namespace === undefined ? [] : validateControllerNamespace(args.namespace, args.adopt ?? false)),
        ...validateRelease(args),
        ...wholeNumber(args.replicas, ["replicas"], Infinity, {
            code: "replicas-out-of-range",
            cluster: "without a replica every workload of an enforced namespace is refused",
            instead: "Write a whole number from 1 on; 3 survives the loss of a node.",
        }),
        ...wholeNumber(args.webhookTimeoutSeconds, ["webhookTimeoutSeconds"], WEBHOOK_TIMEOUT_MAX_SECONDS, {
            code: "webhook-timeout-out-of-range",
            cluster: "the API server refuses the webhook configurations: the time-out must be between 1 and 30",
            instead: "Write whole seconds from 1 to 30.",
        }),
        ...wholeNumber(args.armingTimeoutSeconds, ["armingTimeoutSeconds"], Infinity, {
            code: "arming-timeout-out-of-range",
            cluster: "the webhooks come into force some seconds after the controller starts, never at once",
            instead: "Write whole seconds from 1 on; an image pull takes a minute or more.",
        }),
        ...wholeNumber(args.servicePort, ["servicePort"], PORT_MAX, {
            code: "service-port-out-of-range",
            cluster: "the API server refuses the Service: a port is between 1 and 65535",
            instead: "Write a port from 1 to 65535.",
        }),
        ...validateNoMatchPolicy(args.noMatchPolicy),
        ...(args.priorityClass === undefined ? [] : validateSubdomain(args.priorityClass, ["priorityClass"])),
        ...(args.imagePullSecrets ?? []).flatMap((name, index) => validateSubdomain(name, ["imagePullSecrets", index])),
        ...validateImage(args),
        ...validateCertificates(args.trustedCertificates),
        ...validateProxy(args),
        ...validateTuf(args),
        ...validateChartSource(args.chart),
        ...refuseValuesOfOtherKind(args),
        ...validateValues(args),
        ...warnOfUnreadValues(args),
    ];
}

function validateControllerNamespace(namespace: string, isAdopted: boolean): Finding[] {
    const isShared =
        namespace === "default" ||
        validateNamespaceChoice({ name: namespace }).some(({ code }) => code === "system-namespace");
    if (isShared && !isAdopted) {
        return [
            error("controller-in-system-namespace", ["namespace"], {
                found: show(namespace),
                cluster: "the namespace goes with the stack, and with it everything else in it",
                instead:
                    'Give the controller a namespace of its own: "cosign-system". One that runs there already is taken over with adopt: true, which has to stay: the namespace is kept then.',
            }),
        ];
    }
    return validateLabel(namespace, ["namespace"]);
}

/** Other languages, and plain JavaScript, hand over any string. */
function validateNoMatchPolicy(policy: string | undefined): Finding[] {
    const known: readonly string[] = Object.values(NoMatchPolicy);
    return policy === undefined || known.includes(policy)
        ? []
        : [
              error("no-match-policy-unknown", ["noMatchPolicy"], {
                  found: show(policy),
                  cluster: "the controller takes for deny what it does not know",
                  instead: `Write one of ${known.join(", ")}.`,
              }),
          ];
}

function wholeNumber(
    value: number | undefined,
    path: PropertyPath,
    max: number,
    { code, cluster, instead }: { code: string; cluster: string; instead: string },
): Finding[] {
    return value === undefined || (Number.isInteger(value) && value >= 1 && value <= max)
        ? []
        : [error(code, path, { found: show(value), cluster, instead })];
}

/** The parts of the image's name: the property, and the chart value, that each may stand in. */
const IMAGE_PARTS = [
    {
        property: "repository",
        value: "repository",
        form: REPOSITORY,
        code: "controller-image-invalid",
        cluster: "its image could not be pulled",
        instead: "Write registry and repository, without a tag: mirror.example.com/sigstore/policy-controller.",
    },
    {
        property: "digest",
        value: "version",
        form: DIGEST,
        code: "controller-image-by-tag",
        cluster: "whoever can move the tag decides what decides over every image",
        instead: "Write the digest: sha256: and 64 hexadecimal digits, as `crane digest IMAGE` prints it.",
    },
] as const;

function validateImage(args: PolicyControllerArgs): Finding[] {
    return IMAGE_PARTS.flatMap(({ property, value, form, code, cluster, instead }) =>
        [
            ["image", property],
            ["values", "webhook", "image", value],
        ].flatMap((path) => {
            const given = valueAt(args, path);
            return typeof given === "string" && !form.test(given)
                ? [error(code, path, { found: show(given), cluster, instead })]
                : [];
        }),
    );
}

function validateCertificates(pem: string | undefined): Finding[] {
    if (pem === undefined) {
        return [];
    }
    if (pem.includes("PRIVATE KEY")) {
        return [privateKeyAmongCertificates()];
    }
    const blocks = pem.match(CERTIFICATE) ?? [];
    const broken = blocks.findIndex((block) => !isCertificate(block));
    return blocks.length > 0 && broken === -1
        ? []
        : [
              error("certificates-not-pem", ["trustedCertificates"], {
                  found: broken === -1 ? show(pem) : `block ${broken + 1} of ${blocks.length}, which is no certificate`,
                  cluster: "no registry would be trusted by it, without a word",
                  instead: "Write the certificates themselves, each from -----BEGIN CERTIFICATE----- on.",
              }),
          ];
}

function isCertificate(block: string): boolean {
    try {
        return new X509Certificate(block).raw.length > 0;
    } catch {
        return false;
    }
}

function privateKeyAmongCertificates(): Finding {
    return error("certificates-with-key", ["trustedCertificates"], {
        found: "a private key",
        cluster: "whoever may read ConfigMaps could read it",
        instead: "Leave the private key out; trust needs only certificates.",
    });
}

function validateProxy({ proxy }: PolicyControllerArgs): Finding[] {
    return (["http", "https"] as const).flatMap((kind) => {
        const address = proxy?.[kind];
        const url = address === undefined || !URL.canParse(address) ? undefined : new URL(address);
        if (address === undefined || (url?.host !== undefined && url.host !== "" && url.password === "")) {
            return [];
        }
        return url?.password
            ? error("proxy-with-password", ["proxy", kind], {
                  found: "a password in the address",
                  cluster: "whoever may read the Deployment could read it",
                  instead:
                      "Put HTTP_PROXY and HTTPS_PROXY into a Secret, and name it in values.webhook.envFrom.secrets.",
              })
            : error("proxy-no-url", ["proxy", kind], {
                  found: show(address),
                  cluster: "no registry would be reached",
                  instead: "Write an address with its scheme: http://proxy.example.com:3128.",
              });
    });
}

function validateTuf({ tuf }: PolicyControllerArgs): Finding[] {
    if (tuf?.disabled && (tuf.mirror ?? tuf.root) !== undefined) {
        return [
            error("tuf-ambiguous", ["tuf"], {
                found: "disabled beside a mirror or a root",
                cluster: "the mirror would be ignored without a word",
                instead: "Keep `disabled`, or `mirror` and `root`.",
            }),
        ];
    }
    const findings: Finding[] = [];
    if (tuf?.mirror !== undefined && !URL.canParse(tuf.mirror)) {
        findings.push(
            error("tuf-mirror-no-url", ["tuf", "mirror"], {
                found: show(tuf.mirror),
                cluster: "the controller would end at its start, again and again",
                instead: "Write an address with its scheme: https://tuf.example.com.",
            }),
        );
    }
    if (tuf?.root !== undefined && !tuf.root.trimStart().startsWith("{")) {
        findings.push(
            error("tuf-root-no-json", ["tuf", "root"], {
                found: show(tuf.root),
                cluster: "the controller would end at its start, again and again",
                instead: 'Write the content of the mirror\'s root.json: readFileSync("root.json", "utf8").',
            }),
        );
    }
    return findings;
}

function validateChartSource(chart: ChartSource | undefined): Finding[] {
    const { path, repository, version, username, password, caFile } = chart ?? {};
    if (path !== undefined && (repository ?? version ?? username ?? password ?? caFile) !== undefined) {
        return [
            error("chart-source-ambiguous", ["chart"], {
                found: `path ${path} beside a repository or version`,
                cluster: "one of the two charts would be installed, and the other be ignored without a word",
                instead: "Keep `path` for a chart on disk, or `repository` and `version`.",
            }),
        ];
    }
    if (repository !== undefined && !/^(https?|oci):\/\/[^/]+/.test(repository)) {
        return [
            error("chart-repository-no-url", ["chart", "repository"], {
                found: show(repository),
                cluster: "no chart would be found",
                instead: "Write an https:// address, or oci://REGISTRY/PATH.",
            }),
        ];
    }
    if (repository !== undefined && URL.parse(repository)?.password) {
        return [
            error("chart-repository-with-password", ["chart", "repository"], {
                found: "a password in the address",
                cluster: "the address stands in every message about it",
                instead: "Write `username` and `password`.",
            }),
        ];
    }
    if (username === undefined && password !== undefined) {
        return [
            error("chart-password-of-nobody", ["chart", "password"], {
                found: "a password without a username",
                cluster: "the repository would be asked without it",
                instead: "Write `username` as well.",
            }),
        ];
    }
    return Object.entries({ path, caFile })
        .filter(([, file]) => file !== undefined && !existsSync(file))
        .map(([name, file]) =>
            error("chart-file-missing", ["chart", name], {
                found: show(file),
                cluster: "no chart would be found",
                instead: `Write the path of what is there; it is looked for from ${process.cwd()}.`,
            }),
        );
}
