import { OCI_MANIFEST, type Descriptor } from "../../registry";
import { digestOf } from "../../registry/digest";
import { asRecord, goField } from "../go-json";

/** A layer of a `.sig` or `.att` manifest that is to be stored. */
export interface NewLayer {
    readonly mediaType: string;
    readonly payload: Buffer;
    readonly annotations: Readonly<Record<string, string>>;
}

/** A manifest and its configuration, ready to be stored. */
export interface AttachmentForm {
    readonly manifest: Buffer;
    readonly config: Buffer;
}

const CONFIG_TYPE = "application/vnd.oci.image.config.v1+json";

/**
 * The manifest with one layer more, as cosign writes it with go-containerregistry: what others stored stays as it is,
 * whatever it says.
 *
 * @param layers of the manifest that is there; none where there is none
 */
export function withLayer(layers: readonly unknown[], added: NewLayer): AttachmentForm {
    const all = [...layers, descriptorOf(added)];
    const config = json({
        architecture: "",
        created: "0001-01-01T00:00:00Z",
        history: all.map(() => ({ created: "0001-01-01T00:00:00Z" })),
        os: "",
        rootfs: { type: "layers", diff_ids: all.map((layer) => goField(asRecord(layer), "digest")) },
        config: {},
    });
    const manifest = json({
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: { mediaType: CONFIG_TYPE, size: config.length, digest: digestOf(config) },
        layers: all,
    });
    return { manifest, config };
}

function descriptorOf({ mediaType, payload, annotations }: NewLayer): Descriptor {
    return { mediaType, size: payload.length, digest: digestOf(payload), annotations };
}

function json(value: unknown): Buffer {
    return Buffer.from(JSON.stringify(value), "utf8");
}
