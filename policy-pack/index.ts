/**
 * The policy pack: `pulumi preview --policy-pack node_modules/signed-images/policy-pack` says of every image of a stack, in
 * whatever language it is written, whether the cluster will run it.
 */
import { dirname } from "node:path";
import { PolicyPack } from "@pulumi/policy";
import { Gate } from "./gate";
import { admittedImages, exemptObjects, openQuestions } from "./policies";

const projectFolder = process.cwd();
// PolicyPack takes its version from the package.json of the working directory, which is the stack's: a stack in Go has none.
process.chdir(dirname(require.resolve("signed-images/package.json")));

const gate = new Gate(projectFolder);
new PolicyPack("signed-images", { policies: [admittedImages(gate), openQuestions(gate), exemptObjects(gate)] });
