package admin

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/tax"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// promotionForm is the editor of a cart price rule: what stands in its fields,
// as stored or as typed, and what is wrong.
type promotionForm struct {
	Stored     promotion.Rule // zero for a new one
	Values     map[string]string
	Websites   []string
	Groups     []string
	Errors     map[string]string
	Refuse     string
	Locked     string // why nothing here can be saved
	Tree       *store.Tree
	Categories *catalog.Tree
	All        []customer.Group
	Grant      acl.Grant
	Token      string
}

const spareConditions = 3

var (
	conditionChoices = []ui.Option{
		{Value: "", Label: "–"}, {Value: string(promotion.Subtotal), Label: "Subtotal"}, {Value: string(promotion.TotalQty), Label: "Total Items Quantity"},
		{Value: string(promotion.Weight), Label: "Total Weight (grams)"}, {Value: string(promotion.Category), Label: "Category (numbers)"},
		{Value: string(promotion.SKU), Label: "SKU"}, {Value: string(promotion.Country), Label: "Shipping Country (codes)"},
		{Value: string(promotion.Payment), Label: "Payment Method (codes)"},
	}
	onlyChoices = []ui.Option{{Value: "", Label: "–"}, {Value: string(promotion.Category), Label: "Category (numbers)"}, {Value: string(promotion.SKU), Label: "SKU"}}
	operators   = []ui.Option{
		{Value: string(promotion.AtLeast), Label: "equals or greater than"}, {Value: string(promotion.MoreThan), Label: "greater than"},
		{Value: string(promotion.Equal), Label: "is"}, {Value: string(promotion.AtMost), Label: "equals or less than"},
		{Value: string(promotion.LessThan), Label: "less than"}, {Value: string(promotion.OneOf), Label: "is one of"},
		{Value: string(promotion.NoneOf), Label: "is not one of"},
	}
	listOperators = operators[5:]
	matchChoices  = []ui.Option{{Value: "0", Label: "ALL"}, {Value: "1", Label: "ANY"}}
	discounts     = []ui.Option{
		{Value: string(promotion.Percent), Label: "Percent of product price discount"}, {Value: string(promotion.PerItem), Label: "Fixed amount discount"},
		{Value: string(promotion.WholeCart), Label: "Fixed amount discount for whole cart"},
		{Value: string(promotion.BuyGet), Label: "Buy X get Y free (discount amount is Y)"},
	}
)

// currency is that of the rule's first website: amounts are in it.
func (f *promotionForm) currency() string {
	for _, w := range f.Tree.Websites {
		if slices.Contains(f.Websites, idText(w.ID)) {
			return w.Currency
		}
	}
	w, _ := f.Tree.DefaultWebsite()
	return w.Currency
}

// show puts a stored rule into the fields.
func (f *promotionForm) show(r promotion.Rule) {
	f.Websites, f.Groups = texts(r.Websites), texts(r.Groups)
	f.Values = map[string]string{
		"name": r.Name, "description": r.Description, "active": yesNo(r.Active), "coupon": string(r.Coupon), "code": r.Code,
		"uses_per_coupon": countOrNone(r.UsesPerCoupon), "uses_per_customer": countOrNone(r.UsesPerCustomer), "priority": countOrNone(r.Priority),
		"from": dateText(r.From), "until": lastDay(r), "match_any": yesNo(r.MatchAny), "only_any": yesNo(r.OnlyAny),
		"discount": string(r.Discount), "amount": f.amountText(r), "step": countOrNone(r.Step), "max_qty": countOrNone(r.MaxQty),
		"to_shipping": yesNo(r.ToShipping), "free_shipping": yesNo(r.FreeShipping), "stop": yesNo(r.Stop),
	}
	for view, label := range r.Labels {
		f.Values["label_"+strconv.FormatInt(view, 10)] = label
	}
	f.showConditions("condition", r.Conditions)
	f.showConditions("only", r.Only)
}

