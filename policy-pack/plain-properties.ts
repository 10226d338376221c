/**
 * The properties that a policy is given, as plain values.
 *
 * @pulumi/policy hands out a proxy that throws where a value is not known yet, and then takes the whole policy for advisory
 * (proxy.ts). A descriptor does not go through it: the engine's mark for the unknown value stays where it is.
 */
export function plainProperties(properties: object): Record<string, unknown> {
    return Object.fromEntries(
        Object.entries(Object.getOwnPropertyDescriptors(properties)).map(([name, { value }]) => [
            name,
            value as unknown,
        ]),
    );
}
