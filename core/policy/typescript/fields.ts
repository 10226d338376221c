import { list, object, value } from "./source";

import type { Field, Source } from "./source";

/** Data of any depth as the literal that it is. */
function literal(data: unknown): Source {
    if (Array.isArray(data)) {
        return list(data.map(literal));
    }
    if (typeof data === "object" && data !== null) {
        return object(fieldsOf(data));
    }
    return value(typeof data === "boolean" ? data : String(data));
}

/** How fields are printed that are no plain literals. */
export type FieldPrinters<T extends object> = { readonly [Name in keyof T]?: (field: NonNullable<T[Name]>) => Source };

/** The fields that are there, each by its printer or as a literal. */
export function fieldsOf<T extends object>(data: T, printers: FieldPrinters<T> = {}): Field[] {
    return (Object.keys(data) as (keyof T & string)[]).flatMap((name) => {
        const field = data[name];
        if (field === undefined || field === null) {
            return [];
        }
        // What is inherited, such as `constructor`, is the printer of no field.
        const printer = Object.hasOwn(printers, name) ? printers[name] : undefined;
        return [{ name, source: printer === undefined ? literal(field) : printer(field) }];
    });
}
