package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Look is how a person's screen is.
type Look struct {
	Dark  bool
	Phone bool // 390 pixels wide, touch
	Print bool // shown as it would be printed
	Width int  // of the window in pixels, 0 for the usual one
}

// Person is someone at a computer of their own: cookies, tabs and habits that
// nobody else has.
type Person struct {
	t    testing.TB
	b    *Browser
	id   cdp.BrowserContextID
	look Look

	mu         sync.Mutex
	tabs       []*Tab
	shown      target.ID   // the tab in front
	known      []target.ID // tabs that were taken, or opened by ourselves
	waiting    []target.ID // tabs that pages have opened and nobody has taken
	complaints []complaint
	documents  map[string]bool // addresses of whole pages
	allowed    []*regexp.Regexp
}

type complaint struct{ source, text, url string }

// Person sits someone down at the browser for the length of a test. What their
// pages complained of fails the test.
func (b *Browser) Person(t testing.TB, look Look) *Person {
	t.Helper()
	id, err := target.CreateBrowserContext().Do(b.executor())
	if err != nil {
		t.Fatalf("a new browser context: %v", err)
	}
	p := &Person{t: t, b: b, id: id, look: look, documents: map[string]bool{}}
	b.mu.Lock()
	b.people[id] = p
	b.mu.Unlock()
	t.Cleanup(p.leave)
	return p
}

func (p *Person) leave() {
	for _, text := range p.Complaints() {
		p.t.Errorf("a page complained: %s", text)
	}
	if p.t.Failed() {
		p.report()
	}
	for _, tab := range p.tabs {
		tab.cancel()
	}
	p.b.mu.Lock()
	delete(p.b.people, p.id)
	p.b.mu.Unlock()
	_ = target.DisposeBrowserContext(p.id).Do(p.b.executor())
}

// report says what the person saw last.
func (p *Person) report() {
	for i, tab := range p.tabs {
		if tab.closed {
			continue
		}
		text, _ := tab.text()
		if len(text) > 1500 {
			text = text[:1500] + " …"
		}
		p.t.Logf("tab %d shows %s (%s)\n%s", i+1, tab.URL(), tab.Title(), text)
		if dir := os.Getenv("SCREENSHOTS"); dir != "" {
			name := strings.Map(func(r rune) rune {
				if r == '/' || r == ' ' {
					return '_'
				}
				return r
			}, p.t.Name())
			tab.save(filepath.Join(dir, "failed"), fmt.Sprintf("%s-%d", name, i+1), false)
		}
	}
}

// Expect lets complaints pass that match the pattern.
func (p *Person) Expect(pattern string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.allowed = append(p.allowed, regexp.MustCompile(pattern))
}

// Complaints lists what the pages have complained of so far.
func (p *Person) Complaints() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all []string
	for _, c := range p.complaints {
		// The status of a whole page is the story's to judge.
		if c.source == "network" && p.documents[address(c.url)] {
			continue
		}
		text := fmt.Sprintf("[%s] %s (%s)", c.source, c.text, c.url)
		if !slices.ContainsFunc(p.allowed, func(r *regexp.Regexp) bool { return r.MatchString(text) }) {
			all = append(all, text)
		}
	}
	return all
}

func address(url string) string {
	url, _, _ = strings.Cut(url, "#")
	return url
}

func (p *Person) opened(id target.ID) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.known, id) {
		p.known = append(p.known, id)
		p.waiting = append(p.waiting, id)
	}
}

// Open opens an address in a tab of its own.
func (p *Person) Open(url string) *Tab {
	p.t.Helper()
	p.mu.Lock()
	// The lock keeps event from taking this tab for one that a page opened.
	// Each tab has a window of its own: the first of a context must.
	id, err := target.CreateTarget("about:blank").WithBrowserContextID(p.id).WithNewWindow(true).Do(p.b.executor())
	p.known = append(p.known, id)
	p.mu.Unlock()
	if err != nil {
		p.t.Fatalf("a new tab: %v", err)
	}
	tab := p.attach(id)
	tab.Visit(url)
	return tab
}

// attach begins to watch a tab that exists.
func (p *Person) attach(id target.ID) *Tab {
	p.t.Helper()
	ctx, cancel := chromedp.NewContext(p.b.ctx, chromedp.WithTargetID(id))
	tab := &Tab{t: p.t, p: p, ctx: ctx, cancel: cancel, id: id}
	chromedp.ListenTarget(ctx, tab.event)
	err := chromedp.Run(ctx)
	for range 20 {
		// A page that is being replaced at this moment refuses to be dressed.
		if err = chromedp.Run(ctx, chromedp.ActionFunc(p.look.apply)); err == nil || !strings.Contains(err.Error(), "navigated or closed") {
			break
		}
	}
	if err != nil {
		cancel()
		p.t.Fatalf("attach to a tab: %v", err)
	}
	p.tabs = append(p.tabs, tab)
	return tab
}

func (l Look) apply(ctx context.Context) error {
	if l.Phone {
		if err := emulation.SetDeviceMetricsOverride(390, 844, 2, true).Do(ctx); err != nil {
			return err
		}
		if err := emulation.SetTouchEmulationEnabled(true).Do(ctx); err != nil {
			return err
		}
	}
	if l.Width > 0 {
		if err := emulation.SetDeviceMetricsOverride(int64(l.Width), 900, 1, l.Width < 600).Do(ctx); err != nil {
			return err
		}
	}
	scheme := "light"
	if l.Dark {
		scheme = "dark"
	}
	media := emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	})
	if l.Print {
		media = media.WithMedia("print")
	}
	return media.Do(ctx)
}

// event notes what the page complains of.
func (t *Tab) event(ev any) {
	var c complaint
	switch e := ev.(type) {
	case *page.EventFrameNavigated:
		if e.Frame.ParentID == "" {
			t.p.mu.Lock()
			t.p.documents[address(e.Frame.URL)] = true
			t.p.mu.Unlock()
		}
		return
	case *page.EventJavascriptDialogOpening:
		c = complaint{"dialog", e.Message, e.URL}
		go func() { _ = chromedp.Run(t.ctx, page.HandleJavaScriptDialog(true)) }()
	case *log.EventEntryAdded:
		if e.Entry.Level != log.LevelError {
			return
		}
		c = complaint{string(e.Entry.Source), e.Entry.Text, e.Entry.URL}
	case *runtime.EventExceptionThrown:
		c = complaint{"script", e.ExceptionDetails.Error(), e.ExceptionDetails.URL}
	case *runtime.EventConsoleAPICalled:
		if e.Type != runtime.APITypeError && e.Type != runtime.APITypeAssert {
			return
		}
		var words []string
		for _, a := range e.Args {
			words = append(words, strings.Trim(string(a.Value), `"`)+a.Description)
		}
		c = complaint{"console", strings.Join(words, " "), ""}
	default:
		return
	}
	t.p.mu.Lock()
	t.p.complaints = append(t.p.complaints, c)
	t.p.mu.Unlock()
}

// Taken is the tab that a page has just opened by other means than a click.
func (p *Person) Taken() *Tab {
	p.t.Helper()
	return p.tabs[len(p.tabs)-1].Opened()
}
