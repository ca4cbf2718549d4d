package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"strconv"
	"strings"
	"unicode"
)

// The command line is read off structs: a field tagged cmd is a command, one
// tagged arg an argument, any other a flag named after the field. Nothing here
// asks for a method by its name: the linker would have to keep every exported
// method of the whole program for that, four megabytes of them.

// runner is a command that can be run.
type runner interface{ Run(c *console) error }

// node is a command, or a group of them.
type node struct {
	name, help string
	parent     *node
	kids       []*node
	args       []*option
	flags      []*option
	run        runner
}

// option is a flag or an argument.
type option struct {
	name, help, env, def, holder string
	required                     bool
	whole                        bool // a list whose values hold commas
	value                        reflect.Value
	set                          bool
}

// commands reads the tree of commands off a struct that into points to.
func commands(name, help string, into any) *node {
	return describe(&node{name: name, help: help}, reflect.ValueOf(into).Elem())
}

func describe(n *node, v reflect.Value) *node {
	n.run, _ = v.Addr().Interface().(runner)
	n.fields(v)
	return n
}

func (n *node) fields(v reflect.Value) {
	for i := range v.NumField() {
		field, tag := v.Type().Field(i), v.Type().Field(i).Tag
		_, isCmd := tag.Lookup("cmd")
		_, isArg := tag.Lookup("arg")
		switch {
		case field.Anonymous:
			n.fields(v.Field(i))
		case isCmd:
			n.kids = append(n.kids, describe(&node{name: nameOf(field), help: tag.Get("help"), parent: n}, v.Field(i)))
		case isArg:
			o := newOption(field, v.Field(i))
			o.required = true
			n.args = append(n.args, o)
		default:
			n.flags = append(n.flags, newOption(field, v.Field(i)))
		}
	}
}

func newOption(f reflect.StructField, v reflect.Value) *option {
	_, required := f.Tag.Lookup("required")
	return &option{
		name: nameOf(f), help: f.Tag.Get("help"), env: f.Tag.Get("env"), def: f.Tag.Get("default"), holder: f.Tag.Get("placeholder"),
		required: required, whole: f.Tag.Get("sep") == "none", value: v,
	}
}

// nameOf is the name a tag gives, or the field's own in small letters.
func nameOf(f reflect.StructField) string {
	if name := f.Tag.Get("name"); name != "" {
		return name
	}
	return strings.ToLower(f.Name)
}

func (o *option) isSwitch() bool { return o.value.Kind() == reflect.Bool }
func (o *option) isList() bool   { return o.value.Kind() == reflect.Slice }

// take stores a value; a list takes several, by commas or by being repeated.
func (o *option) take(text string) error {
	switch o.value.Kind() {
	case reflect.String:
		o.value.SetString(text)
	case reflect.Bool:
		on, err := strconv.ParseBool(text)
		if err != nil {
			return fmt.Errorf("%q: want true or false", text)
		}
		o.value.SetBool(on)
	case reflect.Int, reflect.Int64:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return fmt.Errorf("%q is not a number", text)
		}
		o.value.SetInt(n)
	case reflect.Slice:
		values := []string{text}
		if !o.whole {
			values = strings.Split(text, ",")
		}
		for _, one := range values {
			o.value.Set(reflect.Append(o.value, reflect.ValueOf(one)))
		}
	default:
		panic("a flag of type " + o.value.Type().String())
	}
	o.set = true
	return nil
}

// fallBack takes the value from the environment, or the declared one.
func (o *option) fallBack() error {
	if o.set {
		return nil
	}
	if text := os.Getenv(o.env); o.env != "" && text != "" {
		if err := o.take(text); err != nil {
			return fmt.Errorf("%s=%w", o.env, err)
		}
		return nil
	}
	if o.def != "" {
		return o.take(o.def)
	}
	return nil
}

// errHelp asks for the help of the command that was reached.
var errHelp = errors.New("help")

// parse goes down the tree along the arguments. The node that was reached comes
// back with an error too.
func (n *node) parse(args []string) (*node, error) {
	at, onlyArgs := 0, false
	for len(args) > 0 {
		word := args[0]
		args = args[1:]
		var err error
		switch {
		case onlyArgs || len(word) < 2 || word[0] != '-':
			n, at, err = n.word(word, at)
		case word == "--":
			onlyArgs = true
		case word == "-h" || word == "--help":
			err = errHelp
		default:
			args, err = n.flag(word, args)
		}
		if err != nil {
			return n, err
		}
	}
	return n, n.complete()
}

// word is a command's name or the next argument.
func (n *node) word(word string, at int) (*node, int, error) {
	for _, kid := range n.kids {
		if kid.name == word {
			return kid, 0, nil
		}
	}
	if at >= len(n.args) {
		return n, at, fmt.Errorf("unexpected argument %s", word)
	}
	return n, at + 1, n.args[at].take(word)
}

// flag reads --name=value or --name value and gives the arguments that are left.
func (n *node) flag(word string, rest []string) ([]string, error) {
	name, value, given := strings.Cut(strings.TrimPrefix(word, "--"), "=")
	o := n.find(name)
	if o == nil || !strings.HasPrefix(word, "--") {
		return nil, fmt.Errorf("unknown flag %s", strings.SplitN(word, "=", 2)[0])
	}
	switch {
	case given:
	case o.isSwitch():
		value = "true"
	case len(rest) == 0 || strings.HasPrefix(rest[0], "--"):
		return nil, fmt.Errorf("--%s: a value is missing", name)
	default:
		value, rest = rest[0], rest[1:]
	}
	if err := o.take(value); err != nil {
		return nil, fmt.Errorf("--%s: %w", name, err)
	}
	return rest, nil
}

func (n *node) find(name string) *option {
	for _, o := range n.flags {
		if o.name == name {
			return o
		}
	}
	return nil
}

// complete fills in what was not given and refuses what is still missing.
func (n *node) complete() error {
	if n.run == nil {
		var names []string
		for _, kid := range n.kids {
			names = append(names, strconv.Quote(kid.name))
		}
		return errors.New("expected one of " + strings.Join(names, ", "))
	}
	var missing []string
	for _, o := range append(append([]*option(nil), n.flags...), n.args...) {
		if err := o.fallBack(); err != nil {
			return err
		}
	}
	for _, o := range n.flags {
		if o.required && !o.set {
			missing = append(missing, o.usage())
		}
	}
	if len(missing) > 0 {
		return errors.New("missing flags: " + strings.Join(missing, ", "))
	}
	for _, o := range n.args {
		if !o.set {
			missing = append(missing, "<"+o.name+">")
		}
	}
	if len(missing) > 0 {
		return errors.New("expected " + strings.Join(missing, " "))
	}
	return nil
}

// path is the command as it is typed.
func (n *node) path() string {
	if n.parent == nil {
		return n.name
	}
	return n.parent.path() + " " + n.name
}

// usage is the flag as it is typed.
func (o *option) usage() string {
	holder := o.holder
	switch {
	case o.isSwitch():
		return "--" + o.name
	case holder == "":
		holder = strings.ToUpper(o.name)
	}
	if o.isList() && !o.whole {
		holder += ",..."
	}
	return "--" + o.name + "=" + holder
}

// about is the help of a flag, with the variable that can give it.
func (o *option) about() string {
	if o.env == "" {
		return o.help
	}
	text, dot := strings.CutSuffix(o.help, ".")
	text = strings.TrimRightFunc(text, unicode.IsSpace) + " ($" + o.env + ")"
	if dot {
		text += "."
	}
	return text
}
