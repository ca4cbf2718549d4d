package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Patience is how long something may take to become true.
var Patience = 60 * time.Second

const glance = 15 * time.Millisecond

//go:embed page.js
var library string

// Tab is one page at a time, and a part of it to look in.
type Tab struct {
	t      testing.TB
	p      *Person
	ctx    context.Context
	cancel context.CancelFunc
	within []string
	closed bool
	id     target.ID
}

// front shows this tab, as one does before using it. Tabs that pages open share
// the window of their page, and what is not shown loads lazily.
func (t *Tab) front(ctx context.Context) error {
	t.p.mu.Lock()
	shown := t.p.shown == t.id
	t.p.shown = t.id
	t.p.mu.Unlock()
	if shown {
		return nil
	}
	return page.BringToFront().Do(ctx)
}

func (b *Browser) executor() context.Context {
	return cdp.WithExecutor(b.ctx, chromedp.FromContext(b.ctx).Browser)
}

// In looks only in the smallest row, card, section or dialog that says text.
func (t *Tab) In(text string) *Tab {
	part := *t
	part.within = append(append([]string{}, t.within...), text)
	return &part
}

// Look changes how this tab is shown: on a phone, dark, printed.
func (t *Tab) Look(l Look) *Tab {
	t.t.Helper()
	if err := chromedp.Run(t.ctx, chromedp.ActionFunc(l.apply)); err != nil {
		t.t.Fatal(err)
	}
	return t
}

// Person is whose tab this is.
func (t *Tab) Person() *Person { return t.p }

// Visit goes to an address and waits for the page.
func (t *Tab) Visit(url string) *Tab {
	t.t.Helper()
	before := t.document()
	var text string
	err := chromedp.Run(t.ctx, chromedp.ActionFunc(t.front), chromedp.ActionFunc(func(ctx context.Context) (err error) {
		_, _, text, _, err = page.Navigate(url).Do(ctx)
		return err
	}))
	if err != nil || (text != "" && text != "net::ERR_HTTP_RESPONSE_CODE_FAILURE") {
		t.t.Fatalf("open %s: %v %s", url, err, text)
	}
	t.arrive("open "+url, before)
	return t
}

// Reload asks for the page again.
func (t *Tab) Reload() *Tab {
	t.t.Helper()
	before := t.document()
	if err := chromedp.Run(t.ctx, page.Reload()); err != nil {
		t.t.Fatalf("reload: %v", err)
	}
	t.arrive("reload", before)
	return t
}

// Back goes back in history.
func (t *Tab) Back() *Tab {
	t.t.Helper()
	before := t.document()
	if err := t.eval("history.back()", nil); err != nil {
		t.t.Fatalf("back: %v", err)
	}
	t.arrive("back", before)
	return t
}

// Close closes the tab.
func (t *Tab) Close() {
	t.closed = true
	t.cancel()
}

// Opened is the tab that the page has just opened.
func (t *Tab) Opened() *Tab {
	t.t.Helper()
	var id target.ID
	t.until("a new tab", func() error {
		t.p.mu.Lock()
		defer t.p.mu.Unlock()
		if len(t.p.waiting) == 0 {
			return errors.New("none was opened")
		}
		id, t.p.waiting = t.p.waiting[0], t.p.waiting[1:]
		return nil
	})
	return t.p.attach(id)
}

// document tells one loaded page from another.
func (t *Tab) document() (id float64) {
	_ = t.eval("performance.timeOrigin", &id)
	return id
}

// arrive waits until another page than before is there and complete.
func (t *Tab) arrive(what string, before float64) {
	t.t.Helper()
	t.until(what, func() error {
		var now struct {
			ID   float64
			Done bool
		}
		if err := t.eval(`({ID: performance.timeOrigin, Done: document.readyState === "complete"})`, &now); err != nil {
			return err
		}
		if now.ID == before || !now.Done {
			return errors.New("the page has not come")
		}
		return nil
	})
}

// until waits for a condition and fails with the last reason why not.
func (t *Tab) until(what string, condition func() error) {
	t.t.Helper()
	if err := t.try(condition); err != nil {
		t.t.Fatalf("%s: %v\nat %s", what, err, t.URL())
	}
}

func (t *Tab) try(condition func() error) error {
	end := time.Now().Add(Patience)
	for {
		err := condition()
		if err == nil || time.Now().After(end) || t.ctx.Err() != nil {
			return err
		}
		select { // between two glances, not instead of a condition
		case <-time.After(glance):
		case <-t.ctx.Done():
		}
	}
}

// eval runs an expression in the page.
func (t *Tab) eval(expression string, into any) error {
	ctx, done := context.WithTimeout(t.ctx, Patience)
	defer done()
	return chromedp.Run(ctx, chromedp.ActionFunc(t.front), chromedp.ActionFunc(func(ctx context.Context) error {
		value, thrown, err := runtime.Evaluate(expression).WithReturnByValue(true).WithUserGesture(false).Do(ctx)
		if err != nil {
			return err
		}
		if thrown != nil {
			return thrown
		}
		if into == nil || value.Value == nil {
			return nil
		}
		return json.Unmarshal(value.Value, into)
	}))
}

