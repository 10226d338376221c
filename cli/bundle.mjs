/**
 * The last step of `npm run build`: the command-line program as two files. Nearly three hundred modules take longer to find and to load
 * than a hundred images to verify.
 *
 * main.js stays apart, because it turns Node's compile cache on for program.js. Dependencies stay npm's, so that their updates reach the
 * program; but not yaml, which is seventy modules in itself.
 */
import { copyFile, readFile } from "node:fs/promises";
import { build } from "esbuild";

const BUNDLED = "yaml";

const { dependencies } = JSON.parse(await readFile("package.json", "utf8"));

await build({
    entryPoints: ["cli/main.ts", "cli/program.ts"],
    outdir: "dist/cli",
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node22",
    // A third of the text, which Node reads and hashes at every start: 15 ms. Names stay, for stack traces.
    minifyWhitespace: true,
    external: ["./program", ...Object.keys(dependencies).filter((name) => name !== BUNDLED)],
    logLevel: "warning",
});
await copyFile(`node_modules/${BUNDLED}/LICENSE`, `dist/cli/${BUNDLED}.LICENSE`);
