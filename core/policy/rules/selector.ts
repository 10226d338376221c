import { show } from "../finding";
import { LabelSelectorOperator } from "../spec";
import { isKnown, UNKNOWN } from "../unknown";

import type { LabelSelectorManifest } from "../manifest";
import type { PropertyPath } from "../path";
import type { Known } from "../unknown";

/** Something that Kubernetes' selectors do not take (`labels.NewRequirement` in k8s.io/apimachinery). */
export interface SelectorRefusal {
    path: PropertyPath;
    /** What stands there, as shown in a finding. */
    found: string;
    instead: string;
}

/** A label's name without prefix, and a label's value: 63 characters at most. */
const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;

/** The prefix of a label's name: a DNS name. */
const PREFIX = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*$/;

const OPERATORS = Object.values(LabelSelectorOperator);

/**
 * What is wrong with a selector. The webhook does not look; admission does, and answers every object of the kind with an
 * error.
 */
export function selectorRefusals(selector: Known<LabelSelectorManifest>, path: PropertyPath): SelectorRefusal[] {
    const labels = isKnown(selector.matchLabels) ? Object.entries(selector.matchLabels) : [];
    const expressions = isKnown(selector.matchExpressions) ? selector.matchExpressions : [];
    return [
        ...labels.flatMap(([name, value]) => [
            ...nameRefusals(name, [...path, "matchLabels", name]),
            ...valueRefusals(value, [...path, "matchLabels", name]),
        ]),
        ...expressions.flatMap((expression, index) =>
            isKnown(expression) ? expressionRefusals(expression, [...path, "matchExpressions", index]) : [],
        ),
    ];
}

type Expression = Known<Exclude<LabelSelectorManifest["matchExpressions"], undefined>[number]>;

function expressionRefusals({ key, operator, values }: Expression, path: PropertyPath): SelectorRefusal[] {
    return [
        ...(key === UNKNOWN ? [] : nameRefusals(key ?? "", [...path, "key"])),
        ...operatorRefusals(operator, [...path, "operator"]),
        ...(values === UNKNOWN ? [] : valuesRefusals(operator, values ?? [], [...path, "values"])),
    ];
}

function operatorRefusals(operator: Expression["operator"], path: PropertyPath): SelectorRefusal[] {
    return operator === UNKNOWN || (OPERATORS as (string | undefined)[]).includes(operator)
        ? []
        : [{ path, found: show(operator), instead: `Write one of ${OPERATORS.join(", ")}, in this case.` }];
}

function valuesRefusals(
    operator: Expression["operator"],
    values: Exclude<Expression["values"], undefined | typeof UNKNOWN>,
    path: PropertyPath,
): SelectorRefusal[] {
    const takesValues = operator === LabelSelectorOperator.In || operator === LabelSelectorOperator.NotIn;
    const takesNone = operator === LabelSelectorOperator.Exists || operator === LabelSelectorOperator.DoesNotExist;
    return [
        ...(takesValues && values.length === 0
            ? [{ path, found: "none", instead: `List the values, or write Exists in place of ${operator}.` }]
            : []),
        ...(takesNone && values.length > 0
            ? [{ path, found: show(values), instead: `Remove the values, or write In in place of ${operator}.` }]
            : []),
        ...values.flatMap((value, index) => valueRefusals(value, [...path, index])),
    ];
}

function nameRefusals(name: string, path: PropertyPath): SelectorRefusal[] {
    const slash = name.indexOf("/");
    const isValid = (slash < 0 || PREFIX.test(name.slice(0, slash))) && LABEL.test(name.slice(slash + 1));
    return isValid
        ? []
        : [{ path, found: show(name), instead: "Write a label's name, such as app or app.kubernetes.io/name." }];
}

function valueRefusals(value: string | typeof UNKNOWN, path: PropertyPath): SelectorRefusal[] {
    return value === UNKNOWN || value === "" || LABEL.test(value)
        ? []
        : [
              {
                  path,
                  found: show(value),
                  instead: "Write at most 63 letters, digits, - _ and ., a letter or digit at both ends.",
              },
          ];
}
