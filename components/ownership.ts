import { randomUUID } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";

/** On every object that this package makes and that could have been there before: whose it is. */
export const OWNER_ANNOTATION = "signed-images/owner";

/**
 * What marks the objects of a component as its own: made once, and kept in the stack's state.
 *
 * The names of project and stack are for people. What counts is the random part: stacks of the same name may be kept in different
 * backends and meet on one cluster, and a stack may be renamed.
 */
export function ownerMark(name: string, opts: pulumi.CustomResourceOptions): pulumi.Output<string> {
    const input = `${pulumi.getProject()}/${pulumi.getStack()}/${randomUUID()}`;
    // A Stash keeps its first value; `ignoreChanges` keeps the next run's from showing as an update.
    const mark = new pulumi.Stash(`${name}-owner`, { input }, { ...opts, ignoreChanges: ["input"] });
    return mark.output.apply(String);
}
