/** A member of a setting, or a setting itself, that is not what it should be. */
export interface Problem {
    /** As `pulumi config set --path` writes it: `authorities[0].publicKey`. */
    path: string;
    complaint: string;
    /** The arguments of `pulumi config set` that set it right. */
    example: string;
}

/**
 * A value of the stack's configuration, read as what it is expected to be.
 *
 * Nothing throws: problems are collected, so that whoever has three settings wrong learns of all three at once.
 */
export class Setting {
    public constructor(
        private readonly path: string,
        private readonly value: unknown,
        private readonly problems: Problem[],
    ) {}

    /** @param text The setting as the engine hands it over: lists and objects are JSON, everything else is bare. */
    public static parse(path: string, text: string | undefined, problems: Problem[]): Setting {
        return new Setting(path, text === undefined ? undefined : parseJsonOrBare(text), problems);
    }

    public get isGiven(): boolean {
        return this.value !== undefined;
    }

    /** Digits are taken as they were typed: `pulumi config set` makes a number of them. */
    public string(example: string): string | undefined {
        const value = typeof this.value === "number" ? String(this.value) : this.value;
        return this.accept(value, isText, "a string", quoted(example));
    }

    public boolean(): boolean | undefined {
        return this.accept(this.value, (value) => typeof value === "boolean", "true or false", "true");
    }

    public wholeNumber(example: number): number | undefined {
        return this.accept(this.value, isWholeNumber, "a whole number", String(example));
    }

    public choice<Choice extends string>(choices: readonly Choice[]): Choice | undefined {
        const isChoice = (value: unknown): value is Choice => choices.some((choice) => choice === value);
        return this.accept(this.value, isChoice, `one of ${choices.join(", ")}`, choices[0] ?? "");
    }

    /** The entries of a list; none where the setting is missing. */
    public entries(example: string): Setting[] {
        if (this.value === undefined) {
            return [];
        }
        if (Array.isArray(this.value) && this.value.length > 0) {
            return this.value.map(
                (entry: unknown, index) => new Setting(`${this.path}[${index}]`, entry, this.problems),
            );
        }
        this.complain(`is ${describe(this.value)}, and has to be a list with at least one entry`, `--path ${example}`);
        return [];
    }

    /** The strings of a list that has to be there. */
    public requiredStrings(example: string): string[] {
        const firstEntry = `'${this.path}[0]' ${quoted(example)}`;
        if (this.value === undefined) {
            this.complain("is missing", `--path ${firstEntry}`);
        }
        return this.entries(firstEntry).flatMap((entry) => {
            const text = entry.string(example);
            return text === undefined ? [] : [text];
        });
    }

    /** A member of an object. */
    public member(name: string): Setting {
        const value = isObject(this.value) ? this.value[name] : undefined;
        return new Setting(`${this.path}.${name}`, value, this.problems);
    }

    /** Complains unless this is an object, or missing, with no members but these. */
    public expectMembers(names: readonly string[], example: string): void {
        if (this.value === undefined) {
            return;
        }
        const complaint = isObject(this.value) ? unknownMembers(this.value, names) : `is ${describe(this.value)}`;
        if (complaint !== undefined) {
            this.complain(`${complaint}, and has to be an object of ${names.join(", ")}`, `--path ${example}`);
        }
    }

    public complain(complaint: string, example: string): void {
        this.problems.push({ path: this.path, complaint, example });
    }

    /** The value where it is what it should be; undefined where it is missing, or a problem. */
    private accept<T>(
        value: unknown,
        isExpected: (value: unknown) => value is T,
        expected: string,
        example: string,
    ): T | undefined {
        if (value === undefined || isExpected(value)) {
            return value;
        }
        this.complain(`is ${describe(value)}, and has to be ${expected}`, `--path '${this.path}' ${example}`);
        return undefined;
    }
}

function isText(value: unknown): value is string {
    return typeof value === "string" && value !== "";
}

function isWholeNumber(value: unknown): value is number {
    return typeof value === "number" && Number.isInteger(value);
}

function parseJsonOrBare(text: string): unknown {
    try {
        return JSON.parse(text) as unknown;
    } catch {
        return text;
    }
}

function isObject(value: unknown): value is Record<string, unknown> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownMembers(value: Record<string, unknown>, known: readonly string[]): string | undefined {
    const strangers = Object.keys(value).filter((name) => !known.includes(name));
    return strangers.length === 0 ? undefined : `has ${strangers.join(" and ")}, which nothing reads`;
}

/** The value for a message; long texts, such as keys, are cut. */
function describe(value: unknown): string {
    const text = JSON.stringify(value);
    return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
}

function quoted(text: string): string {
    return `'${text}'`;
}
