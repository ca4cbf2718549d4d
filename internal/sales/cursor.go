package sales

import (
	"encoding/base64"
	"encoding/json"
)

// place is a place between two rows: the row it names is not on the page.
type place struct {
	Back bool   `json:"b,omitempty"` // the page before it, else after it
	Text string `json:"t,omitempty"`
	Num  int64  `json:"n,omitempty"`
	Tie  int64  `json:"i"`
	Set  bool   `json:"-"`
}

func (c place) String() string {
	raw, _ := json.Marshal(c) // plain fields
	return base64.RawURLEncoding.EncodeToString(raw)
}

// parseCursor reads a cursor; a broken one is the first page.
func parseCursor(s string) (c place) {
	raw, err := base64.RawURLEncoding.DecodeString(s)
	if s == "" || err != nil || json.Unmarshal(raw, &c) != nil {
		return place{}
	}
	c.Set = true
	return c
}
