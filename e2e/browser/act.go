package browser

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// place is where the mouse has to go, and what pressing there will do.
type place struct {
	X, Y    float64
	Problem string
	Leads   bool // to another page in this tab
	Opens   bool // another tab
	Ticked  bool
	Value   string
}

// Click presses the button, link or control of this name, wherever it is on the
// page, as a mouse would: it must be visible and nothing may lie over it. When
// that leads to another page, Click waits for it. What it returns looks at the
// whole page again.
func (t *Tab) Click(name string) *Tab {
	t.t.Helper()
	t.press(fmt.Sprintf("click %q", name), "find", name)
	return t.whole()
}

func (t *Tab) whole() *Tab {
	all := *t
	all.within = nil
	return &all
}

// ClickOn presses what a selector finds, for what has no name.
func (t *Tab) ClickOn(selector string) *Tab {
	t.t.Helper()
	t.press("click on "+selector, "at", selector)
	return t.whole()
}

// ClickNew presses something that opens a tab, and returns that tab.
func (t *Tab) ClickNew(name string) *Tab {
	t.t.Helper()
	t.press(fmt.Sprintf("click %q", name), "find", name)
	return t.Opened()
}

func (t *Tab) press(what, function string, args ...any) {
	t.t.Helper()
	at := t.locate(what, function, args...)
	before := t.document()
	if at.Leads {
		_ = t.ask(nil, "watch")
	}
	t.mouse(what, at)
	if at.Leads {
		t.follow(what, before)
	}
}

// Send sends a form that the page does not have, as somebody would who knows
// the address: with the page's own form token.
func (t *Tab) Send(path string, fields map[string]string) *Tab {
	t.t.Helper()
	before := t.document()
	if err := t.ask(nil, "send", path, fields); err != nil {
		t.t.Fatalf("send to %s: %v", path, err)
	}
	t.arrive("send to "+path, before)
	return t.whole()
}

// locate waits until something is there and can be reached.
func (t *Tab) locate(what, function string, args ...any) (at place) {
	t.t.Helper()
	t.until(what, func() error {
		at = place{}
		if err := t.ask(&at, function, args...); err != nil {
			return err
		}
		if at.Problem != "" {
			return errors.New(at.Problem)
		}
		return nil
	})
	return at
}

func (t *Tab) mouse(what string, at place) {
	t.t.Helper()
	if err := chromedp.Run(t.ctx, chromedp.MouseClickXY(at.X, at.Y)); err != nil {
		t.t.Fatalf("%s: %v", what, err)
	}
}

// follow waits for the next page, or until a script has said that it takes care
// of the click by itself.
func (t *Tab) follow(what string, before float64) {
	t.t.Helper()
	t.until(what+" and go on", func() error {
		var now struct {
			ID            float64
			Done, Handled bool
		}
		err := t.eval(`({ID: performance.timeOrigin, Done: document.readyState === "complete", Handled: !!window.storyHandled})`, &now)
		if err != nil {
			return err
		}
		if now.ID == before && !now.Handled {
			return errors.New("the page has not changed")
		}
		if now.ID != before && !now.Done {
			return errors.New("the next page is not complete")
		}
		return nil
	})
}

// Fill writes into the field with this label, instead of what stood there.
func (t *Tab) Fill(label, text string) *Tab {
	t.t.Helper()
	what := fmt.Sprintf("fill %q", label)
	var direct bool
	t.until(what, func() error {
		var got struct {
			Problem string
			Direct  bool
		}
		if err := t.ask(&got, "fill", label, text); err != nil {
			return err
		}
		direct = got.Direct
		if got.Problem != "" {
			return errors.New(got.Problem)
		}
		return nil
	})
	if direct {
		return t
	}
	action := chromedp.ActionFunc(func(ctx context.Context) error { return input.InsertText(text).Do(ctx) })
	if text == "" {
		action = chromedp.ActionFunc(chromedp.KeyEvent(kb.Delete).Do)
	}
	if err := chromedp.Run(t.ctx, action); err != nil {
		t.t.Fatalf("%s: %v", what, err)
	}
	return t
}

// Select chooses an option by its text in the list with this label.
func (t *Tab) Select(label, option string) *Tab {
	t.t.Helper()
	t.locate(fmt.Sprintf("select %q in %q", option, label), "select", label, option)
	return t
}

// Tick ticks or clears the checkbox with this label.
func (t *Tab) Tick(label string, on bool) *Tab {
	t.t.Helper()
	what := fmt.Sprintf("tick %q", label)
	if at := t.locate(what, "control", label); at.Ticked != on {
		t.mouse(what, at)
		t.until(what, func() error {
			var now place
			if err := t.ask(&now, "control", label); err != nil {
				return err
			}
			if now.Ticked != on {
				return errors.New("it did not change")
			}
			return nil
		})
	}
	return t
}

// Choose chooses the radio button with this label.
func (t *Tab) Choose(label string) *Tab {
	t.t.Helper()
	return t.Tick(label, true)
}

// Value is what stands in the field with this label.
func (t *Tab) Value(label string) string {
	t.t.Helper()
	return t.locate(fmt.Sprintf("read %q", label), "control", label).Value
}

// Ticked reports whether the checkbox with this label is ticked.
func (t *Tab) Ticked(label string) bool {
	t.t.Helper()
	return t.locate(fmt.Sprintf("read %q", label), "control", label).Ticked
}

// Type types keys; those of package kb too.
func (t *Tab) Type(keys string) *Tab {
	t.t.Helper()
	err := chromedp.Run(t.ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		for _, r := range keys {
			if err := stroke(ctx, r); err != nil {
				return err
			}
		}
		return nil
	}))
	if err != nil {
		t.t.Fatalf("type: %v", err)
	}
	return t
}

// stroke presses and releases one key. The character goes with the press, as a
// keyboard sends it: sent apart it would reach whatever the press has focused.
func stroke(ctx context.Context, r rune) error {
	var text string
	events := kb.Encode(r)
	for _, e := range events {
		if e.Type == input.KeyChar {
			text = e.Text
		}
	}
	for _, e := range events {
		switch {
		case e.Type == input.KeyChar:
			continue
		case e.Type != input.KeyUp && text != "":
			e.Type, e.Text, e.UnmodifiedText = input.KeyDown, text, text
		}
		if err := e.Do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// TabTo presses the tabulator until what has this name is focused.
func (t *Tab) TabTo(name string) *Tab {
	t.t.Helper()
	var seen []string
	for range 150 {
		var now string
		if err := t.ask(&now, "focused"); err != nil {
			t.t.Fatal(err)
		}
		if now == name || strings.HasPrefix(now, name+" ") {
			return t
		}
		seen = append(seen, now)
		t.Type(kb.Tab)
	}
	t.t.Fatalf("the tabulator never reaches %q, but %q", name, seen)
	return t
}

// Enter presses the enter key and waits for the page that it leads to.
func (t *Tab) Enter() *Tab {
	t.t.Helper()
	before := t.document()
	_ = t.ask(nil, "watch")
	t.Type(kb.Enter)
	t.follow("press enter", before)
	return t
}
