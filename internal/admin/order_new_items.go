package admin

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// pick is a configurable product of which a variant is to be chosen.
type pick struct {
	ID       int64
	Qty      string // as typed
	Was      string // key of the SKU of the variant that it was until now
	Product  catalog.Choosable
	Chosen   map[string]string // by axis
	Errors   map[string]string // by axis, and "qty"
	Complain bool              // say what is missing
}

// maxDraft bounds a form with a file of products in it; a larger file than a list
// may be is refused beside its field.
const maxDraft = 8 << 20

// maxPicks bounds the choices that are open at once.
const maxPicks = 20

// wanted is what a form adds to an order: one by one, and as a list.
type wanted struct {
	singles []cart.Item
	list    []checkout.Listed
	sold    map[string]bool              // by SKU's key
	choices map[string]catalog.Choosable // by SKU's key
}

// addToDraft adds what was typed, ticked, listed and chosen. What cannot be
// added is said where it was entered and stays there.
func (a *App) addToDraft(ctx context.Context, d *orderDraft, f *web.Form) error {
	d.readPicks(f)
	want := wanted{singles: d.readSingles(f)}
	text, problem := listText(f)
	items, wrong := checkout.ReadList(text)
	if problem != "" {
		wrong[0] = problem
	}
	want.list = items
	if err := a.lookUp(ctx, d, &want); err != nil {
		return err
	}
	d.addSingles(want)
	d.addList(text, want, wrong)
	d.takePicks(f.Text("do") == "place")
	return nil
}

// readPicks reads what was chosen so far.
func (d *orderDraft) readPicks(f *web.Form) {
	qtys := f.All("pick_qty")
	for i, parent := range f.IDs("pick") {
		p := pick{ID: parent, Qty: "1", Chosen: map[string]string{}}
		if i < len(qtys) {
			p.Qty = qtys[i]
		}
		for _, code := range f.All("pick_axis_" + idText(parent)) {
			p.Chosen[code] = f.Text(pickField(parent, code))
			p.Complain = p.Complain || p.Chosen[code] != ""
		}
		d.Picks = append(d.Picks, p)
	}
}

func pickField(parent int64, code string) string { return "option_" + idText(parent) + "_" + code }

// readSingles are the SKU that was typed and the products that were ticked.
func (d *orderDraft) readSingles(f *web.Form) (items []cart.Item) {
	typed, qty := f.Text("add_sku"), orElse(f.Text("add_qty"), "1")
	n, ok := checkout.Pieces(qty)
	if !ok || n < 1 {
		if typed != "" || f.Has("add") {
			d.Errors["add_qty"], d.AddSKU, d.AddQty = "Please enter a quantity between 1 and 10000.", typed, qty
		}
		return nil
	}
	for _, sku := range append(f.All("add"), typed) {
		if sku != "" {
			items = append(items, cart.Item{SKU: sku, Qty: n})
		}
	}
	return items
}

// listText is the list of products of a file, or as it was pasted.
func listText(f *web.Form) (text, problem string) {
	text = f.Raw("list")
	files := f.Files("file")
	switch {
	case len(files) == 0:
		return text, ""
	case text != "":
		return text, "Choose a file or paste a list, not both: the file was not read."
	case files[0].Size > checkout.MaxListBytes:
		return "", fmt.Sprintf("The file is too large: a list has at most %d products.", checkout.MaxDeskLines)
	}
	file, err := files[0].Open()
	if err != nil {
		return "", "The file could not be read."
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, checkout.MaxListBytes))
	if err != nil {
		return "", "The file could not be read."
	}
	return string(content), ""
}

// lookUp finds out what the SKUs that are added, and the choices, are.
func (a *App) lookUp(ctx context.Context, d *orderDraft, w *wanted) error {
	w.sold, w.choices = map[string]bool{}, map[string]catalog.Choosable{}
	items := slices.Clone(w.singles)
	for _, l := range w.list {
		items = append(items, l.Item)
	}
	skus := make([]string, len(items))
	for i, item := range items {
		skus[i] = item.SKU
	}
	ids := make([]int64, len(d.Picks))
	for i, p := range d.Picks {
		ids[i] = p.ID
	}
	choices, err := a.Desk.Choosables(ctx, d.Owner, ids, skus)
	if err != nil {
		return err
	}
	for _, c := range choices {
		w.choices[catalog.SKUKey(c.SKU)] = c
	}
	for i := range d.Picks {
		if n := slices.IndexFunc(choices, func(c catalog.Choosable) bool { return c.ID == d.Picks[i].ID }); n >= 0 {
			d.Picks[i].Product = choices[n]
		}
	}
	found, err := a.Desk.Find(ctx, d.Owner, items)
	for _, l := range found {
		w.sold[catalog.SKUKey(l.Card.SKU)] = l.Problem != cart.Gone
	}
	return err
}

