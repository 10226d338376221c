import { TokenCache } from "./auth/tokens";
import { AnswerCache } from "./answer-cache";
import { readBlob } from "./blobs";
import { Keychain } from "./credentials/keychain";
import { isDigest } from "./digest";
import { RegistryError } from "./errors";
import { exchange } from "./http/exchange";
import { Limiter } from "./http/limiter";
import { Pools } from "./http/pools";
import { ifFound } from "./if-found";
import { readManifest, resolveManifest } from "./manifests";
import { mirrorsOf } from "./mirrors";
import { pushBlob, pushManifest } from "./push";
import { addReferrer, subjectOf } from "./push-referrer";
import { askReferrersApi, fallbackReferrers, fallbackTag } from "./referrers";
import { RegistrySession } from "./session";
import { settingsOf } from "./settings";

import type { ImageReference } from "../policy/go/reference";
import type { ExchangeRequest, ExchangeResponse } from "./http/exchange";
import type { RegistryOptions } from "./options";
import type { SessionParts } from "./session";
import type { Settings } from "./settings";
import type { Descriptor, Manifest, RegistryReader, RegistryWriter, RepositoryName } from "./types";

/** Parsed JSON takes some times the memory of its text. */
const PARSED_WEIGHT = 8;

const DESCRIPTOR_WEIGHT = 512;

/**
 * Reads and writes OCI registries.
 *
 * Answers are kept for the client's lifetime, within limits, so a client is for one run of a program. Do not write into what it gives: others
 * get the same. Call `close` when done; connections that are not in use do not keep a process alive.
 */
export class RegistryClient implements RegistryReader, RegistryWriter {
    private readonly settings: Settings;
    private readonly pools: Pools;
    private readonly parts: SessionParts;
    private readonly sessions = new Map<string, RegistrySession>();
    private readonly answers: AnswerCache;
    private readonly withoutReferrersApi = new Set<string>();
    /** One after the other, so that none undoes another. */
    private readonly listings = new Limiter(1);
    private sent = 0;

    public constructor(options: RegistryOptions = {}) {
        this.settings = settingsOf(options);
        const { certificateAuthorities, concurrency, credentials, environment, limits, timeouts } = this.settings;
        this.pools = new Pools({
            connections: concurrency,
            connectMs: timeouts.connectMs,
            certificateAuthorities,
            environment,
        });
        this.answers = new AnswerCache(limits.cacheBytes);
        this.parts = {
            settings: this.settings,
            keychain: new Keychain({ credentials, environment, helperMs: timeouts.helperMs }),
            tokens: new TokenCache((request) => this.send(request), timeouts),
            send: (request) => this.send(request),
        };
    }

    /** How many HTTP requests were sent, those to token servers and repetitions included. */
    public get requestCount(): number {
        return this.sent;
    }

    public async resolve(image: ImageReference): Promise<Descriptor> {
        const name = { registry: image.registry, repository: image.repository };
        const reference = image.digest ?? image.tag ?? "latest";
        return this.read(
            name,
            ["resolve", reference],
            () => DESCRIPTOR_WEIGHT,
            (session, place) => resolveManifest(session, place, reference, this.settings.limits.manifestBytes),
        );
    }

    public async manifest(repository: RepositoryName, reference: string): Promise<Manifest> {
        return this.read(
            repository,
            ["manifest", reference],
            ({ size }) => size * PARSED_WEIGHT,
            (session, place) => readManifest(session, place, reference, this.settings.limits.manifestBytes),
        );
    }

    public async blob(repository: RepositoryName, descriptor: Descriptor): Promise<Buffer> {
        const question = ["blob", descriptor.digest, String(descriptor.size)];
        return this.read(
            repository,
            question,
            (bytes) => bytes.length,
            (session, place) => readBlob(session, place, descriptor, this.settings.limits.blobBytes),
        );
    }

