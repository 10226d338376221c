/** Writes the pages that the catalogue of rules gives. */
import * as fs from "node:fs";
import * as path from "node:path";
import { pages } from "./pages";

const PROJECT_FOLDER = path.resolve(__dirname, "../..");

for (const page of pages()) {
    fs.writeFileSync(path.join(PROJECT_FOLDER, page.path), page.text);
}
