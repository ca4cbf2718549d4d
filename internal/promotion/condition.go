package promotion

import (
	"slices"
	"strconv"
	"strings"
)

// Attribute is what a condition looks at.
type Attribute string

// The attributes. Category and SKU look at a line; asked of a whole cart they
// look for a line, and Lacks for there being none.
const (
	Subtotal Attribute = "subtotal"       // minor units
	TotalQty Attribute = "total_qty"      // pieces
	Weight   Attribute = "weight"         // grams
	Category Attribute = "category"       // ids
	SKU      Attribute = "sku"            // SKUs
	Country  Attribute = "country"        // two-letter codes
	Payment  Attribute = "payment_method" // codes
)

// Operator compares an attribute with a condition's value.
type Operator string

// The operators: the first five for numbers, the last two for lists.
const (
	AtLeast  Operator = "ge"
	MoreThan Operator = "gt"
	Equal    Operator = "eq"
	AtMost   Operator = "le"
	LessThan Operator = "lt"
	OneOf    Operator = "in"
	NoneOf   Operator = "not_in"
)

// Condition is one line of a rule's conditions. Value is a whole number, or a
// list with commas between.
type Condition struct {
	Attribute Attribute `json:"attribute"`
	Operator  Operator  `json:"operator"`
	Value     string    `json:"value"`
}

// Number reports whether the attribute is a number.
func (a Attribute) Number() bool { return a == Subtotal || a == TotalQty || a == Weight }

// OfLine reports whether the attribute is of a line.
func (a Attribute) OfLine() bool { return a == Category || a == SKU }

// List is a condition's value as a list.
func (c Condition) List() []string {
	var list []string
	for _, part := range strings.Split(c.Value, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list
}

// holdsFor compares a whole cart. What is not known yet, such as the payment
// method on the cart's page, meets no condition.
func (c Condition) holdsFor(f *Facts) bool {
	switch c.Attribute {
	case Subtotal:
		return c.compare(f.subtotal())
	case TotalQty:
		return c.compare(f.qty())
	case Weight:
		return c.compare(f.weight())
	case Category, SKU:
		some := slices.ContainsFunc(f.Lines, c.among)
		return some == (c.Operator == OneOf)
	case Country:
		return c.listed(f.Country)
	case Payment:
		return c.listed(f.Payment)
	}
	return false
}

// holdsForLine compares one line.
func (c Condition) holdsForLine(l Line) bool {
	return c.Attribute.OfLine() && c.among(l) == (c.Operator == OneOf)
}

// among reports whether a line is in the condition's list, whatever the operator.
func (c Condition) among(l Line) bool {
	for _, v := range c.List() {
		if c.Attribute == SKU && strings.EqualFold(v, l.SKU) {
			return true
		}
		if id, err := strconv.ParseInt(v, 10, 64); err == nil && c.Attribute == Category && slices.Contains(l.Categories, id) {
			return true
		}
	}
	return false
}

func (c Condition) listed(value string) bool {
	if value == "" {
		return false
	}
	in := slices.ContainsFunc(c.List(), func(v string) bool { return strings.EqualFold(v, value) })
	return in == (c.Operator == OneOf)
}

func (c Condition) compare(n int64) bool {
	want, err := strconv.ParseInt(c.Value, 10, 64)
	if err != nil {
		return false
	}
	switch c.Operator {
	case AtLeast:
		return n >= want
	case MoreThan:
		return n > want
	case Equal:
		return n == want
	case AtMost:
		return n <= want
	case LessThan:
		return n < want
	}
	return false
}

// Holds reports whether a rule's conditions are met by a cart.
func (r *Rule) Holds(f *Facts) bool {
	return met(r.Conditions, r.MatchAny, func(c Condition) bool { return c.holdsFor(f) })
}

// discounts reports whether a rule is about a line.
func (r *Rule) discounts(l Line) bool {
	return met(r.Only, r.OnlyAny, func(c Condition) bool { return c.holdsForLine(l) })
}

func met(cs []Condition, any bool, holds func(Condition) bool) bool {
	if len(cs) == 0 {
		return true
	}
	if any {
		return slices.ContainsFunc(cs, holds)
	}
	return !slices.ContainsFunc(cs, func(c Condition) bool { return !holds(c) })
}
