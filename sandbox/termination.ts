const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Runs `cleanUp` when this process is told to end, and then lets the signal do what it would have done.
 *
 * For programs, which own their signals; the sandbox installs no handlers on its own. Without one, or on a second
 * signal, this process ends at once, and the sandbox's watchdog does the cleaning.
 *
 * @returns a function that takes the handlers away.
 */
export function onTermination(cleanUp: (signal: NodeJS.Signals) => Promise<void> | void): () => void {
    let cleaning = false;
    const handle = (signal: NodeJS.Signals): void => {
        if (cleaning) {
            dispose();
            process.kill(process.pid, signal);
            return;
        }
        cleaning = true;
        void Promise.resolve(cleanUp(signal))
            .catch(() => undefined)
            .finally(() => {
                dispose();
                process.kill(process.pid, signal);
            });
    };
    const dispose = (): void => {
        for (const signal of SIGNALS) {
            process.off(signal, handle);
        }
    };
    for (const signal of SIGNALS) {
        process.on(signal, handle);
    }
    return dispose;
}
