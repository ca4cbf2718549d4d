package webtest

import (
	"net/http"
	"net/url"
	"strings"
)

// Forms are all forms of the page.
func (t *Tab) Forms() []*Form {
	var all []*Form
	for _, n := range t.All("form") {
		f := &Form{tab: t, node: n}
		f.read()
		all = append(all, f)
	}
	return all
}

// Values is what the form would send now.
func (f *Form) Values() url.Values { return f.values() }

// Address is where the form would be sent to; post tells whether as a change.
func (f *Form) Address() (to *url.URL, post bool) {
	to = f.tab.URL
	if action := f.node.Attr("action"); action != "" {
		to = f.tab.resolve(action)
	}
	return to, strings.EqualFold(f.node.Attr("method"), http.MethodPost)
}

// Texts are the names of the fields that take free text, in their order.
func (f *Form) Texts() []string {
	var names []string
	for _, c := range f.fields {
		switch c.kind {
		case "", "text", "search", "email", "tel", "url", "textarea":
			if !contains(names, c.name) {
				names = append(names, c.name)
			}
		}
	}
	return names
}
