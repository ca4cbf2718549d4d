package listing

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"slices"
)

// Place is a place between two rows: the row whose keys it has is not on the
// page. The zero Place is the beginning of a list.
type Place struct {
	Back bool  `json:"b,omitempty"` // the page before that row, else the one after it
	Keys []any `json:"k"`           // string or int64, one for each column of the order
	Set  bool  `json:"-"`
}

// Cursor is the place as text for an address; [ParsePlace] reads it.
func (c Place) Cursor() string {
	raw, _ := json.Marshal(c) // plain fields
	return base64.RawURLEncoding.EncodeToString(raw)
}

// ParsePlace reads a cursor of an order; a broken one, or one of another order,
// is the first page.
func ParsePlace(cursor string, in Order) Place {
	var c Place
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if cursor == "" || err != nil {
		return Place{}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&c) != nil || len(c.Keys) != len(in) {
		return Place{}
	}
	for n, k := range c.Keys {
		key, ok := keyOf(k, in[n].Text)
		if !ok {
			return Place{}
		}
		c.Keys[n] = key
	}
	c.Set = true
	return c
}

func keyOf(decoded any, text bool) (key any, ok bool) {
	switch v := decoded.(type) {
	case json.Number:
		n, err := v.Int64()
		return n, err == nil && !text
	case string:
		return v, text
	}
	return nil, false
}

// Cut makes a page of the rows read for it from a place on, one more than its
// size where there was one: rows that were read backwards are turned round. It
// reports whether there is a page after this one and one before it.
func Cut[T any](rows []T, size int, at Place) (page []T, next, prev bool) {
	further := len(rows) > size
	page = rows[:min(len(rows), size)]
	if at.Back {
		slices.Reverse(page)
	}
	if len(page) == 0 {
		return page, false, false
	}
	return page, further || at.Back, at.Set && (further || !at.Back)
}

// keys are a row's values in the columns of an order.
type keys [3]struct {
	text   string
	number int64
}

// dest says where a row's columns of an order go.
func (k *keys) dest(in Order) []any {
	to := make([]any, len(in))
	for n, c := range in {
		if c.Text {
			to[n] = &k[n].text
		} else {
			to[n] = &k[n].number
		}
	}
	return to
}

// place is the place behind or before the row that has the keys.
func (k *keys) place(in Order, back bool) Place {
	values := make([]any, len(in))
	for n, c := range in {
		values[n] = k[n].number
		if c.Text {
			values[n] = k[n].text
		}
	}
	return Place{Back: back, Keys: values, Set: true}
}
