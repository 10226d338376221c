/** The two policies of the pack: what must not be, and what is to be known. */
import { Verdict } from "../core/admission";
import { exemptionsOf, messagesOf, notesOf, provisionalMessagesOf } from "./messages";
import { plainProperties } from "./plain-properties";
import { SETTINGS_SCHEMA } from "./settings";

import type { ReportViolation, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import type { Gate } from "./gate";
import type { Message } from "./messages";

/**
 * Violated by each image that the cluster would refuse. Its configuration is that of the whole pack.
 *
 * It is a policy on resources and on the stack in one, which the engine asks both ways.
 */
export function admittedImages(gate: Gate): ResourceValidationPolicy & StackValidationPolicy {
    return {
        name: "images-admitted",
        description: "The cluster will run every image of the stack.",
        enforcementLevel: "mandatory",
        configSchema: SETTINGS_SCHEMA,
        async validateResource(args, reportViolation) {
            gate.configure(args.getConfig());
            const properties = plainProperties(args.props);
            const refused = await gate.add({ urn: args.urn, type: args.type, properties });
            report(messagesOf(refused, [Verdict.Refused]), reportViolation);
        },
        async validateStack(args, reportViolation) {
            gate.configure(args.getConfig());
            const stopping = gate.unknownBlocks ? [Verdict.Refused, Verdict.Unknown] : [Verdict.Refused];
            report(messagesOf((await gate.judgeStack()).resources, stopping), reportViolation);
        },
    };
}

/**
 * Violated by what is not certain: verdicts that are not known, warnings, and what could not be looked into; and, while the
 * stack is not known whole, by what is refused as things stand.
 */
export function openQuestions(gate: Gate): ResourceValidationPolicy & StackValidationPolicy {
    return {
        name: "images-in-question",
        description: "Every image of the stack has a verdict.",
        enforcementLevel: "advisory",
        // Asked after the policy above, which has taken the resource in.
        validateResource({ urn }, reportViolation) {
            report(provisionalMessagesOf(gate.provisionalRefusals(urn)), reportViolation);
        },
        async validateStack(_, reportViolation) {
            const verdict = await gate.judgeStack();
            const telling = gate.unknownBlocks ? [Verdict.Warned] : [Verdict.Unknown, Verdict.Warned];
            report([...messagesOf(verdict.resources, telling), ...notesOf(verdict)], reportViolation);
        },
    };
}

/**
 * Violated by what the cluster does not check, such as objects in namespaces that are not enforced. Its own policy, so that
 * nobody who makes the one above mandatory is stopped by what is meant to be.
 */
export function exemptObjects(gate: Gate): StackValidationPolicy {
    return {
        name: "images-exempt",
        description: "The cluster checks every image of the stack.",
        enforcementLevel: "advisory",
        async validateStack(_, reportViolation) {
            report(exemptionsOf(await gate.judgeStack()), reportViolation);
        },
    };
}

function report(messages: readonly Message[], reportViolation: ReportViolation): void {
    for (const { text, urn } of messages) {
        reportViolation(text, urn);
    }
}
