import type { ClientOptions } from "@grpc/grpc-js";
import * as settings from "@pulumi/pulumi/runtime/settings";

/** What the SDK connects to an engine with; not in its types. */
export const { grpcClientOptions } = settings as unknown as { grpcClientOptions: ClientOptions };

// gRPC shares the connections of a process by their address. A later engine that gets the port of an earlier one would meet the
// earlier one's failed connection, without having been asked: a program then fails with "No connection established. Last error:
// null", or registers nothing, so that a preview deletes everything. So each engine has connections of its own.
grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
