// The Pulumi Kubernetes provider, as its release has it: the module's own main package embeds generated files
// that are not part of the module, so this one embeds the schema that the build copies beside it.
package main

import (
	_ "embed"

	"github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/provider"
)

//go:embed schema.json
var schema []byte

func main() {
	provider.Serve("kubernetes", "4.25.0", schema, nil)
}
