package catalog

import (
	"encoding/json"
	"slices"

	"github.com/storehand/storehand/internal/fault"
)

// Kind is what a product is: something to ship, a choice between such, or
// something that is never shipped.
type Kind string

// The kinds. What is sold of a configurable product is one of its variants.
const (
	Simple       Kind = "simple"
	Configurable Kind = "configurable"
	Virtual      Kind = "virtual"
)

// Kinds are all of them, in the order of the form.
var Kinds = []Kind{Simple, Configurable, Virtual}

// The limits of a configurable product.
const (
	MaxAxes     = 4
	MaxVariants = 400
)

// Choice is a variant's value on each axis, in the axes' order.
type Choice []Attribute

// Of is the value on an axis, "" without.
func (c Choice) Of(code string) string {
	for _, a := range c {
		if a.Code == code {
			return a.Value
		}
	}
	return ""
}

// MarshalJSON writes a pair for each axis, the same text for the same choice.
func (c Choice) MarshalJSON() ([]byte, error) {
	pairs := make([][2]string, len(c))
	for i, a := range c {
		pairs[i] = [2]string{a.Code, a.Value}
	}
	return json.Marshal(pairs)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (c *Choice) UnmarshalJSON(data []byte) error {
	var pairs [][2]string
	err := json.Unmarshal(data, &pairs)
	*c = make(Choice, len(pairs))
	for i, p := range pairs {
		(*c)[i] = Attribute{p[0], p[1]}
	}
	return err
}

// Scan reads a stored choice; NULL is none.
func (c *Choice) Scan(v any) error {
	switch v := v.(type) {
	case string:
		return json.Unmarshal([]byte(v), c)
	case []byte:
		return json.Unmarshal(v, c)
	}
	*c = nil
	return nil
}

func (c Choice) text() string {
	data, _ := c.MarshalJSON() // pairs of texts always marshal
	return string(data)
}

// tidyKind drops what a product of its kind does not have.
func (p *Product) tidyKind() {
	if p.Kind == "" {
		p.Kind = Simple
	}
	if p.Kind != Simple {
		p.WeightGrams = 0
	}
	if p.Kind != Configurable {
		p.Axes, p.Variants = nil, nil
		return
	}
	p.Stock = Stock{InStock: p.Stock.InStock, Reserved: p.Stock.Reserved}
	p.Prices, p.GroupPrices, p.TierPrices = nil, nil, nil
	for _, code := range p.Axes {
		delete(p.Attributes, code)
	}
}

func (p *Product) checkKind(f fault.Fields) {
	if !slices.Contains(Kinds, p.Kind) {
		f.Add("kind", "Choose a product type.")
	}
	if len(p.Axes) > MaxAxes {
		f.Add("axes", "Variants differ in at most %d attributes.", MaxAxes)
	}
	for i, code := range p.Axes {
		switch {
		case !validKey(code):
			f.Add("axes", "%q is not the code of an attribute: it has small letters, digits and hyphens.", code)
		case slices.Contains(p.Axes[:i], code):
			f.Add("axes", "Name %q once.", code)
		}
	}
	switch {
	case len(p.Variants) > MaxVariants:
		f.Add("variants", "A product has at most %d variants.", MaxVariants)
	case len(p.Variants) > 0 && len(p.Axes) == 0:
		f.Add("axes", "Name the attributes that the variants differ in.")
	}
}
