import { lookup } from "node:dns";

import type { LookupAddress, LookupOptions } from "node:dns";
import type { LookupFunction } from "node:net";

type Callback = Parameters<LookupFunction>[2];
type Answer = [error: NodeJS.ErrnoException | null, addresses: LookupAddress[]];

/**
 * Resolves each name once, however many connections are opened: getaddrinfo runs in four threads, and thirty-two connections would wait for each other.
 * What fails is asked again.
 */
export function sharedLookup(): LookupFunction {
    const answers = new Map<string, Promise<Answer>>();
    return (hostname, options, callback) => {
        const key = JSON.stringify([hostname, options.family, options.hints, options.order]);
        const answer = answers.get(key) ?? resolveAll(hostname, options);
        answers.set(key, answer);
        void answer.then(([error, addresses]) => {
            if (error !== null) {
                answers.delete(key);
            }
            answerTo(options, callback, error, addresses);
        });
    };
}

function resolveAll(hostname: string, options: LookupOptions): Promise<Answer> {
    return new Promise((resolve) => {
        // With an error there are no addresses, whatever the type says.
        lookup(hostname, { ...options, all: true }, (error, addresses) => {
            resolve(error === null ? [null, addresses] : [error, []]);
        });
    });
}

function answerTo(
    { all }: LookupOptions,
    callback: Callback,
    error: NodeJS.ErrnoException | null,
    addresses: LookupAddress[],
): void {
    const [first] = addresses;
    if (error !== null || all === true || first === undefined) {
        callback(error, error === null ? addresses : []);
    } else {
        callback(null, first.address, first.family);
    }
}
