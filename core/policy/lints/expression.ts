/**
 * What can be told of a regular expression by reading it: whether it is tied to the beginning and the end of the text.
 */

/** One alternative of an expression, as the pieces that it consists of. */
type Pieces = string[];

/** Escapes and quotations, classes, and single characters; groups are found by their parentheses. */
const PIECE =
    /\\Q.*?(?:\\E|$)|\\[pP]\{[^}]*\}|\\.|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\(\?[imsU-]+\)|\(\?(?:P?<\w+>|[imsU-]*:)|./gs;

/** True where every text that matches has the expression at its very beginning. */
export function isAnchoredAtStart(expression: string): boolean {
    return alternativesOf(expression).every((pieces) => {
        const begin = pieces.findIndex((piece) => !/^\(\?[imsU-]+\)$/.test(piece));
        const first = pieces[begin];
        return first === "^" || first === "\\A" || isAnchoredGroup(pieces.slice(begin), isAnchoredAtStart);
    });
}

/** True where every text that matches has the expression at its very end. */
export function isAnchoredAtEnd(expression: string): boolean {
    return alternativesOf(expression).every((pieces) => {
        const last = pieces.at(-1);
        return last === "$" || last === "\\z" || isAnchoredGroup(pieces.slice(-1), isAnchoredAtEnd);
    });
}

function isAnchoredGroup(pieces: Pieces, isAnchored: (expression: string) => boolean): boolean {
    const [group, quantifier] = pieces;
    const inside = /^\((?:\?(?:P?<\w+>|[imsU-]*:))?(?<inside>.*)\)$/s.exec(group ?? "")?.groups?.inside;
    return inside !== undefined && !/^[*?{]/.test(quantifier ?? "") && isAnchored(inside);
}

/** The alternatives at the top, each as its pieces; a group is one piece. */
function alternativesOf(expression: string): Pieces[] {
    const alternatives: Pieces[] = [[]];
    let depth = 0;
    for (const piece of expression.match(PIECE) ?? []) {
        if (depth === 0 && piece === "|") {
            alternatives.push([]);
            continue;
        }
        const current = alternatives.at(-1) ?? [];
        if (depth > 0) {
            current.push(`${current.pop() ?? ""}${piece}`);
        } else {
            current.push(piece);
        }
        depth += opens(piece) ? 1 : piece === ")" ? -1 : 0;
    }
    return alternatives;
}

function opens(piece: string): boolean {
    return piece.startsWith("(") && !piece.endsWith(")");
}

/** The text that every match begins with, as far as it is written without any choice; empty where it is not anchored. */
export function literalPrefix(expression: string): string {
    const [pieces, ...more] = alternativesOf(expression);
    if (pieces === undefined || more.length > 0 || !isAnchoredAtStart(expression)) {
        return "";
    }
    const literal: string[] = [];
    for (const [index, piece] of pieces.slice(1).entries()) {
        const character = /^\\[^A-Za-z0-9]$/.test(piece)
            ? piece.slice(1)
            : /^[^\\^$.|?*+()[\]{}]$/.test(piece)
              ? piece
              : undefined;
        if (character === undefined || /^[*?{]/.test(pieces[index + 2] ?? "")) {
            break;
        }
        literal.push(character);
    }
    return literal.join("");
}
