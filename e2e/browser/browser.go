// Package browser drives the installed Chromium for stories about the whole
// application: people with cookies of their own, tabs, real mouse and keyboard,
// waiting instead of sleeping. A page's console errors and violations of its
// content security policy fail the story that met them.
//
// It knows nothing of Storehand: pages are read by their labels and texts, as
// people read them.
package browser

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// Options are what only a whole browser can be given, not one of its tabs.
type Options struct {
	// NoScript switches JavaScript off as a visitor would.
	NoScript bool
	// TrustKey is the public key (base64 of SHA-256 of its SPKI) of the tests' own
	// certificate authority.
	TrustKey string
}

// Browser is one running Chromium. Third-party cookies are blocked in it, and
// every name under .test leads to the loopback address.
type Browser struct {
	dir    string
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	people map[cdp.BrowserContextID]*Person
}

// Find returns the installed Chromium, "" without one.
func Find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

// Start starts Chromium in a profile folder of its own.
func Start(o Options) (*Browser, error) {
	path := Find()
	if path == "" {
		return nil, errors.New("no chromium is installed")
	}
	dir, err := os.MkdirTemp("", "storehand-chromium-")
	if err != nil {
		return nil, err
	}
	if err := preferences(dir, o); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	alloc, stop := chromedp.NewExecAllocator(context.Background(), flags(path, dir, o)...)
	ctx, cancel := chromedp.NewContext(alloc, chromedp.WithErrorf(func(string, ...any) {}))
	b := &Browser{dir: dir, people: map[cdp.BrowserContextID]*Person{}, ctx: ctx}
	b.cancel = func() { cancel(); stop() }
	chromedp.ListenBrowser(ctx, b.event)
	if err := chromedp.Run(ctx); err != nil {
		b.Close()
		return nil, err
	}
	return b, nil
}

func flags(path, dir string, o Options) []chromedp.ExecAllocatorOption {
	on := []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "no-default-browser-check",
		"disable-background-networking", "disable-component-update", "disable-sync", "disable-default-apps", "disable-extensions",
		"disable-dev-shm-usage", "mute-audio", "hide-scrollbars", "disable-background-timer-throttling",
		"disable-renderer-backgrounding", "disable-backgrounding-occluded-windows",
	}
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(dir), chromedp.WindowSize(1280, 900),
		chromedp.WSURLReadTimeout(time.Minute),
		chromedp.Flag("host-resolver-rules", "MAP *.test 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.1"),
		chromedp.Flag("force-color-profile", "srgb"), chromedp.Flag("lang", "en-US"), chromedp.Flag("password-store", "basic"),
	}
	for _, name := range on {
		opts = append(opts, chromedp.Flag(name, true))
	}
	if o.TrustKey != "" {
		opts = append(opts, chromedp.Flag("ignore-certificate-errors-spki-list", o.TrustKey))
	}
	return opts
}

// preferences are the choices that a visitor makes in the browser's settings.
func preferences(dir string, o Options) error {
	profile := map[string]any{"cookie_controls_mode": 1, "block_third_party_cookies": true}
	if o.NoScript {
		profile["default_content_setting_values"] = map[string]any{"javascript": 2}
	}
	text, err := json.Marshal(map[string]any{"profile": profile, "credentials_enable_service": false})
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Join(dir, "Default"), 0o700); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "Default", "Preferences"), text, 0o600)
}

// event hands a tab that a page has opened to the person whose page it was.
func (b *Browser) event(ev any) {
	created, ok := ev.(*target.EventTargetCreated)
	if !ok || created.TargetInfo.Type != "page" {
		return
	}
	b.mu.Lock()
	p := b.people[created.TargetInfo.BrowserContextID]
	b.mu.Unlock()
	if p != nil {
		go p.opened(created.TargetInfo.TargetID) // waits for a tab being made
	}
}

// Close ends Chromium and removes its profile.
func (b *Browser) Close() {
	ctx, done := context.WithTimeout(b.ctx, 5*time.Second)
	defer done()
	_ = chromedp.Cancel(ctx)
	b.cancel()
	_ = os.RemoveAll(b.dir)
}
