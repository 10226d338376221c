import { templateLiteral } from "./literal";
import { name, value } from "./source";

import type { Source } from "./source";

/** What a program declares before it makes anything: texts of several lines, each once, under names that differ. */
export class Constants {
    readonly #names: Set<string>;
    readonly #texts = new Map<string, string>();

    /** @param taken names that stand for something else */
    public constructor(taken: readonly string[]) {
        this.#names = new Set(taken);
    }

    /** A text: in place where it is one line, otherwise as a constant of its own. */
    public text(text: string, hint: string): Source {
        if (!/\n[^\n]/.test(text)) {
            return value(text);
        }
        const known = this.#texts.get(text);
        const constant = known ?? this.unusedName(hint);
        this.#texts.set(text, constant);
        return name(constant);
    }

    /** A name of letters and digits for what a text names, and used nowhere else. */
    public unusedName(hint: string): string {
        const words = hint.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
        const camelCase = words.map((word, index) => (index === 0 ? word : upperFirst(word))).join("");
        const base = /^[a-z]/.test(camelCase) ? camelCase : `policy${upperFirst(camelCase)}`;
        const candidates = [base, ...Array.from({ length: this.#names.size }, (_, index) => `${base}${index + 2}`)];
        const unused = candidates.find((candidate) => !this.#names.has(candidate)) ?? base;
        this.#names.add(unused);
        return unused;
    }

    /** The declarations. */
    public declarations(): string[] {
        return Array.from(this.#texts, ([text, constant]) => `const ${constant} = ${templateLiteral(text)};`);
    }
}

function upperFirst(word: string): string {
    return word.slice(0, 1).toUpperCase() + word.slice(1);
}
