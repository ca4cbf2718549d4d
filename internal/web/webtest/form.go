package webtest

import (
	"strings"

	"golang.org/x/net/html"
)

// Form is a served form being filled in. What is not touched is sent as served,
// hidden fields included.
type Form struct {
	tab    *Tab
	node   Node
	fields []field
	files  []file
	action string // instead of the form's own
}

type field struct {
	name, value string
	on          bool // is sent
	node        *html.Node
	kind        string // type of the input, "select" or "textarea"
}

type file struct{ name, fileName, content string }

// Form finds a form by selector, or by its action when that begins with a
// slash. It fails unless there is exactly one with that action, or at least one
// for the selector.
func (t *Tab) Form(which string) *Form {
	t.b.t.Helper()
	var found []Node
	if strings.HasPrefix(which, "/") || strings.Contains(which, "://") {
		for _, n := range t.All("form") {
			if n.Attr("action") == which {
				found = append(found, n)
			}
		}
	} else {
		found = t.All(which)
	}
	if len(found) == 0 {
		t.fatalf("no form %s", which)
	}
	f := &Form{tab: t, node: found[0]}
	f.read()
	return f
}

// HasForm reports whether there is a form with this action.
func (t *Tab) HasForm(action string) bool {
	for _, n := range t.All("form") {
		if n.Attr("action") == action {
			return true
		}
	}
	return false
}

// read collects the form's controls, those that name it by id included.
func (f *Form) read() {
	id := f.node.Attr("id")
	for _, c := range f.tab.All("input, select, textarea") {
		owner, named := attr(c.n, "form")
		if named && (owner != id || id == "") {
			continue
		}
		if !named && !within(c.n, f.node.n) {
			continue
		}
		f.add(c)
	}
}

func within(n, ancestor *html.Node) bool {
	for ; n != nil; n = n.Parent {
		if n == ancestor {
			return true
		}
	}
	return false
}

func disabled(n *html.Node) bool {
	if _, off := attr(n, "disabled"); off {
		return true
	}
	for p := n.Parent; p != nil; p = p.Parent {
		if _, off := attr(p, "disabled"); off && p.Data == "fieldset" {
			return true
		}
	}
	return false
}

func (f *Form) add(c Node) {
	name := c.Attr("name")
	if name == "" || disabled(c.n) {
		return
	}
	switch c.n.Data {
	case "textarea":
		f.fields = append(f.fields, field{name, rawText(c.n), true, c.n, "textarea"})
	case "select":
		f.addSelect(name, c)
	default:
		kind := c.Attr("type")
		switch kind {
		case "submit", "button", "image", "reset", "file":
		case "checkbox", "radio":
			value := "on"
			if c.HasAttr("value") {
				value = c.Attr("value")
			}
			f.fields = append(f.fields, field{name, value, c.HasAttr("checked"), c.n, kind})
		default:
			f.fields = append(f.fields, field{name, c.Attr("value"), true, c.n, kind})
		}
	}
}

func rawText(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data)
		}
	}
	return b.String()
}

func (f *Form) addSelect(name string, c Node) {
	chosen, first, any := "", "", false
	for _, o := range c.All("option") {
		if optionDisabled(o) {
			continue
		}
		if o.HasAttr("selected") {
			chosen, any = optionValue(o), true
			break
		}
		if !any && first == "" && !c.HasAttr("multiple") {
			first = optionValue(o)
		}
	}
	if !any {
		chosen, any = first, !c.HasAttr("multiple") && len(c.All("option")) > 0
	}
	f.fields = append(f.fields, field{name, chosen, any, c.n, "select"})
}

func optionValue(o Node) string {
	if o.HasAttr("value") {
		return o.Attr("value")
	}
	return o.Text()
}

func optionDisabled(o Node) bool {
	return o.HasAttr("disabled") || (o.n.Parent != nil && o.n.Parent.Data == "optgroup" && Node{o.n.Parent}.HasAttr("disabled"))
}

// Value is what a field would send now; it fails without the field.
func (f *Form) Value(name string) string {
	f.tab.b.t.Helper()
	for _, c := range f.fields {
		if c.name == name && (c.on || (c.kind != "radio" && c.kind != "checkbox")) {
			if !c.on {
				return ""
			}
			return c.value
		}
	}
	f.must(name)
	return ""
}

// Has reports whether the form has an enabled field of that name.
func (f *Form) Has(name string) bool {
	for _, c := range f.fields {
		if c.name == name {
			return true
		}
	}
	return false
}

func (f *Form) must(name string) {
	f.tab.b.t.Helper()
	if !f.Has(name) {
		f.tab.fatalf("form %s has no enabled field %q", f.node.Attr("action"), name)
	}
}

// Set fills in a field, chooses an option or a radio button. It fails when the
// form has no such field, or no such enabled choice.
func (f *Form) Set(name, value string) *Form {
	f.tab.b.t.Helper()
	f.must(name)
	done := false
	for i := range f.fields {
		c := &f.fields[i]
		if c.name != name {
			continue
		}
		switch c.kind {
		case "radio", "checkbox":
			if c.kind == "radio" {
				c.on = c.value == value
			} else if c.value == value {
				c.on = true
			}
			done = done || c.value == value
		case "select":
			if f.offers(c.node, value) {
				c.value, c.on, done = value, true, true
			}
		default:
			if !done {
				c.value, done = value, true
			}
		}
	}
	if !done {
		f.tab.fatalf("field %q does not offer %q", name, value)
	}
	return f
}

func (f *Form) offers(sel *html.Node, value string) bool {
	for _, o := range (Node{sel}).All("option") {
		if optionValue(o) == value && !optionDisabled(o) {
			return true
		}
	}
	return false
}

// Tick ticks the checkboxes of that name, or those with the given values.
func (f *Form) Tick(name string, values ...string) *Form {
	f.tab.b.t.Helper()
	return f.tick(name, true, values)
}

// Untick is the opposite of Tick.
func (f *Form) Untick(name string, values ...string) *Form {
	f.tab.b.t.Helper()
	return f.tick(name, false, values)
}

func (f *Form) tick(name string, on bool, values []string) *Form {
	f.tab.b.t.Helper()
	f.must(name)
	hit := false
	for i := range f.fields {
		c := &f.fields[i]
		if c.name != name || c.kind != "checkbox" {
			continue
		}
		if len(values) == 0 || contains(values, c.value) {
			c.on, hit = on, true
		}
	}
	if !hit {
		f.tab.fatalf("no checkbox %q with %v", name, values)
	}
	return f
}

func contains(all []string, s string) bool {
	for _, v := range all {
		if v == s {
			return true
		}
	}
	return false
}

// Forge sends a value that the form does not offer, as an attacker would.
func (f *Form) Forge(name, value string) *Form {
	kept := f.fields[:0:0]
	for _, c := range f.fields {
		if c.name != name {
			kept = append(kept, c)
		}
	}
	f.fields = append(kept, field{name: name, value: value, on: true})
	return f
}

// Attach chooses a file.
func (f *Form) Attach(name, fileName, content string) *Form {
	f.tab.b.t.Helper()
	for _, c := range f.tab.All("input[type=file]") {
		if c.Attr("name") == name && (within(c.n, f.node.n) || c.Attr("form") == f.node.Attr("id")) {
			f.files = append(f.files, file{name, fileName, content})
			return f
		}
	}
	f.tab.fatalf("form has no file field %q", name)
	return nil
}
