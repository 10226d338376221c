import eslint from "@eslint/js";
import tseslint from "typescript-eslint";

export default tseslint.config(
    { ignores: ["dist/", "node_modules/", ".tools/"] },
    eslint.configs.recommended,
    {
        files: ["**/*.ts"],
        extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
        languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
        rules: {
            "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
            // chai's assertions are properties.
            "@typescript-eslint/no-unused-expressions": "off",
            // The Kubernetes client declares its models as classes, and takes literals for them.
            "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
        },
    },
    {
        // The tsconfig.json beside an example is its user's: there, signed-images is what npm installed.
        files: ["examples/**/*.ts"],
        languageOptions: { parserOptions: { projectService: false, project: "./tsconfig.json" } },
    },
    {
        // A command is loaded when it is meant. cli/bundle.mjs puts together what `require` names.
        files: ["cli/**/*.ts"],
        rules: { "@typescript-eslint/no-require-imports": "off" },
    },
    {
        files: ["core/**/*.ts"],
        rules: {
            "no-restricted-imports": [
                "error",
                { patterns: [{ group: ["@pulumi/*", "**/components/*"], message: "core/ never imports Pulumi." }] },
            ],
        },
    },
);
