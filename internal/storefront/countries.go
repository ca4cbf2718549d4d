package storefront

import (
	"sync"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/web/ui"
)

var countryOptions sync.Map // language → []ui.Option

// countries are the choices of a country in the visitor's language, "please
// choose" first. They are the same for everybody and not to be changed.
func (s *Shopper) countries() []ui.Option {
	if options, ok := countryOptions.Load(s.Locale.Lang()); ok {
		return options.([]ui.Option)
	}
	options := []ui.Option{{Value: "", Label: s.T("form.choose")}}
	for _, c := range customer.Countries(s.Locale.Tag()) {
		options = append(options, ui.Option{Value: c.Code, Label: c.Name})
	}
	options = ui.Ready(options)
	countryOptions.Store(s.Locale.Lang(), options)
	return options
}
