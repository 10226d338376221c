// Package shim opens the door to HashiCorp's random provider: its constructor is in an internal package, which only
// a module whose path starts with that provider's may import, so this one is named as if it were a part of it.
package shim

import (
	framework "github.com/hashicorp/terraform-plugin-framework/provider"
	"github.com/terraform-providers/terraform-provider-random/internal/provider"
)

// New returns the provider as Terraform would run it.
func New() framework.Provider {
	return provider.New()
}