func (f *promotionForm) showConditions(name string, cs []promotion.Condition) {
	for i, c := range cs {
		at := name + "_" + strconv.Itoa(i)
		f.Values[at+"_attribute"], f.Values[at+"_operator"], f.Values[at] = string(c.Attribute), string(c.Operator), strings.ReplaceAll(c.Value, ",", ", ")
		if n, err := strconv.ParseInt(c.Value, 10, 64); err == nil && c.Attribute == promotion.Subtotal {
			f.Values[at] = plainAmount(n, f.currency())
		}
	}
}

// amountText is a rule's amount as its discount has it.
func (f *promotionForm) amountText(r promotion.Rule) string {
	switch r.Discount {
	case promotion.Percent:
		return tax.Percent(r.Amount)
	case promotion.PerItem, promotion.WholeCart:
		return plainAmount(r.Amount, f.currency())
	}
	return strconv.FormatInt(r.Amount, 10)
}

func texts(ids []int64) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = idText(id)
	}
	return out
}

func countOrNone(n int64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

// rows is how many lines of conditions are offered: those in use and some more.
func (f *promotionForm) rows(name string) (rows []int) {
	last := -1
	for i := range promotion.MaxConditions {
		if f.Values[name+"_"+strconv.Itoa(i)+"_attribute"] != "" {
			last = i
		}
	}
	for i := range min(last+1+spareConditions, promotion.MaxConditions) {
		rows = append(rows, i)
	}
	return rows
}

// read takes a posted form: its fields, and the rule that they say.
func (f *promotionForm) read(in *web.Form) promotion.Rule {
	f.Values = map[string]string{}
	for name := range in.Names() {
		f.Values[name] = in.Text(name)
	}
	f.Websites, f.Groups = texts(in.IDs("websites")), texts(in.IDs("groups"))
	r := promotion.Rule{
		ID: f.Stored.ID, Version: in.ID("version"), Name: in.Text("name"), Description: in.Text("description"), Active: in.Bool("active"),
		Websites: in.IDs("websites"), Groups: in.IDs("groups"), Coupon: promotion.CouponKind(in.Text("coupon")), Code: in.Text("code"),
		UsesPerCoupon: optionalInt(in, "uses_per_coupon"), UsesPerCustomer: optionalInt(in, "uses_per_customer"), Priority: optionalInt(in, "priority"),
		From: dateFrom(in, "from"), Until: morningAfter(dateFrom(in, "until")), MatchAny: in.Bool("match_any"), OnlyAny: in.Bool("only_any"),
		Discount: promotion.Discount(in.Text("discount")), Step: optionalInt(in, "step"), MaxQty: optionalInt(in, "max_qty"),
		ToShipping: in.Bool("to_shipping"), FreeShipping: in.Bool("free_shipping"), Stop: in.Bool("stop"), Labels: map[int64]string{},
	}
	r.Amount = f.readAmount(in, r.Discount)
	r.Conditions, r.Only = f.readConditions(in, "condition"), f.readConditions(in, "only")
	for name := range in.Names() {
		if view, ok := strings.CutPrefix(name, "label_"); ok {
			if id, err := strconv.ParseInt(view, 10, 64); err == nil && id >= 0 {
				r.Labels[id] = in.Text(name)
			}
		}
	}
	return r
}

func (f *promotionForm) readAmount(in *web.Form, d promotion.Discount) int64 {
	switch d {
	case promotion.Percent:
		if in.Text("amount") == "" {
			return 0
		}
		ppm, ok := tax.ParsePercent(in.Text("amount"))
		if !ok {
			in.Errors.Add("amount", "Enter a percentage from 0 to 100, such as 12.5.")
		}
		return ppm
	case promotion.BuyGet:
		return optionalInt(in, "amount")
	}
	n, _ := amountFrom(in, "amount", f.currency())
	return n
}

func (f *promotionForm) readConditions(in *web.Form, name string) []promotion.Condition {
	var cs []promotion.Condition
	for i := range promotion.MaxConditions {
		at := name + "_" + strconv.Itoa(i)
		c := promotion.Condition{Attribute: promotion.Attribute(in.Text(at + "_attribute")), Operator: promotion.Operator(in.Text(at + "_operator")), Value: in.Text(at)}
		if c.Attribute != "" && !c.Attribute.Number() && c.Operator == promotion.Equal {
			c.Operator = promotion.OneOf // "is" one of a list of one
		}
		if c.Attribute == promotion.Subtotal && c.Value != "" {
			amount, err := money.Parse(c.Value, f.currency())
			if err != nil {
				in.Errors.Add(at, "Enter an amount such as %s.", plainAmount(5000, f.currency()))
			} else {
				c.Value = strconv.FormatInt(amount.Minor, 10)
			}
		}
		cs = append(cs, c)
	}
	return cs
}

// optionalInt is a whole number, 0 when nothing was typed.
func optionalInt(in *web.Form, name string) int64 {
	if in.Text(name) == "" {
		return 0
	}
	return in.Int(name)
}

func morningAfter(t time.Time) time.Time {
	if t.IsZero() {
		return t
	}
	return t.AddDate(0, 0, 1) // the last day counts
}

// field describes a field of the form.
func (f *promotionForm) field(name, label string) ui.Field {
	return ui.Field{Name: name, Label: label, Value: f.Values[name], Error: f.Errors[name], Disabled: f.Locked != "", Autocomplete: "off"}
}

func (f *promotionForm) websiteOptions() []ui.Option {
	var out []ui.Option
	for _, w := range f.Tree.Websites {
		out = append(out, ui.Option{Value: idText(w.ID), Label: w.Name + " (" + w.Currency + ")", Disabled: f.Locked != "" || !f.Grant.AllowsWebsite(w.ID)})
	}
	return out
}

func (f *promotionForm) groupOptions() []ui.Option {
	var out []ui.Option
	for _, g := range f.All {
		out = append(out, ui.Option{Value: idText(g.ID), Label: g.Name})
	}
	return out
}

// wrong are the errors in the order of the page.
func (f *promotionForm) wrong() []ui.FieldError {
	order := []string{"name", "description", "active", "websites", "groups", "coupon", "code", "uses_per_coupon", "uses_per_customer", "from", "until", "priority"}
	for _, name := range []string{"condition", "only"} {
		for i := range promotion.MaxConditions {
			order = append(order, name+"_"+strconv.Itoa(i))
		}
		if name == "condition" {
			order = append(order, "discount", "amount", "max_qty", "step")
		}
	}
	order = append(order, "label_0")
	for _, v := range f.Tree.Views {
		order = append(order, "label_"+idText(v.ID))
	}
	return summary(f.Errors, order...)
}

func (f *promotionForm) action() string {
	if f.Stored.ID == 0 {
		return promotionGrid.Path
	}
	return promotionPath(f.Stored.ID, "")
}

func (f *promotionForm) links(coupons bool) []ui.NavLink {
	here := ""
	if coupons {
		here = promotionPath(f.Stored.ID, "")
	}
	links := []ui.NavLink{
		{Text: "Rule Information", Href: here + "#rule-information"}, {Text: "Conditions", Href: here + "#rule-conditions"},
		{Text: "Actions", Href: here + "#rule-actions"}, {Text: "Labels", Href: here + "#rule-labels"},
	}
	if f.Stored.Coupon == promotion.GeneratedCoupons {
		links = append(links, ui.NavLink{Text: "Manage Coupon Codes", Href: promotionPath(f.Stored.ID, "/coupons"), Current: coupons})
	}
	return links
}

// match asks whether all or any of a list of conditions must hold.
func (f *promotionForm) match(name string) ui.Field {
	field := f.field("match_any", "If this many of these conditions are TRUE")
	if name == "only" {
		field = f.field("only_any", "Items for which this many of these conditions are TRUE")
	}
	return field
}

// part is one of the three fields of a line of conditions; the error stands
// under the value.
func (f *promotionForm) part(name string, i int, more, label string) ui.Field {
	field := f.field(name+"_"+strconv.Itoa(i)+more, label)
	field.HideLabel = true
	if name == "only" {
		field.Label += " of items"
	}
	return field
}

func listed(f ui.Field, values []string) ui.Field {
	f.Values = values
	return f
}
