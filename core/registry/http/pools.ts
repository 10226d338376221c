import { createRequire } from "node:module";
import { createSecureContext, getCACertificates } from "node:tls";

import { sharedLookup } from "./lookup";

import type { SecureContext } from "node:tls";
import type { Dispatcher, Pool } from "undici";

const KEEP_ALIVE_MS = 30_000;

export interface PoolOptions {
    /** Of each host. */
    connections: number;
    connectMs: number;
    /** PEM. */
    certificateAuthorities: readonly string[];
}

/** Kept-alive connections, a pool for each origin. */
export class Pools {
    private readonly pools = new Map<string, Pool>();
    private readonly lookup = sharedLookup();
    private secureContext?: SecureContext;
    private destroyed = false;

    public constructor(private readonly options: PoolOptions) {}

    public dispatcher(origin: string): Dispatcher {
        let pool = this.pools.get(origin);
        if (pool === undefined) {
            const { connections, connectMs } = this.options;
            pool = new (poolClass())(origin, {
                connections,
                pipelining: 1,
                allowH2: false,
                keepAliveTimeout: KEEP_ALIVE_MS,
                connect: { timeout: connectMs, secureContext: this.trust(), lookup: this.lookup },
            });
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
