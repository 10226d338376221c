import { Client, credentials, Server, ServerCredentials, status } from "@grpc/grpc-js";
import { expect } from "chai";
import { grpcClientOptions } from "./engine-connections";

describe("the connections to the engines of a process", () => {
    const servers: Server[] = [];
    const clients: Client[] = [];

    after(() => {
        clients.forEach((client) => {
            client.close();
        });
        servers.forEach((server) => {
            server.forceShutdown();
        });
    });

    it("do not refuse an engine because another one that had its port has ended", async () => {
        const { server, port } = await listen(0);
        const earlier = connect(port);
        expect(await answer(earlier)).to.equal(status.UNIMPLEMENTED);
        server.forceShutdown();
        expect(await answer(earlier)).to.equal(status.UNAVAILABLE);
        await listen(port);
        expect(await answer(connect(port))).to.equal(status.UNIMPLEMENTED);
    });

    async function listen(port: number): Promise<{ server: Server; port: number }> {
        const server = new Server();
        servers.push(server);
        const bound = await new Promise<number>((resolve, reject) => {
            server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, taken) => {
                if (error === null) {
                    resolve(taken);
                } else {
                    reject(error);
                }
            });
        });
        return { server, port: bound };
    }

    function connect(port: number): Client {
        const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), grpcClientOptions);
        clients.push(client);
        return client;
    }

    /** The status of a call of a method that no server here has. */
    function answer(client: Client): Promise<status | undefined> {
        const serialize = (text: string) => Buffer.from(text);
        return new Promise((resolve) => {
            client.makeUnaryRequest("/tests/Unknown", serialize, String, "", (error) => {
                resolve(error?.code);
            });
        });
    }
});
