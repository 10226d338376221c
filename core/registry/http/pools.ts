import { createRequire } from "node:module";
import { createSecureContext, getCACertificates } from "node:tls";

import { sharedLookup } from "./lookup";
import { proxyFor } from "./proxies";

import type { SecureContext } from "node:tls";
import type { Dispatcher, Pool, ProxyAgent } from "undici";

const KEEP_ALIVE_MS = 30_000;

export interface PoolOptions {
    /** Of each host. */
    connections: number;
    connectMs: number;
    /** PEM. */
    certificateAuthorities: readonly string[];
    /** Where to look for proxies. */
    environment: Readonly<Record<string, string | undefined>>;
}

/** Kept-alive connections, a pool for each origin. */
export class Pools {
    private readonly pools = new Map<string, Pool | ProxyAgent>();
    private readonly lookup = sharedLookup();
    private secureContext?: SecureContext;
    private destroyed = false;

    public constructor(private readonly options: PoolOptions) {}

    public dispatcher(origin: string): Dispatcher {
        let pool = this.pools.get(origin);
        if (pool === undefined) {
            const proxy = proxyFor(new URL(origin), this.options.environment);
            pool = proxy === undefined ? this.pool(origin) : this.proxied(proxy);
            this.pools.set(origin, pool);
            if (this.destroyed) {
                void pool.destroy();
            }
        }
        return pool;
    }

    /** Ends what is in flight, and lets go of all connections. */
    public async destroy(): Promise<void> {
        this.destroyed = true;
        await Promise.all(Array.from(this.pools.values(), (pool) => pool.destroy()));
    }

    private pool(origin: string): Pool {
        const { connectMs } = this.options;
        return new (poolClass())(origin, {
            ...this.common(),
            connect: { timeout: connectMs, secureContext: this.trust(), lookup: this.lookup },
        });
    }

    /** With the same trust in the proxy as in what is behind it. */
    private proxied(proxy: URL): ProxyAgent {
        const { connectMs } = this.options;
        const { ProxyAgent } = createRequire(__filename)("undici") as typeof import("undici");
        const tls = { secureContext: this.trust() };
        return new ProxyAgent({
            ...this.common(),
            uri: proxy.href,
            connectTimeout: connectMs,
            requestTls: tls,
            proxyTls: tls,
        });
    }

    private common() {
        const { connections } = this.options;
        return { connections, pipelining: 1, allowH2: false, keepAliveTimeout: KEEP_ALIVE_MS };
    }

    /** Certificates given replace Node's, so they are given together. */
    private trust(): SecureContext | undefined {
        const { certificateAuthorities } = this.options;
        if (certificateAuthorities.length > 0) {
            this.secureContext ??= createSecureContext({
                ca: [...getCACertificates("default"), ...certificateAuthorities],
            });
        }
        return this.secureContext;
    }
}

/**
 * undici's entry point loads fetch, WebSocket and caches beside the pool: 70 ms of a command that verifies 100 images in 300. The pool alone
 * is at a path that is not promised to stay, hence the way back.
 */
function poolClass(): typeof Pool {
    const load = createRequire(__filename);
    try {
        return load("undici/lib/dispatcher/pool.js") as typeof Pool;
    } catch {
        return (load("undici") as typeof import("undici")).Pool;
    }
}
