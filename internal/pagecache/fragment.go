package pagecache

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/a-h/templ"
)

// Use is how a request may use fragments.
type Use int

// The uses. Proved is for a stay with "Disable Page Cache for Admin User" on: a
// fragment is used only when the database says in this same request that
// nothing has changed since it was made. With the setting off a stay uses Read:
// it may see what was made for everybody within the last moment, and leaves
// nothing behind.
const (
	None Use = iota
	Read
	ReadWrite
	Proved
)

type fragment struct {
	made moment
	html []byte

	proved bool      // it shows exactly what the database held at versions
	of     seen      // these versions
	until  time.Time // a price changes by itself then; zero for never
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
	if f, found := c.fragments.GetIfPresent(key); found && c.fits(now, f.made) && (use != Proved || c.proves(ctx, f)) {
		return raw(f.html), nil
	}
	if !now.ok || use == Read {
		return make()
	}
	return c.makeFragment(ctx, key, now, make)
}

// proves asks the database whether a fragment is what would be made now.
func (c *Cache) proves(ctx context.Context, f *fragment) bool {
	if !f.proved || !f.until.IsZero() && !c.o.DB.Now().Before(f.until) {
		return false
	}
	now, err := c.ask(ctx)
	return err == nil && *now == f.of
}

func (c *Cache) makeFragment(ctx context.Context, key string, since moment, make func() (templ.Component, error)) (templ.Component, error) {
	f := &fragment{made: since}
	before, err := c.ask(ctx)
	if err != nil {
		return make()
	}
	part, err := make()
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	if err := part.Render(ctx, &buf); err != nil {
		return nil, err
	}
	f.html = buf.Bytes()
	if c.mayKeep(since) {
		c.prove(ctx, f, before)
		c.fragments.Set(key, f)
	}
	return raw(f.html), nil
}

// prove notes what a fragment was made of: every change moves a version in its
// own transaction, so nothing changed between two looks that agree. The copies
// that nodes keep of settings and scopes are right for a version that has been
// known for a while (see settle).
func (c *Cache) prove(ctx context.Context, f *fragment, before *seen) {
	known := c.seen.Load()
	if known == nil || known.copies != before.copies {
		return
	}
	if c.o.Boundary != nil {
		var err error
		if f.until, err = c.o.Boundary(ctx, time.UnixMicro(f.made.at).UTC()); err != nil {
			return
		}
	}
	after, err := c.ask(ctx)
	f.proved, f.of = err == nil && *after == *before, *before
}

func raw(html []byte) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := w.Write(html)
		return err
	})
}
