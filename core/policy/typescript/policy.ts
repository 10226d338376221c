import { LabelSelectorOperator, MatchResource, PolicyMode } from "../spec";
import { authoritySource, programSource } from "./authority";
import { fieldsOf } from "./fields";
import { globSource } from "./images";
import { list, member, object } from "./source";

import type { ClusterImagePolicySpec, LabelSelector, Match } from "../spec";
import type { Surroundings } from "./authority";
import type { Field, Source } from "./source";

/** The arguments of a ClusterImagePolicy. */
export function policyFields(spec: ClusterImagePolicySpec, around: Surroundings): Field[] {
    return fieldsOf(spec, {
        images: (globs) => list(globs.map(globSource)),
        authorities: (authorities) => list(authorities.map((authority) => authoritySource(authority, around))),
        mode: (mode) => member("PolicyMode", PolicyMode, mode),
        match: (entries) => list(entries.map(matchSource)),
        policy: (policy) => programSource(policy, around),
    });
}

function matchSource(match: Match): Source {
    return object(
        fieldsOf(match, {
            resource: (resource) => member("MatchResource", MatchResource, resource),
            selector: selectorSource,
        }),
    );
}

function selectorSource(selector: LabelSelector): Source {
    return object(
        fieldsOf(selector, {
            matchExpressions: (expressions) =>
                list(
                    expressions.map((expression) =>
                        object(
                            fieldsOf(expression, {
                                operator: (operator) =>
                                    member("LabelSelectorOperator", LabelSelectorOperator, operator),
                            }),
                        ),
                    ),
                ),
        }),
    );
}
