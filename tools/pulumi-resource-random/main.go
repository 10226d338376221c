// The Pulumi random provider: HashiCorp's provider behind the Pulumi bridge. pulumi-random's own module cannot be built
// as a dependency (it finds its shim through a replace, and replaces do not reach across modules); all it adds is
// names, so here are the resource tokens of its provider/resources.go and the version that the SDK, @pulumi/random in
// package-lock.json, asks the engine for.
//
// Less than the original: no package schema (only code generation reads it) and no RandomBytes (it wants an ID of
// its own making).
package main

import (
	"context"

	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/pf/tfbridge"
	bridge "github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge"
	"github.com/pulumi/pulumi-terraform-bridge/v3/pkg/tfbridge/tokens"
	"github.com/terraform-providers/terraform-provider-random/shim"
)

func main() {
	info := bridge.ProviderInfo{
		P:            tfbridge.ShimProvider(shim.New()),
		Name:         "random",
		Version:      "4.21.2",
		MetadataInfo: bridge.NewProviderMetadata([]byte("{}")),
	}
	info.MustComputeTokens(tokens.SingleModule("random_", "index", func(module, name string) (string, error) {
		return tokens.MakeStandard("random")(module, "Random"+name)
	}))
	tfbridge.Main(context.Background(), "random", info, tfbridge.ProviderMetadata{
		PackageSchema: []byte(`{"name": "random", "version": "4.21.2"}`),
	})
}
