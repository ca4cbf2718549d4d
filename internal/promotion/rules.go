package promotion

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
)

// The limits of rules.
const (
	MaxRules      = 1000
	MaxConditions = 20
	MaxCode       = 64

	maxName  = 200
	maxText  = 2000
	maxLabel = 255
	maxValue = 2000
	maxUses  = 1_000_000_000
	maxMoney = 1_000_000_000_000
)

// check refuses a rule that could not count as it stands, by field.
func (r *Rule) check() error {
	f := fault.Fields{}
	r.Name, r.Description = strings.Join(strings.Fields(r.Name), " "), strings.TrimSpace(r.Description)
	bounded(f, "name", r.Name, maxName)
	bounded(f, "description", r.Description, maxText)
	switch {
	case r.Name == "":
		f.Add("name", "Enter a name.")
	case len(r.Websites) == 0:
		f.Add("websites", "Choose at least one website.")
	case len(r.Groups) == 0:
		f.Add("groups", "Choose at least one customer group.")
	case !r.Until.IsZero() && !r.Until.After(r.From):
		f.Add("until", "The last day is before the first.")
	}
	r.checkCoupon(f)
	whole(f, "uses_per_customer", r.UsesPerCustomer)
	whole(f, "priority", r.Priority)
	r.Conditions = checkConditions(f, "condition", r.Conditions, false)
	r.Only = checkConditions(f, "only", r.Only, true)
	r.checkDiscount(f)
	for view, label := range r.Labels {
		label = strings.TrimSpace(label)
		r.Labels[view] = label
		bounded(f, "label_"+strconv.FormatInt(view, 10), label, maxLabel)
		if label == "" {
			delete(r.Labels, view)
		}
	}
	return f.Err()
}

func (r *Rule) checkCoupon(f fault.Fields) {
	r.Code = strings.TrimSpace(r.Code)
	switch r.Coupon {
	case SpecificCoupon:
		checkCode(f, "code", r.Code)
		whole(f, "uses_per_coupon", r.UsesPerCoupon)
	case GeneratedCoupons:
		r.Code = ""
		whole(f, "uses_per_coupon", r.UsesPerCoupon)
	case NoCoupon:
		r.Code, r.UsesPerCoupon = "", 0
	default:
		f.Add("coupon", "Choose whether the rule asks for a coupon.")
	}
}

func checkCode(f fault.Fields, field, code string) {
	switch {
	case code == "":
		f.Add(field, "Enter a coupon code.")
	case utf8.RuneCountInString(code) > MaxCode:
		f.Add(field, "Use at most %d characters.", MaxCode)
	case strings.ContainsFunc(code, func(r rune) bool { return unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		f.Add(field, "A coupon code has no spaces in it.")
	}
}

func (r *Rule) checkDiscount(f fault.Fields) {
	whole(f, "max_qty", r.MaxQty)
	switch r.Discount {
	case Percent:
		if r.Amount < 0 || r.Amount > 1_000_000 {
			f.Add("amount", "Enter a percentage from 0 to 100.")
		}
	case PerItem, WholeCart:
		if r.Amount < 0 || r.Amount > maxMoney {
			f.Add("amount", "Enter an amount, not below 0.")
		}
	case BuyGet:
		r.ToShipping = false
		if r.Step < 1 || r.Step > 10_000 {
			f.Add("step", "Enter how many pieces are to be bought, from 1 to 10000.")
		}
		if r.Amount < 1 || r.Amount > 10_000 {
			f.Add("amount", "Enter how many pieces are free, from 1 to 10000.")
		}
	default:
		f.Add("discount", "Choose how the discount is applied.")
	}
	if r.Discount != BuyGet {
		r.Step = 0
	}
	if r.Discount == WholeCart {
		r.MaxQty = 0
	}
}

// checkConditions drops empty lines and refuses wrong ones, field by field in
// the order they came in.
func checkConditions(f fault.Fields, field string, cs []Condition, ofLine bool) []Condition {
	kept := []Condition{}
	for i, c := range cs {
		c.Value = strings.TrimSpace(c.Value)
		if c.Attribute == "" {
			continue
		}
		at := field + "_" + strconv.Itoa(i)
		if text := c.wrong(ofLine); text != "" {
			f.Add(at, "%s", text)
		}
		bounded(f, at, c.Value, maxValue)
		if !c.Attribute.Number() {
			c.Value = strings.Join(c.List(), ",")
		}
		kept = append(kept, c)
	}
	if len(kept) > MaxConditions {
		f.Add(field+"_0", "A rule has at most %d conditions.", MaxConditions)
	}
	return kept
}

// wrong says what is wrong with a condition, "" for nothing.
func (c Condition) wrong(ofLine bool) string {
	numbers := []Operator{AtLeast, MoreThan, Equal, AtMost, LessThan}
	switch known := c.Attribute.Number() || c.Attribute.OfLine() || c.Attribute == Country || c.Attribute == Payment; {
	case !known || ofLine && !c.Attribute.OfLine():
		return "Choose what the condition looks at."
	case c.Attribute.Number() != slices.Contains(numbers, c.Operator) || !c.Attribute.Number() && c.Operator != OneOf && c.Operator != NoneOf:
		return "Choose a comparison that goes with it: numbers are compared, lists are searched."
	case c.Value == "":
		return "Enter a value."
	case c.Attribute.Number():
		if n, err := strconv.ParseInt(c.Value, 10, 64); err != nil || n < 0 || n > maxMoney {
			return "Enter a number, not below 0."
		}
	default:
		return c.wrongList()
	}
	return ""
}

func (c Condition) wrongList() string {
	list := c.List()
	if len(list) == 0 {
		return "Enter a value."
	}
	for _, v := range list {
		switch c.Attribute {
		case Country:
			if !customer.KnownCountry(strings.ToUpper(v)) {
				return fmt.Sprintf("%q is not the two-letter code of a country.", v)
			}
		case Category:
			if n, err := strconv.ParseInt(v, 10, 64); err != nil || n < 1 {
				return fmt.Sprintf("%q is not the number of a category.", v)
			}
		}
	}
	return ""
}

// needsCurrency reports whether the rule holds amounts of money, which mean
// something in one currency only.
func (r *Rule) needsCurrency() bool {
	return (r.Discount == PerItem || r.Discount == WholeCart) && r.Amount > 0 ||
		slices.ContainsFunc(r.Conditions, func(c Condition) bool { return c.Attribute == Subtotal })
}

func bounded(f fault.Fields, field, text string, most int) {
	if utf8.RuneCountInString(text) > most {
		f.Add(field, "Use at most %d characters.", most)
	}
}

func whole(f fault.Fields, field string, n int64) {
	if n < 0 || n > maxUses {
		f.Add(field, "Enter a whole number, not below 0.")
	}
}
