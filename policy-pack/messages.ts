/** What a preview shows of verdicts. */
import { INCLUDE_LABEL, Verdict } from "../core/admission";
import { placeOf } from "../core/admission/checked-image";
import { exemptLines, resolvedDigest, whyLines } from "../core/admission/lines";
import { printable } from "../core/policy/printable";

import type { CheckedImage } from "../core/admission/checked-image";
import type { JudgedResource, StackVerdict } from "./gate";

/** A violation; of the stack as a whole where there is no `urn`. */
export interface Message {
    text: string;
    urn?: string;
}

type JudgedImage = JudgedResource["images"][number];

/** One message for each image with one of these verdicts. */
export function messagesOf(resources: readonly JudgedResource[], verdicts: readonly Verdict[]): Message[] {
    return resources.flatMap(({ urn, images, presumedNamespace }) =>
        images
            .filter(({ verdict }) => verdicts.includes(verdict))
            .map((image) => ({
                urn,
                text: printableLines([...linesOf(image), ...presumption(image, presumedNamespace)]),
            })),
    );
}

/** What is said of images that are refused as things stand, before the stack is known whole. */
export function provisionalMessagesOf(resources: readonly JudgedResource[]): Message[] {
    return resources.flatMap(({ urn, images, presumedNamespace }) => {
        const sentence =
            presumedNamespace === undefined
                ? "is refused as things are now."
                : `will be refused if the namespace ${presumedNamespace} is enforced.`;
        return images
            .filter(({ verdict }) => verdict === Verdict.Refused)
            .map((image) => ({ urn, text: printableLines(linesOf(image, sentence)) }));
    });
}

function presumption({ verdict }: JudgedImage, namespace: string | undefined): string[] {
    return namespace === undefined || verdict !== Verdict.Refused
        ? []
        : [
              `  The namespace ${namespace} is taken for enforced, since nobody says whether it is: name those that are with namespaces, or the cluster with context, or label it ${INCLUDE_LABEL}: "false".`,
          ];
}

/** What is to be known beside the verdicts. */
export function notesOf({ resources, absentPolicies, opaque, isWithoutPolicies, lost }: StackVerdict): Message[] {
    const notes: Message[] = [
        ...lost.map((image) => ({ text: printableLines(linesOfLost(image)) })),
        ...resources.flatMap(({ urn, unchecked }) =>
            unchecked.map(({ path, image }) => ({
                urn,
                text: printable(`${path}: ${image} is the image of a volume, which policy-controller does not verify.`),
            })),
        ),
        ...absentPolicies.map(({ name, reason }) => ({ text: printable(`Policy ${name} is not in force. ${reason}`) })),
        ...opaque.map((name) => ({
            text: printable(`${name} was not looked into: what it makes is not part of the preview.`),
        })),
    ];
    return isWithoutPolicies ? [...notes, { text: WITHOUT_POLICIES }] : notes;
}

/** What the cluster does not look at, in one message. */
export function exemptionsOf({ resources }: StackVerdict): Message[] {
    const lines = exemptLines(resources.flatMap(({ exempt }) => exempt ?? []));
    return lines.length === 0 ? [] : [{ text: lines.join("\n") }];
}

const WITHOUT_POLICIES =
    "No image was judged, because no policy is known. Name the policies with policyFiles, or the cluster with context, in " +
    'the configuration of "images-admitted" (pulumi preview --policy-pack-config FILE).';

function linesOf(judged: JudgedImage, sentence: string = SENTENCES[judged.verdict]): string[] {
    const { path, image } = judged;
    const digest = resolvedDigest(judged);
    const resolved = digest === "" ? "" : ` (${digest})`;
    return [`${path}: ${image}${resolved} ${sentence}`, ...whyLines(judged)];
}

function linesOfLost(lost: CheckedImage): string[] {
    const where = lost.workload === null ? "the cluster" : placeOf(lost.workload);
    return [
        `${lost.image} runs now (${where}), and would not come back once the stack is deployed.`,
        ...whyLines(lost),
    ];
}

const SENTENCES: Record<Verdict, string> = {
    admitted: "will be admitted.",
    warned: "will be admitted with a warning.",
    refused: "will be refused.",
    unknown: "has no verdict yet.",
};

function printableLines(lines: readonly string[]): string {
    return lines.map(printable).join("\n");
}
