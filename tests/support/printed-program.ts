import * as path from "node:path";
import * as vm from "node:vm";
import * as ts from "typescript";
import * as signedImages from "../../index";
import { PROJECT_FOLDER } from "./project";
import { record, type Registration } from "./recorder";

/** Runs a program that the package printed, and answers with the policies and trust roots that it asked for. */
export async function objectsOfProgram(program: string): Promise<Registration[]> {
    const { outputText } = ts.transpileModule(program, {
        compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
        reportDiagnostics: true,
    });
    const run = vm.runInThisContext(`(function (require, exports) {${outputText}\n})`) as (
        require: (name: string) => unknown,
        exports: object,
    ) => void;
    const { registrations } = await record(() => {
        run((name) => (name === "signed-images" ? signedImages : undefined), {});
    });
    return registrations.filter(({ type }) => type.startsWith("kubernetes:policy.sigstore.dev/"));
}

/** What TypeScript has against programs that import the package, as a user's compiler would check them. */
export function typeErrorsOf(programs: readonly string[]): string[] {
    const options: ts.CompilerOptions = {
        strict: true,
        noUnusedLocals: true,
        noEmit: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.Node20,
        moduleResolution: ts.ModuleResolutionKind.Node16,
        types: ["node"],
        baseUrl: PROJECT_FOLDER,
        paths: { "signed-images": ["./index.ts"] },
    };
    const files = new Map(
        programs.map((program, index) => [path.join(PROJECT_FOLDER, `printed-${index}.ts`), program] as const),
    );
    const host = ts.createCompilerHost(options);
    const withPrograms: ts.CompilerHost = {
        ...host,
        fileExists: (file) => files.has(file) || host.fileExists(file),
        readFile: (file) => files.get(file) ?? host.readFile(file),
        getSourceFile: (file, version, ...rest) => {
            const program = files.get(file);
            return program === undefined
                ? host.getSourceFile(file, version, ...rest)
                : ts.createSourceFile(file, program, version);
        },
    };
    const compiled = ts.createProgram({ rootNames: [...files.keys()], options, host: withPrograms });
    return Array.from(files.keys()).flatMap((file) => {
        const source = compiled.getSourceFile(file);
        return [...compiled.getSyntacticDiagnostics(source), ...compiled.getSemanticDiagnostics(source)].map(
            ({ messageText }) => `${path.basename(file)}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`,
        );
    });
}

/** Every identifier of a program, as the parser sees it: not what stands in texts and comments. */
export function identifiersOf(program: string): Set<string> {
    const found = new Set<string>();
    const visit = (node: ts.Node): void => {
        if (ts.isIdentifier(node)) {
            found.add(node.text);
        }
        ts.forEachChild(node, visit);
    };
    visit(ts.createSourceFile("printed.ts", program, ts.ScriptTarget.ES2022));
    return found;
}
