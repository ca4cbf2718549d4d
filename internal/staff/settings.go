package staff

import (
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/config"
)

// SecondFactor says who must have a second factor. Whoever has one is always
// asked for it.
var SecondFactor = config.Select("admin.second_factor", config.In(config.Admin, "Security"), config.Label("Second Factor"),
	config.Default(FactorOptional),
	config.Choices(config.Choice{Value: FactorOptional, Label: "Optional"},
		config.Choice{Value: FactorAssist, Label: "Required for roles with Login as Customer"},
		config.Choice{Value: FactorEveryone, Label: "Required for everyone"}),
	config.Help("An authenticator app or a passkey beside the password. Who lacks a required one adds it right after signing in, before anything else."))

// The values of SecondFactor.
const (
	FactorOptional = "optional"
	FactorAssist   = "assist"
	FactorEveryone = "everyone"
)

// MustHaveFactor decides whether a role needs a second factor under a policy.
func MustHaveFactor(policy string, g acl.Grant) bool {
	return policy == FactorEveryone || policy == FactorAssist && g.Allows(acl.AssistLogin)
}
