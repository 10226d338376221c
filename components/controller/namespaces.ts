import * as pulumi from "@pulumi/pulumi";

/** Where the program that runs has put its controllers: a process may run one program after another. */
const controllerNamespaces = new WeakMap<object, Set<string>>();
const outsideOfAStack = {};

/** Keeps the namespace from being enforced by the same program. */
export function rememberControllerNamespace(namespace: string): void {
    const program = currentProgram();
    const known = controllerNamespaces.get(program) ?? new Set<string>();
    controllerNamespaces.set(program, known.add(namespace));
}

/** Whether the program has put a controller there. */
export function isControllerNamespace(namespace: string): boolean {
    return controllerNamespaces.get(currentProgram())?.has(namespace) ?? false;
}

function currentProgram(): object {
    return pulumi.runtime.getStackResource() ?? outsideOfAStack;
}