// addSingles adds products one by one.
func (d *orderDraft) addSingles(w wanted) {
	for _, item := range w.singles {
		if problem := d.take(w, item); problem != "" {
			d.Errors["items"], d.AddSKU, d.AddQty = problem, item.SKU, idText(item.Qty)
		}
	}
}

// take adds a product, or a choice where there is one, or says why not.
func (d *orderDraft) take(w wanted, item cart.Item) (problem string) {
	key := catalog.SKUKey(item.SKU)
	c, choice := w.choices[key]
	switch {
	case choice && len(d.Picks) == maxPicks:
		return fmt.Sprintf("“%s” has options: choose those of the others first, %d at a time.", item.SKU, maxPicks)
	case choice:
		d.Picks = append(d.Picks, pick{ID: c.ID, Qty: idText(item.Qty), Product: c})
	case !w.sold[key]:
		return notSold(item.SKU)
	case !d.add(item):
		return noRoom(item.SKU)
	}
	return ""
}

func noRoom(sku string) string {
	return fmt.Sprintf("There is no room for “%s”: an order that is made here has at most %d products, and %d pieces of each.", sku, checkout.MaxDeskLines, cart.MaxQty)
}

// addList adds a whole list, or says by line what is wrong with it. Then nothing
// of it is added, and the text stays.
func (d *orderDraft) addList(text string, w wanted, wrong map[int]string) {
	after := *d
	after.Items, after.Picks = slices.Clone(d.Items), slices.Clone(d.Picks)
	for _, l := range w.list {
		if problem := after.take(w, l.Item); problem != "" {
			wrong[l.Line] = problem
		}
	}
	if len(wrong) == 0 {
		d.Items, d.Picks = after.Items, after.Picks
		return
	}
	d.List = text
	for _, line := range slices.Sorted(maps.Keys(wrong)) {
		if len(d.ListErrors) == maxListErrors {
			d.ListErrors = append(d.ListErrors, ui.FieldError{ID: "f-list", Text: fmt.Sprintf("… and %d more lines.", len(wrong)-maxListErrors)})
			break
		}
		said := wrong[line]
		if line > 0 {
			said = "Line " + strconv.Itoa(line) + ": " + said
		}
		d.ListErrors = append(d.ListErrors, ui.FieldError{ID: "f-list", Text: said})
	}
}

const maxListErrors = 20

// takePicks makes lines of the choices that are complete. The others stay, and
// what they lack is said once somebody began to choose, or wants to order.
func (d *orderDraft) takePicks(placing bool) {
	open := d.Picks
	d.Picks = nil
	for _, p := range open {
		if p.Product.ID == 0 {
			d.Errors["items"] = "A product with options is not sold here any more."
			continue
		}
		n, ok := checkout.Pieces(p.Qty)
		if ok && n == 0 {
			continue
		}
		p.begin()
		v, chosen := catalog.Choose(p.Product.Variants, func(code string) string { return p.Chosen[code] })
		p.Errors = p.missing(chosen, p.Complain || placing)
		if !ok {
			p.Errors["qty"] = wrongQty
		}
		if chosen && ok && p.Was == "" {
			if d.add(cart.Item{SKU: v.SKU, Qty: n, ParentID: p.ID}) {
				continue
			}
			p.Errors["qty"] = noRoom(v.SKU)
		}
		d.Picks = append(d.Picks, p)
	}
}

// begin chooses what the line was until now.
func (p *pick) begin() {
	if p.Chosen == nil {
		p.Chosen = map[string]string{}
	}
	for _, v := range p.Product.Variants {
		if p.Was != "" && catalog.SKUKey(v.SKU) == p.Was {
			for _, a := range v.Choice {
				p.Chosen[a.Code] = a.Value
			}
		}
	}
}

// missing says what is still to be chosen.
func (p *pick) missing(chosen, complain bool) map[string]string {
	errs := map[string]string{}
	if chosen || !complain {
		return errs
	}
	last := ""
	for _, axis := range catalog.AxesOf(p.Product.Variants) {
		last = axis.Code
		if p.Chosen[axis.Code] == "" {
			errs[axis.Code] = "Please choose: " + english.Attribute(axis.Code) + "."
		}
	}
	if len(errs) == 0 {
		errs[last] = "There is no such combination. Please choose another one."
	}
	return errs
}
