import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect } from "node:net";

import { Container, Probe } from "./objects";

/**
 * Asks a container's probe once, on loopback, as a kubelet does: any status from 200 to 399 is a yes, and certificates
 * are not verified. Where there is no probe, a container that runs is ready and alive.
 */
export async function succeeds(probe: Probe | undefined, container: Container): Promise<boolean> {
    const timeoutMs = (probe?.timeoutSeconds ?? 1) * 1000;
    if (probe?.httpGet !== undefined) {
        return answersHttp(probe.httpGet, portNumber(probe.httpGet.port, container), timeoutMs);
    }
    if (probe?.tcpSocket !== undefined) {
        return accepts(portNumber(probe.tcpSocket.port, container), timeoutMs);
    }
    return true;
}

function portNumber(port: number | string, container: Container): number {
    return typeof port === "number"
        ? port
        : (container.ports?.find((candidate) => candidate.name === port)?.containerPort ?? Number(port));
}

function answersHttp(get: NonNullable<Probe["httpGet"]>, port: number, timeoutMs: number): Promise<boolean> {
    const options = {
        host: "127.0.0.1",
        port,
        path: get.path ?? "/",
        headers: Object.fromEntries((get.httpHeaders ?? []).map(({ name, value }) => [name, value])),
        agent: false,
        timeout: timeoutMs,
    };
    return new Promise((resolve) => {
        const outgoing =
            get.scheme === "HTTPS" ? httpsRequest({ ...options, rejectUnauthorized: false }) : httpRequest(options);
        outgoing.on("response", (response) => {
            const status = response.statusCode ?? 0;
            response.destroy();
            resolve(status >= 200 && status < 400);
        });
        outgoing.on("timeout", () => outgoing.destroy());
        outgoing.on("error", () => {
            resolve(false);
        });
        outgoing.on("close", () => {
            resolve(false);
        });
        outgoing.end();
    });
}

function accepts(port: number, timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
        const socket = connect({ port, host: "127.0.0.1", timeout: timeoutMs });
        const answer = (yes: boolean) => () => {
            socket.destroy();
            resolve(yes);
        };
        socket.once("connect", answer(true));
        socket.once("timeout", answer(false));
        socket.once("error", answer(false));
    });
}
