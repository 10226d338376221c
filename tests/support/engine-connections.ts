import type { ClientOptions } from "@grpc/grpc-js";
import * as settings from "@pulumi/pulumi/runtime/settings";

/** What the SDK connects to an engine with; not in its types. */
export const { grpcClientOptions } = settings as unknown as { grpcClientOptions: ClientOptions };

// gRPC shares the connections of a process by their address. A later engine that gets the port of an earlier one would be
// refused by the earlier one's failed connection, without having been asked. So each has its own.
grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;
