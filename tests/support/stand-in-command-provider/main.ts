/** The provider process: the engine starts it with its own address as the last argument. */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { log, provider, runtime } from "@pulumi/pulumi";
import { execute, type Written } from "./execute";
import { plainInputs, strangers, type WireProperties } from "./inputs";

const TYPE = "command:local:Command";
const ID_BYTES = 4;

async function run(command: string | undefined, properties: WireProperties, previous: Partial<Written>) {
    const inputs = plainInputs(properties);
    const show = (text: string) => {
        void log.info(text, undefined, undefined, true);
    };
    const written =
        command === undefined
            ? { stdout: previous.stdout ?? "", stderr: previous.stderr ?? "" }
            : await execute(command, inputs, previous, show);
    return { ...properties, ...written };
}

function nameOf(urn: string): string {
    const [type = "", name = ""] = urn.split("::").slice(2);
    if (type.split("$").at(-1) !== TYPE) {
        throw new Error(`${type} is nothing that the stand-in for the command provider makes`);
    }
    return name;
}

const commandProvider: provider.Provider = {
    version: "1.2.1",

    check(urn, _, news: WireProperties) {
        nameOf(urn);
        const failures = strangers(news).map((property) => ({ property, reason: "unknown to the stand-in" }));
        return Promise.resolve({ inputs: news, failures });
    },

    diff(_, __, olds: WireProperties, news: WireProperties) {
        const [before, after] = [plainInputs(olds), plainInputs(news)];
        const replaces = isDeepStrictEqual(before.triggers, after.triggers) ? [] : ["triggers"];
        return Promise.resolve({ changes: !isDeepStrictEqual(before, after), replaces });
    },

    async create(urn, inputs: WireProperties) {
        const id = `${nameOf(urn)}${randomBytes(ID_BYTES).toString("hex")}`;
        return { id, outs: await run(plainInputs(inputs).create, inputs, {}) };
    },

    async update(_, __, olds: WireProperties & Partial<Written>, news: WireProperties) {
        const { create, update } = plainInputs(news);
        return { outs: await run(update ?? create, news, olds) };
    },

    async delete(_, __, properties: WireProperties & Partial<Written>) {
        await run(plainInputs(properties).delete, properties, properties);
    },
};

const args = process.argv.slice(2);
// The provider library connects to the engine's log for components only.
runtime.resetOptions("", "", -1, args.at(-1) ?? "", "", false, "");
void provider.main(commandProvider, args);
