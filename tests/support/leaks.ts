import * as fs from "node:fs";
import * as path from "node:path";
import { openPrivateKey } from "../../core/keys";

/** A way in which a secret could be written down. */
export interface SecretForm {
    name: string;
    text: string;
}

/** Every form of the private key and the password of cosign's Secret that could turn up in a text. */
export async function secretForms(data: Readonly<Record<string, string>>): Promise<SecretForm[]> {
    const decode = (entry: string) => Buffer.from(data[entry] ?? "", "base64").toString("utf8");
    const password = decode("cosign.password");
    const encryptedPem = decode("cosign.key");
    const privateKey = await openPrivateKey(encryptedPem, password);
    const der = privateKey.export({ type: "pkcs8", format: "der" });
    const scalar = Buffer.from(privateKey.export({ format: "jwk" }).d ?? "", "base64url");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    return [
        { name: "password", text: password },
        { name: "password in base64", text: data["cosign.password"] ?? "" },
        { name: "encrypted key, a line of its PEM", text: encryptedPem.split("\n")[3] ?? "" },
        { name: "encrypted key in base64", text: (data["cosign.key"] ?? "").slice(100, 200) },
        { name: "key, a line of its PEM", text: pem.split("\n")[2] ?? "" },
        ...inEveryEncoding("key, DER", der),
        ...inEveryEncoding("key, scalar", scalar),
    ];
}

/** Which of the forms stand in a text. */
export function occurrencesOf(forms: readonly SecretForm[], text: string): string[] {
    const empty = forms.filter((form) => form.text.length < 16).map((form) => form.name);
    if (empty.length > 0) {
        throw new Error(`too short to search for: ${empty.join(", ")}`);
    }
    return forms.filter((form) => text.includes(form.text)).map((form) => form.name);
}

/** The text of every file below a folder. */
export function textBelow(directory: string): string {
    return fs
        .readdirSync(directory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => fs.readFileSync(path.join(entry.parentPath, entry.name), "latin1"))
        .join("\n");
}

function inEveryEncoding(name: string, bytes: Buffer): SecretForm[] {
    return (["hex", "base64", "base64url"] as const).map((encoding) => ({
        name: `${name} in ${encoding}`,
        // Without the end, whose padding depends on what stands behind it.
        text: bytes.toString(encoding).slice(0, -4),
    }));
}
