package web

import (
	"bytes"
	"context"
	"encoding/base64"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Render answers with a page. It is drawn into a buffer first, so that a
// failure is a clean error page, never half of one.
func Render(w http.ResponseWriter, r *http.Request, status int, page templ.Component) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer func() {
		if buf.Cap() < 1<<20 {
			buf.Reset()
			buffers.Put(buf)
		}
	}()
	if err := page.Render(r.Context(), buf); err != nil {
		return err
	}
	if err := mayAnswer(r.Context()); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	w.WriteHeader(status)
	if r.Method == http.MethodHead {
		return nil
	}
	_, err := w.Write(buf.Bytes())
	if err != nil {
		Info(r.Context()).Failure = nil // the visitor went away; nobody to tell
	}
	return nil
}

// BeforeAnswer has a check run when a page or a file of this request is ready and
// before the first byte of it leaves; its error is answered instead.
func BeforeAnswer(ctx context.Context, check func() error) { Info(ctx).before = check }

func mayAnswer(ctx context.Context) error {
	if check := Info(ctx).before; check != nil {
		return check()
	}
	return nil
}

// Redirect answers 303 to a local path. Anything else goes to "/".
func Redirect(w http.ResponseWriter, r *http.Request, path string) error {
	http.Redirect(w, r, LocalPath(path, "/"), http.StatusSeeOther) //nolint:gosec // local paths only
	return nil
}

// RedirectOut answers 303 to an address made from configured base URLs.
func RedirectOut(w http.ResponseWriter, r *http.Request, address string) error {
	http.Redirect(w, r, address, http.StatusSeeOther)
	return nil
}

// LocalPath returns path when it is one of this host, otherwise the fallback:
// no scheme, no host, no backslash, no control characters.
func LocalPath(path, otherwise string) string {
	if len(path) == 0 || len(path) > 2000 || path[0] != '/' || strings.HasPrefix(path, "//") || strings.ContainsRune(path, '\\') {
		return otherwise
	}
	for _, c := range path {
		if c < 0x20 || c == 0x7f {
			return otherwise
		}
	}
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return otherwise
	}
	return path
}

// The tones of a flash message.
const (
	Good = "success"
	Note = "info"
	Warn = "warning"
	Bad  = "danger"
)

// FlashMessage is shown once, on the next page.
type FlashMessage struct{ Tone, Text string }

const flashCookie = "__Host-flash"

// Flash keeps a message for the next page. It is text, never markup.
func Flash(w http.ResponseWriter, tone, text string) {
	if len(text) > 1000 {
		text = text[:1000]
	}
	v := base64.RawURLEncoding.EncodeToString([]byte(tone + "\n" + text))
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Value: v, Path: "/", MaxAge: 60, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

// TakeFlash returns the waiting message, if any, and forgets it.
func TakeFlash(w http.ResponseWriter, r *http.Request) *FlashMessage {
	c, err := r.Cookie(flashCookie)
	if err != nil || c.Value == "" {
		return nil
	}
	http.SetCookie(w, &http.Cookie{Name: flashCookie, Path: "/", MaxAge: -1, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
	raw, err := base64.RawURLEncoding.DecodeString(c.Value)
	tone, text, ok := strings.Cut(string(raw), "\n")
	if err != nil || !ok {
		return nil
	}
	switch tone {
	case Good, Note, Warn, Bad:
		return &FlashMessage{tone, text}
	}
	return nil
}

// HTMX reports whether htmx asks for a fragment.
func HTMX(r *http.Request) bool {
	return r.Header.Get("HX-Request") == "true" && r.Header.Get("HX-Boosted") != "true"
}

// Refreshing reports whether an open page looks by itself for what is new: that
// is nobody's activity, and takes nothing that waits for the next page.
func Refreshing(r *http.Request) bool { return Safe(r.Method) && r.Header.Get("X-Refresh") == "1" }

// PDF answers with a file that browsers show; it is kept by name when it is
// saved. Their viewers need a little more than the policy of pages gives.
func PDF(w http.ResponseWriter, r *http.Request, name string, write func(io.Writer) error) error {
	if Info(r.Context()).before != nil {
		var whole bytes.Buffer // made first, then asked, then sent
		if err := write(&whole); err != nil {
			return err
		}
		if err := mayAnswer(r.Context()); err != nil {
			return err
		}
		write = func(w io.Writer) error {
			_, err := whole.WriteTo(w)
			return err
		}
	}
	h := w.Header()
	h.Set("Content-Type", "application/pdf")
	h.Set("Content-Security-Policy", "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": name}))
	if r.Method == http.MethodHead {
		return nil
	}
	return write(w)
}
