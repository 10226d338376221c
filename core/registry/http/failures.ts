import { RegistryError } from "../errors";

import type { RegistryErrorCode } from "../errors";

/** Whom an error names. */
export interface About {
    registry: string;
    repository?: string;
}

/** What OpenSSL and Node say of a certificate that is not trusted, and of a peer that speaks no TLS. */
const TLS_CODES = /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|EPROTO$|INVALID_)/;

/** What a failed connection is for the caller. Quotes nothing but error codes. */
export function describeFailure(error: Error, about: About, began: boolean): RegistryError {
    const reason = codeOf(error);
    const [code, message] = classify(reason, began);
    return new RegistryError(`${message} (${reason})`, { ...about, code });
}

function classify(reason: string, began: boolean): [RegistryErrorCode, string] {
    if (TLS_CODES.test(reason)) {
        return ["tls", "no trusted TLS"];
    }
    if (reason === "UND_ERR_CONNECT_TIMEOUT" || reason === "ETIMEDOUT") {
        return ["unreachable", "no connection in time"];
    }
    // undici's names for a proxy that opens no way.
    if (reason === "UND_ERR_ABORTED" || reason.startsWith("UND_ERR_PRX_")) {
        return ["unreachable", "the proxy gives no connection"];
    }
    if (/^(HPE_|HTTPParserError$)/.test(reason) || reason === "UND_ERR_HEADERS_OVERFLOW") {
        return ["protocol-error", "the answer is no HTTP"];
    }
    if (reason === "UND_ERR_DESTROYED" || reason === "UND_ERR_CLOSED") {
        return ["closed", "the client was closed"];
    }
    return ["unreachable", began ? "the connection ended in the middle of the answer" : "no connection"];
}

/** The innermost error's code: undici and Node's address selection wrap what the socket said. */
function codeOf(error: Error): string {
    const inner = error instanceof AggregateError ? (error.errors as unknown[])[0] : error.cause;
    if (inner instanceof Error) {
        return codeOf(inner);
    }
    if ("code" in error && typeof error.code === "string") {
        return error.code;
    }
    return error.name === "Error" ? "unknown" : error.name;
}
