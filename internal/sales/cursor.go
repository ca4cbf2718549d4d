package sales

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
)

// place is a place between two rows: the row whose keys it has is not on the page.
type place struct {
	Back bool  `json:"b,omitempty"` // the page before it, else after it
	Keys []any `json:"k"`           // string or int64
	Set  bool  `json:"-"`
}

func (c place) String() string {
	raw, _ := json.Marshal(c) // plain fields
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parsePlace reads a place in an order; a broken one is the first page.
func parsePlace(s string, in sorting) (c place) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if s == "" || err != nil {
		return place{}
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&c) != nil || len(c.Keys) != len(in) {
		return place{}
	}
	for n, k := range c.Keys {
		switch v := k.(type) {
		case json.Number:
			i, err := v.Int64()
			if err != nil || in[n].text {
				return place{}
			}
			c.Keys[n] = i
		case string:
			if !in[n].text {
				return place{}
			}
		default:
			return place{}
		}
	}
	c.Set = true
	return c
}
