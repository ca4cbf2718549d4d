package webtest

import (
	"strings"

	"golang.org/x/net/html"
)

// Node is an element of a page.
type Node struct{ n *html.Node }

// Name is the element's tag, such as "h1".
func (e Node) Name() string { return e.n.Data }

// Attr is the value of an attribute, "" without it.
func (e Node) Attr(name string) string {
	v, _ := attr(e.n, name)
	return v
}

// HasAttr reports whether the attribute is there.
func (e Node) HasAttr(name string) bool {
	_, ok := attr(e.n, name)
	return ok
}

// Text is what can be read in an element, with whitespace collapsed.
func (e Node) Text() string {
	var b strings.Builder
	readText(e.n, &b)
	return strings.Join(strings.Fields(b.String()), " ")
}

// All returns the elements that match a selector, in order: tag, #id, .class,
// [name], [name=value], [name*=value], [name^=value], [name$=value], joined by spaces for
// descendants and by commas for alternatives.
func (e Node) All(selector string) []Node {
	if e.n == nil {
		return nil
	}
	var groups [][]compound
	for _, s := range splitOutside(selector, ',') {
		groups = append(groups, parseSelector(s))
	}
	var found []Node
	for n := range e.n.Descendants() {
		if n.Type == html.ElementNode && matchesAny(n, groups) {
			found = append(found, Node{n})
		}
	}
	return found
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func readText(n *html.Node, b *strings.Builder) {
	if n == nil {
		return
	}
	switch n.Type {
	case html.TextNode:
		b.WriteString(n.Data)
		return
	case html.ElementNode:
		switch n.Data {
		case "script", "style", "template", "noscript":
			return
		}
		if _, hidden := attr(n, "hidden"); hidden {
			return
		}
		if !inline[n.Data] {
			b.WriteByte(' ')
			defer b.WriteByte(' ')
		}
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		readText(c, b)
	}
}

// inline elements do not separate words.
var inline = map[string]bool{
	"a": true, "abbr": true, "b": true, "bdi": true, "bdo": true, "em": true, "i": true, "kbd": true,
	"small": true, "span": true, "strong": true, "time": true, "ins": true, "del": true, "code": true,
}

// compound is one step of a selector: what a single element must be.
type compound struct {
	tag   string
	tests []test
}

type test struct {
	name, op, value string
}

func parseSelector(s string) []compound {
	var steps []compound
	for _, part := range splitOutside(s, ' ') {
		if part != "" {
			steps = append(steps, parseCompound(part))
		}
	}
	return steps
}

// splitOutside splits at sep, but not inside [ ].
func splitOutside(s string, sep byte) []string {
	var parts []string
	depth, start := 0, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '[':
			depth++
		case s[i] == ']':
			depth--
		case s[i] == sep && depth == 0:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

func parseCompound(s string) compound {
	var c compound
	end := strings.IndexAny(s, "#.[")
	if end < 0 {
		end = len(s)
	}
	c.tag, s = s[:end], s[end:]
	for s != "" {
		if s[0] == '[' {
			inside, rest, _ := strings.Cut(s[1:], "]")
			c.tests = append(c.tests, parseAttr(inside))
			s = rest
			continue
		}
		end := strings.IndexAny(s[1:], "#.[")
		if end < 0 {
			end = len(s) - 1
		}
		word := s[1 : end+1]
		if s[0] == '#' {
			c.tests = append(c.tests, test{"id", "=", word})
		} else {
			c.tests = append(c.tests, test{"class", "~=", word})
		}
		s = s[end+1:]
	}
	return c
}

func parseAttr(s string) test {
	for _, op := range []string{"*=", "^=", "$=", "~=", "="} {
		if name, value, ok := strings.Cut(s, op); ok {
			return test{name, op, strings.Trim(value, `"'`)}
		}
	}
	return test{name: s}
}

func matchesAny(n *html.Node, groups [][]compound) bool {
	for _, steps := range groups {
		if len(steps) > 0 && matches(n, steps) {
			return true
		}
	}
	return false
}

// matches checks the last step on n and the others on its ancestors.
func matches(n *html.Node, steps []compound) bool {
	last := len(steps) - 1
	if !steps[last].is(n) {
		return false
	}
	for p := n.Parent; last > 0 && p != nil; p = p.Parent {
		if steps[last-1].is(p) {
			last--
		}
	}
	return last == 0
}

func (c compound) is(n *html.Node) bool {
	if n.Type != html.ElementNode || (c.tag != "" && c.tag != "*" && n.Data != c.tag) {
		return false
	}
	for _, t := range c.tests {
		v, ok := attr(n, t.name)
		if !ok || !t.holds(v) {
			return false
		}
	}
	return true
}

func (t test) holds(v string) bool {
	switch t.op {
	case "=":
		return v == t.value
	case "*=":
		return strings.Contains(v, t.value)
	case "^=":
		return strings.HasPrefix(v, t.value)
	case "$=":
		return strings.HasSuffix(v, t.value)
	case "~=":
		for _, word := range strings.Fields(v) {
			if word == t.value {
				return true
			}
		}
		return false
	}
	return true
}
