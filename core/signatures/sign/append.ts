/**
 * Adding a signature to those that are there, where a registry only knows how to replace all of them.
 *
 * OCI has no compare-and-swap. So: read, add, store, wait until whoever read the same has stored, too, read back, and begin
 * again where the own signature is gone. Two writers that both do so lose nothing, as long as none of them takes longer
 * from reading to storing than the other one waits. cosign does not look back: what it replaces while it signs is lost
 * to whoever does not look again. docs/signing.md has the measurement.
 */
import { setTimeout as delay } from "node:timers/promises";

import { OCI_MANIFEST, type RegistryReader, type RegistryWriter, type RepositoryName } from "../../registry";
import { ifFound } from "../../registry/if-found";
import { asRecord, goField } from "../go-json";
import { storedLayers } from "../stored-layers";
import { withLayer, type NewLayer } from "./attachment";
import { SigningError } from "./errors";

/** A registry that signatures are added to. */
export type SignatureRegistry = RegistryReader & RegistryWriter;

/** Where to add what. */
export interface Addition {
    readonly repository: RepositoryName;
    readonly tag: string;
    readonly layer: NewLayer;
    /** Whether a layer that is there says the same, so that nothing needs to be added. */
    readonly isSame: (layers: readonly unknown[]) => Promise<boolean>;
}

/** What became of it. */
export interface Added {
    /** False where there was nothing to add. */
    readonly isNew: boolean;
    /** How often it was stored. */
    readonly attempts: number;
}

/** cosign reads no list that is longer. */
const MAXIMUM_LAYERS = 1000;

/** With 20 that sign at once, some 6 are needed. */
const MAXIMUM_ATTEMPTS = 40;

/** How often in a row the registry may say of one and the same list that another one is there now. */
const MAXIMUM_CONTRADICTIONS = 10;

/** How long to wait before reading back, in multiples of the time that it took from reading to storing. */
const SETTLE_FACTOR = 4;
const MINIMUM_SETTLE_MS = 200;

/**
 * Adds a layer to the manifest under a tag, unless it is there.
 *
 * @throws RegistryError; SigningError `signature-list-malformed`, `signature-list-full`, `signature-lost`,
 * `registry-rewrites`
 */
export async function appendLayer(registry: SignatureRegistry, addition: Addition): Promise<Added> {
    const { repository, isSame } = addition;
    let attempts = 0;
    let contradictions = 0;
    let seen: string | undefined;
    let stored: Stored | undefined;
    for (;;) {
        registry.forget(repository);
        const before = await readList(registry, addition);
        if (await isSame(before.layers)) {
            return { isNew: attempts > 0, attempts };
        }
        if (stored !== undefined) {
            await requireKept(registry, addition, stored.digest);
        }
        contradictions = stored === undefined && before.digest === seen ? contradictions + 1 : 0;
        seen = before.digest;
        if (contradictions === MAXIMUM_CONTRADICTIONS) {
            throw rewritesError(addition);
        }
        if (attempts === MAXIMUM_ATTEMPTS) {
            throw new SigningError(
                "signature-lost",
                `${nameOf(addition)} was replaced ${attempts} times by others that sign at the same time. Sign again when they are done.`,
            );
        }
        stored = await store(registry, addition, before);
        if (stored !== undefined) {
            attempts++;
            await delay(settleTime(stored.milliseconds));
        } else {
            await delay(Math.random() * MINIMUM_SETTLE_MS);
        }
    }
}

interface SignatureList {
    readonly layers: readonly unknown[];
    /** Of the manifest; undefined where there is none. */
    readonly digest: string | undefined;
}

async function readList(registry: SignatureRegistry, addition: Addition): Promise<SignatureList> {
    const manifest = await ifFound(registry.manifest(addition.repository, addition.tag));
    if (manifest === undefined) {
        return { layers: [], digest: undefined };
    }
    const content = asRecord(manifest.content);
    const layers = goField(content, "layers") ?? [];
    if (!isSignatureList(layers) || goField(content, "manifests") !== undefined) {
        throw new SigningError(
            "signature-list-malformed",
            `${nameOf(addition)} is no list of signatures. Look what it is, and delete the tag if nobody needs it.`,
        );
    }
    if (layers.length >= MAXIMUM_LAYERS) {
        throw new SigningError(
            "signature-list-full",
            `${nameOf(addition)} has ${layers.length} signatures, and of more than ${MAXIMUM_LAYERS} cosign reads none. Delete the tag and sign again, or sign under a tagPrefix of your own.`,
        );
    }
    return { layers, digest: manifest.digest };
}

/** Whether the layers can be read: of a list with one that cannot, nobody reads any. */
function isSignatureList(layers: unknown): layers is readonly unknown[] {
    return Array.isArray(layers) && storedLayers(layers, () => Promise.resolve(Buffer.alloc(0))) !== undefined;
}

/** A list with the layer, as it was stored. */
interface Stored {
    readonly digest: string;
    /** From looking to storing. */
    readonly milliseconds: number;
}

/** Whether the list is gone from its tag because others replaced it. Then it is still there by its digest. */
async function requireKept(registry: SignatureRegistry, addition: Addition, digest: string): Promise<void> {
    if ((await ifFound(registry.manifest(addition.repository, digest))) === undefined) {
        throw rewritesError(addition);
    }
}

function rewritesError(addition: Addition): SigningError {
    return new SigningError(
        "registry-rewrites",
        `${nameOf(addition)} is not what was stored there: the registry changes manifests, and a signature does not live through that. Store it elsewhere with --source, and name that place in the authority.`,
    );
}

/** Stores the list with the layer, unless it was changed meanwhile; says how long it was between looking and storing. */
async function store(
    registry: SignatureRegistry,
    addition: Addition,
    before: SignatureList,
): Promise<Stored | undefined> {
    const { repository, tag, layer } = addition;
    const { config, manifest } = withLayer(before.layers, layer);
    await Promise.all([registry.putBlob(repository, layer.payload), registry.putBlob(repository, config)]);
    const start = performance.now();
    registry.forget(repository);
    const now = await ifFound(registry.resolve({ ...repository, tag }));
    if (now?.digest !== before.digest) {
        return undefined;
    }
    const { digest } = await registry.putManifest(repository, tag, OCI_MANIFEST, manifest);
    return { digest, milliseconds: performance.now() - start };
}

/** Longer than others take for the same, and not the same for everybody, so that they do not meet again. */
function settleTime(milliseconds: number): number {
    return Math.max(MINIMUM_SETTLE_MS, milliseconds * SETTLE_FACTOR) * (1 + Math.random());
}

function nameOf({ repository, tag }: Addition): string {
    return `${repository.registry}/${repository.repository}:${tag}`;
}
