import * as pulumi from "@pulumi/pulumi";
import type { Alias } from "@pulumi/pulumi/proto/alias_pb";
import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";

/** What a program asked the engine to register, in plain values. */
export interface Registration {
    type: string;
    name: string;
    /** The parent's logical name, with its type's last part: `PolicyController.signed`. */
    parent: string;
    provider: string;
    /** Inputs as the engine receives them: secrets and unknowns are still marked. */
    inputs: Record<string, unknown>;
    /** Names of the resources that must be there first. */
    dependencies: string[];
    ignoreChanges: string[];
    customTimeouts: string | undefined;
    /** What the resource was before: a URN, or `TYPE NAME in PARENT` with what differs. */
    aliases: string[];
}

/** How a program is run. */
export interface RecordOptions {
    preview: boolean;
    /**
     * What every local command prints.
     *
     * @default nothing
     */
    stdout?: string;
    /** Is told of each registration as it is made, also where the program fails later. */
    onRegistration?: (registration: Registration) => void;
}

/** How the wire marks a secret (sdk/nodejs/runtime/rpc.ts). */
const SIGNATURE_KEY = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
/** How the wire marks what a preview does not know (sdk/nodejs/runtime/rpc.ts). */
export const UNKNOWN_ON_THE_WIRE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/**
 * Runs a program against Pulumi's mock monitor, and records each registration as it goes over the wire: the mock's own
 * arguments leave out parents, dependencies and providers.
 *
 * @param program Makes resources; whatever it returns is handed back once everything is registered.
 */
export async function record<T>(
    program: () => T | Promise<T>,
    options: RecordOptions = { preview: false },
): Promise<{ registrations: Registration[]; result: T; warnings: string[] }> {
    const registrations: Registration[] = [];
    const warnings: string[] = [];
    await pulumi.runtime.setMocks(
        {
            newResource: (args) => ({
                id: options.preview ? undefined : `${args.name}-id`,
                state: stateOf(args, options),
            }),
            call: () => ({}),
        },
        "project",
        "stack",
        options.preview,
    );
    const monitor = pulumi.runtime.getMonitor();
    if (monitor === undefined) {
        throw new Error("Pulumi's mocks have no monitor");
    }
    const register = monitor.registerResource.bind(monitor) as (...args: unknown[]) => never;
    monitor.registerResource = (request: RegisterResourceRequest, ...rest: unknown[]) => {
        const registration = registrationOf(request);
        registrations.push(registration);
        options.onRegistration?.(registration);
        return register(request, ...rest);
    };

    // Without an engine, the SDK's log writes to the console.
    const { warn } = console;
    console.warn = (message: string) => warnings.push(message.replace("warning: [runtime] ", ""));
    try {
        const result = await program();
        await pulumi.runtime.disconnect();
        return { registrations, result, warnings };
    } finally {
        console.warn = warn;
    }
}

/** What the engine would answer: what was put in, and what the resource adds to it. */
function stateOf(args: pulumi.runtime.MockResourceArgs, options: RecordOptions): Record<string, unknown> {
    const inputs = args.inputs as Record<string, unknown>;
    switch (args.type) {
        case "pulumi:index:Stash":
            return { ...inputs, output: inputs.input };
        case "random:index/randomPassword:RandomPassword":
            return options.preview ? inputs : { ...inputs, result: "a password that is not random" };
        case "command:local:Command":
            return options.preview ? inputs : { ...inputs, stdout: options.stdout ?? "", stderr: "" };
        default:
            return inputs;
    }
}

function registrationOf(request: RegisterResourceRequest): Registration {
    const timeouts = request.getCustomtimeouts()?.toObject();
    return {
        type: request.getType(),
        name: request.getName(),
        parent: shortUrn(request.getParent()),
        provider: shortUrn(request.getProvider().split("::").slice(0, 4).join("::")),
        inputs: request.getObject()?.toJavaScript() ?? {},
        dependencies: request.getDependenciesList().map(shortUrn).sort(),
        ignoreChanges: request.getIgnorechangesList(),
        customTimeouts: timeouts && timeouts.create !== "" ? timeouts.create : undefined,
        aliases: request.getAliasesList().map(aliasText),
    };
}

function aliasText(alias: Alias): string {
    const spec = alias.getSpec();
    return spec === undefined
        ? alias.getUrn()
        : `${spec.getType()} ${spec.getName()} in ${spec.getNoparent() ? "the stack" : shortUrn(spec.getParenturn())}`;
}

/** `urn:pulumi:stack::project::parent$package:module:Type::name` as `Type.name`. */
function shortUrn(urn: string): string {
    const [type, name] = urn.split("::").slice(2);
    return type === undefined || name === undefined ? "" : `${type.split(":").at(-1) ?? type}.${name}`;
}

/** True for a value that the engine is told to keep secret. */
export function isSecretOnTheWire(value: unknown): boolean {
    return (
        typeof value === "object" &&
        value !== null &&
        (value as Record<string, unknown>)[SIGNATURE_KEY] === SECRET_SIGNATURE
    );
}
