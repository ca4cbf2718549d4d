package webtest

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
)

// Submit sends the form; with a button text, by pressing that button. It
// returns the tab the answer is shown in: a new one for target=_blank.
func (f *Form) Submit(button ...string) *Tab {
	f.tab.b.t.Helper()
	action, method := f.node.Attr("action"), strings.ToUpper(f.node.Attr("method"))
	target := f.node.Attr("target")
	if len(button) > 0 {
		b := f.press(button[0])
		if b.HasAttr("formaction") {
			action = b.Attr("formaction")
		}
		if b.HasAttr("formmethod") {
			method = strings.ToUpper(b.Attr("formmethod"))
		}
		if b.HasAttr("formtarget") {
			target = b.Attr("formtarget")
		}
		if name := b.Attr("name"); name != "" {
			f.fields = append(f.fields, field{name: name, value: b.Attr("value"), on: true})
		}
	}
	if f.action != "" {
		action = f.action
	}
	to := f.tab.resolve(action)
	if action == "" {
		to = f.tab.URL
	}
	f.tab.checkFormAction(to)
	from := f.tab.Page
	r := request{method: http.MethodGet, to: to, from: &from}
	if method == http.MethodPost {
		r.method = http.MethodPost
		r.body, r.contentType = f.encode()
	} else {
		u := *to
		u.RawQuery, u.Fragment = f.values().Encode(), ""
		r.to = &u
	}
	return f.tab.target(target).navigate(r)
}

// press finds an enabled button by its text.
func (f *Form) press(text string) Node {
	f.tab.b.t.Helper()
	id := f.node.Attr("id")
	for _, b := range f.tab.All("button, input[type=submit]") {
		mine := within(b.n, f.node.n) || (id != "" && b.Attr("form") == id)
		kind := b.Attr("type")
		label := b.Text()
		if b.n.Data == "input" {
			label = b.Attr("value")
		}
		if mine && label == text && !disabled(b.n) && (kind == "" || kind == "submit") {
			return b
		}
	}
	f.tab.fatalf("form %s has no enabled button %q", f.node.Attr("action"), text)
	return Node{}
}

func (f *Form) values() url.Values {
	v := url.Values{}
	for _, c := range f.fields {
		if c.on {
			v.Add(c.name, c.value)
		}
	}
	return v
}

func (f *Form) encode() (body, contentType string) {
	if f.node.Attr("enctype") != "multipart/form-data" {
		return f.values().Encode(), "application/x-www-form-urlencoded"
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, c := range f.fields {
		if c.on {
			_ = w.WriteField(c.name, c.value)
		}
	}
	for _, a := range f.files {
		part, _ := w.CreateFormFile(a.name, a.fileName)
		_, _ = part.Write([]byte(a.content))
	}
	_ = w.Close()
	return b.String(), w.FormDataContentType()
}

// Action sends the form somewhere else than it was meant to go, as an attacker
// would.
func (f *Form) Action(address string) *Form {
	f.action = address
	return f
}