    public async referrers(repository: RepositoryName, digest: string, artifactType?: string): Promise<Descriptor[]> {
        if (!isDigest(digest)) {
            const message = `${JSON.stringify(digest)} is no digest`;
            throw new RegistryError(message, { ...repository, code: "malformed" });
        }
        return this.read(
            repository,
            ["referrers", digest, artifactType ?? ""],
            (found) => found.length * DESCRIPTOR_WEIGHT,
            (session, place) => this.findReferrers(session, place, digest, artifactType),
            (found) => found.length > 0,
        );
    }

    public async putBlob(repository: RepositoryName, bytes: Buffer): Promise<Descriptor> {
        return pushBlob(this.session(repository.registry), repository, bytes);
    }

    public async putManifest(
        repository: RepositoryName,
        reference: string,
        mediaType: string,
        bytes: Buffer,
    ): Promise<Descriptor> {
        const session = this.session(repository.registry);
        try {
            const { descriptor, listedUnder } = await pushManifest(session, repository, reference, mediaType, bytes);
            const subject = subjectOf(bytes);
            if (subject !== undefined && listedUnder === undefined) {
                const { manifestBytes } = this.settings.limits;
                await this.listings.run(() =>
                    addReferrer(session, repository, subject, descriptor, bytes, manifestBytes),
                );
            }
            return descriptor;
        } finally {
            this.forget(repository);
        }
    }

    public forget(repository: RepositoryName): void {
        this.answers.forgetAll([repository.registry, repository.repository]);
    }

    /** Ends what is in flight and lets go of all connections. */
    public async close(): Promise<void> {
        await this.pools.destroy();
    }

    /**
     * Asks the repository's mirrors and then itself, once for each question.
     *
     * @param suffices whether a mirror's answer is one: a list without referrers may be that of a mirror which keeps none
     */
    private read<T>(
        name: RepositoryName,
        question: readonly string[],
        weigh: (answer: T) => number,
        ask: (session: RegistrySession, place: RepositoryName) => Promise<T>,
        suffices: (answer: T) => boolean = () => true,
    ): Promise<T> {
        return this.answers.get([name.registry, name.repository, ...question], weigh, async () => {
            for (const mirror of mirrorsOf(name, this.settings.mirrors)) {
                try {
                    const answer = await ask(this.session(mirror.registry), mirror);
                    if (suffices(answer)) {
                        return answer;
                    }
                } catch (error) {
                    if (!(error instanceof RegistryError)) {
                        throw error;
                    }
                }
            }
            return ask(this.session(name.registry), name);
        });
    }

    private async findReferrers(
        session: RegistrySession,
        name: RepositoryName,
        digest: string,
        artifactType: string | undefined,
    ): Promise<Descriptor[]> {
        const { manifestBytes } = this.settings.limits;
        const found = await this.askReferrersApi(session, name, digest, artifactType);
        if (found !== undefined) {
            return found;
        }
        const index = await ifFound(readManifest(session, name, fallbackTag(digest), manifestBytes));
        return index === undefined ? [] : fallbackReferrers(index.content, artifactType);
    }

    /** Once for a repository without the API: one of them says nothing of the others, which may lie elsewhere. */
    private async askReferrersApi(
        session: RegistrySession,
        name: RepositoryName,
        digest: string,
        artifactType: string | undefined,
    ): Promise<Descriptor[] | undefined> {
        const place = `${name.registry}/${name.repository}`;
        if (this.withoutReferrersApi.has(place)) {
            return undefined;
        }
        const { limits, timeouts } = this.settings;
        const found = await askReferrersApi(session, name, digest, artifactType, {
            maxBytes: limits.manifestBytes,
            maxMs: timeouts.questionMs,
        });
        if (found === undefined) {
            this.withoutReferrersApi.add(place);
        }
        return found;
    }

    private session(registry: string): RegistrySession {
        const known = this.sessions.get(registry);
        if (known !== undefined) {
            return known;
        }
        const made = new RegistrySession(registry, this.parts);
        this.sessions.set(registry, made);
        return made;
    }

    private send(request: ExchangeRequest): Promise<ExchangeResponse> {
        this.sent++;
        return exchange(this.pools.dispatcher(request.url.origin), request);
    }
}
