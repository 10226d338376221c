import * as pulumi from "@pulumi/pulumi";

/** Options of a component, and the aliases among them that mean the object inside it. */
export interface SplitAliases {
    /** For the component itself. */
    component: pulumi.ComponentResourceOptions;
    /** For the object that stood by itself before. */
    child: pulumi.Input<pulumi.Alias | pulumi.URN>[];
}

/**
 * Divides `opts.aliases` into those of the component and those of the Kubernetes object inside it.
 *
 * An alias of a component does not reach a child that had another parent. So one that names a Kubernetes type (in its `type`,
 * or at the end of its URN) is handed on: the object that stood at top level, or in another component, is kept.
 */
export function splitAliases(opts: pulumi.ComponentResourceOptions = {}): SplitAliases {
    const aliases = opts.aliases ?? [];
    return {
        component: { ...opts, aliases: aliases.filter((alias) => !isOfObject(alias)) },
        child: aliases.filter(isOfObject).map((alias) => besideComponent(alias, opts)),
    };
}

function isOfObject(alias: pulumi.Input<pulumi.Alias | pulumi.URN>): boolean {
    if (typeof alias === "string") {
        // urn:pulumi:STACK::PROJECT::PARENT-TYPE$TYPE::NAME
        return (alias.split("::")[2]?.split("$").at(-1) ?? "").startsWith("kubernetes:");
    }
    return "type" in alias && typeof alias.type === "string" && alias.type.startsWith("kubernetes:");
}

/** Without a parent of its own, an alias means the place where the component stands, not the inside of it. */
function besideComponent(
    alias: pulumi.Input<pulumi.Alias | pulumi.URN>,
    { parent }: pulumi.ComponentResourceOptions,
): pulumi.Input<pulumi.Alias | pulumi.URN> {
    const isPlain = typeof alias === "object" && "type" in alias;
    return isPlain && !("parent" in alias) ? { parent: parent ?? pulumi.rootStackResource, ...alias } : alias;
}
