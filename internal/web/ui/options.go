package ui

import (
	"context"
	"io"
	"sync"

	"github.com/a-h/templ"
)

// optionList is written by hand: a list of countries is 244 options, which were
// half of the markup's cost on the pages that have one.
func optionList(f Field, options []Option) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		buf := optionBuffers.Get().(*[]byte)
		defer optionBuffers.Put(buf)
		text := (*buf)[:0]
		for i := range options {
			text = options[i].append(text, f.chosen(options[i].Value))
		}
		*buf = text
		_, err := w.Write(text)
		return err
	})
}

var optionBuffers = sync.Pool{New: func() any { return new([]byte) }}

// append adds the option's markup to text.
func (o *Option) append(text []byte, chosen bool) []byte {
	ready := o.ready
	if ready == nil {
		ready = o.escaped()
	}
	text = append(text, `<option value="`...)
	text = append(text, ready.value...)
	text = append(text, '"')
	if chosen {
		text = append(text, " selected"...)
	}
	if o.Disabled {
		text = append(text, " disabled"...)
	}
	text = append(text, '>')
	text = append(text, ready.label...)
	return append(text, "</option>"...)
}

// escapedOption is an option's text, fit for a page.
type escapedOption struct{ value, label string }

func (o *Option) escaped() *escapedOption {
	label := o.Label
	if o.Hint != "" {
		label += " – " + o.Hint
	}
	return &escapedOption{templ.EscapeString(o.Value), templ.EscapeString(label)}
}

// Ready prepares options that are shown again and again. They must not be
// changed afterwards.
func Ready(options []Option) []Option {
	for i := range options {
		options[i].ready = options[i].escaped()
	}
	return options
}
