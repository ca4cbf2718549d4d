package pagecache

import (
	"bytes"
	"context"
	"io"

	"github.com/a-h/templ"
)

// Use is how a request may use fragments.
type Use int

// The uses. A stay with "Disable Page Cache for Admin User" on uses None: all
// of its page is made anew. With it off a stay uses Read: it may see what was
// made for everybody, and leaves nothing behind.
const (
	None Use = iota
	Read
	ReadWrite
)

type fragment struct {
	made moment
	html []byte
}

// Fragment is a part of a page that is the same for everybody whose key it is:
// the key must name the store view, the customer group and all of the address
// that the part depends on. The part holds no name, token or cart. make reads
// what the part shows and is not called when the part is at hand.
func (c *Cache) Fragment(ctx context.Context, use Use, key string, make func() (templ.Component, error)) (templ.Component, error) {
	if use == None {
		return make()
	}
	now := c.now(ctx)
	if f, found := c.fragments.GetIfPresent(key); found && c.fits(now, f.made) {
		return raw(f.html), nil
	}
	if !now.ok || use != ReadWrite {
		return make()
	}
	return c.makeFragment(ctx, key, now, make)
}

func (c *Cache) makeFragment(ctx context.Context, key string, since moment, make func() (templ.Component, error)) (templ.Component, error) {
	part, err := make()
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := part.Render(ctx, &buf); err != nil {
		return nil, err
	}
	if c.mayKeep(since) {
		c.fragments.Set(key, &fragment{since, buf.Bytes()})
	}
	return raw(buf.Bytes()), nil
}

func raw(html []byte) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := w.Write(html)
		return err
	})
}
