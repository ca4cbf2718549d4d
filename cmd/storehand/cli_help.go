package main

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// helpWidth is how long a line of help gets.
const helpWidth = 80

// writeHelp says what a command is for and what it takes, or which there are.
func (n *node) writeHelp(w io.Writer) {
	fmt.Fprintf(w, "Usage: %s\n\n%s\n", n.line(), wrap(n.help, helpWidth, ""))
	if len(n.args) > 0 {
		fmt.Fprint(w, "\nArguments:\n")
		columns(w, n.args, func(o *option) string { return "<" + o.name + ">" })
	}
	fmt.Fprint(w, "\nFlags:\n  -h, --help    Show context-sensitive help.\n")
	if len(n.flags) > 0 {
		fmt.Fprintln(w)
		columns(w, n.flags, func(o *option) string { return "    " + o.usage() })
	}
	if n.run != nil {
		return
	}
	fmt.Fprint(w, "\nCommands:\n")
	n.leaves(func(leaf *node) {
		fmt.Fprintf(w, "  %s\n    %s\n\n", strings.TrimPrefix(leaf.line(), n.path()+" "), wrap(leaf.help, helpWidth-4, "    "))
	})
	fmt.Fprintf(w, "Run \"%s <command> --help\" for more information on a command.\n", n.path())
}

// line is how the command is typed.
func (n *node) line() string {
	if n.run == nil {
		return n.path() + " <command>"
	}
	words := []string{n.path()}
	for _, o := range n.flags {
		if o.required {
			words = append(words, o.usage())
		}
	}
	for _, o := range n.args {
		words = append(words, "<"+o.name+">")
	}
	if len(n.flags) > 0 {
		words = append(words, "[flags]")
	}
	return strings.Join(words, " ")
}

func (n *node) leaves(visit func(*node)) {
	for _, kid := range n.kids {
		if kid.run != nil {
			visit(kid)
		}
		kid.leaves(visit)
	}
}

// columns writes names at the left and what they are at the right.
func columns(w io.Writer, options []*option, name func(*option) string) {
	wide := 0
	for _, o := range options {
		wide = max(wide, utf8.RuneCountInString(name(o)))
	}
	indent := strings.Repeat(" ", 2+wide+4)
	for _, o := range options {
		fmt.Fprintf(w, "  %-*s    %s\n", wide, name(o), wrap(o.about(), helpWidth-len(indent), indent))
	}
}

// wrap breaks a text between words; lines after the first begin with indent.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	used := 0
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case used == 0:
		case used+1+n > width:
			b.WriteString("\n" + indent)
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}