// ask calls a function of page.js.
func (t *Tab) ask(into any, function string, args ...any) error {
	text, err := json.Marshal(append([]any{t.within}, args...))
	if err != nil {
		return err
	}
	return t.eval("("+library+")."+function+"(..."+string(text)+")", into)
}

// Eval runs an expression in the page and returns its value as text.
func (t *Tab) Eval(expression string) string {
	t.t.Helper()
	var v any
	if err := t.eval(expression, &v); err != nil {
		t.t.Fatalf("%s: %v", expression, err)
	}
	if s, ok := v.(string); ok {
		return s
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// Until waits until an expression in the page is true.
func (t *Tab) Until(what, expression string) *Tab {
	t.t.Helper()
	t.until(what, func() error {
		var yes bool
		if err := t.eval("!!("+expression+")", &yes); err != nil {
			return err
		}
		if !yes {
			return errors.New("it is not so")
		}
		return nil
	})
	return t
}

// URL is the address shown.
func (t *Tab) URL() (url string) {
	_ = t.eval("location.href", &url)
	return url
}

// Title is the tab's title.
func (t *Tab) Title() (title string) {
	_ = t.eval("document.title", &title)
	return title
}

// Status is the status with which the page was answered.
func (t *Tab) Status() (status int) {
	_ = t.eval(`performance.getEntriesByType("navigation")[0].responseStatus`, &status)
	return status
}

func (t *Tab) text() (text string, err error) {
	return text, t.ask(&text, "words")
}

// Text is what can be read, in one line.
func (t *Tab) Text() string {
	text, _ := t.text()
	return text
}

// See waits until all of these can be read.
func (t *Tab) See(texts ...string) *Tab {
	t.t.Helper()
	for _, want := range texts {
		t.until(fmt.Sprintf("see %q", want), func() error {
			text, err := t.text()
			if err == nil && !strings.Contains(strings.ToLower(text), strings.ToLower(want)) {
				err = errors.New("it is not there")
			}
			return err
		})
	}
	return t
}

// Titled waits until the tab's title contains text.
func (t *Tab) Titled(text string) *Tab {
	t.t.Helper()
	t.until(fmt.Sprintf("the title %q", text), func() error {
		if title := t.Title(); !strings.Contains(title, text) {
			return fmt.Errorf("the title is %q", title)
		}
		return nil
	})
	return t
}

// Misses fails if one of these can be read on the page that is there.
func (t *Tab) Misses(texts ...string) *Tab {
	t.t.Helper()
	text, err := t.text()
	if err != nil {
		t.t.Fatal(err)
	}
	for _, bad := range texts {
		if strings.Contains(strings.ToLower(text), strings.ToLower(bad)) {
			t.t.Errorf("%q can be read at %s", bad, t.URL())
		}
	}
	return t
}

// At waits until the address contains part.
func (t *Tab) At(part string) *Tab {
	t.t.Helper()
	t.until("be at "+part, func() error {
		var now struct {
			URL  string
			Done bool
		}
		if err := t.eval(`({URL: location.href, Done: document.readyState === "complete"})`, &now); err != nil {
			return err
		}
		if !strings.Contains(now.URL, part) || !now.Done {
			return fmt.Errorf("at %s", now.URL)
		}
		return nil
	})
	return t
}

// Has reports whether something that one can press or follow has this name now.
func (t *Tab) Has(name string) bool {
	t.t.Helper()
	var n int
	if err := t.ask(&n, "count", name); err != nil {
		t.t.Fatal(err)
	}
	return n > 0
}

// Count counts what a selector finds.
func (t *Tab) Count(selector string) (n int) {
	t.t.Helper()
	if err := t.ask(&n, "all", selector); err != nil {
		t.t.Fatal(err)
	}
	return n
}

// Covered says what keeps the banner of a stay from being seen and pressed, ""
// when nothing does.
func (t *Tab) Covered() (why string) {
	t.t.Helper()
	if err := t.ask(&why, "banner"); err != nil {
		t.t.Fatal(err)
	}
	return why
}

// Screenshot writes the page to $SCREENSHOTS/name.png, when that is set.
func (t *Tab) Screenshot(name string) {
	t.t.Helper()
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		t.save(dir, name, false)
	}
}

// ScreenshotWhole is Screenshot of all that one can scroll to.
func (t *Tab) ScreenshotWhole(name string) {
	t.t.Helper()
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		t.save(dir, name, true)
	}
}

func (t *Tab) save(dir, name string, whole bool) {
	err := chromedp.Run(t.ctx, chromedp.ActionFunc(func(ctx context.Context) error {
		png, err := page.CaptureScreenshot().WithFormat(page.CaptureScreenshotFormatPng).WithCaptureBeyondViewport(whole).Do(ctx)
		if err != nil {
			return err
		}
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644)
	}))
	if err != nil {
		t.t.Logf("screenshot %s: %v", name, err)
	}
}
