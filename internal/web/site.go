package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// Site is one of the applications: its table of routes, how it recognises a
// visitor, and how it draws a failure.
type Site struct {
	Name   string
	Routes []Route
	// Enter recognises the visitor, checks the route's declarations against
	// them and returns the request with what the handler needs in its context.
	Enter func(w http.ResponseWriter, r *http.Request, route *Route) (*http.Request, error)
	// Fail draws the page for an expected failure or, with kind "", a broken one.
	Fail func(w http.ResponseWriter, r *http.Request, status int, f *fault.Error) error
	Now  func() time.Time
	Log  *slog.Logger
	// Observe, unless nil, is told of each request when it is answered.
	Observe func(o Observed)
}

// Observed is what measuring knows of a request: nothing of who made it.
type Observed struct {
	Site, Route string // Route is the pattern, "" for what no route takes
	Status      int
	Took        time.Duration
}

// Handler returns the site's handler. It panics when a route lacks a
// declaration or two routes conflict: such a program must not start.
func (s *Site) Handler() http.Handler {
	if err := Check(s.Routes); err != nil {
		panic(s.Name + ": " + err.Error())
	}
	mux := http.NewServeMux()
	for i := range s.Routes {
		route := &s.Routes[i]
		mux.HandleFunc(route.Pattern, func(w http.ResponseWriter, r *http.Request) {
			s.serve(w, r, route.Pattern, route.MaxBody, route.Quiet, func(w http.ResponseWriter, r **http.Request) error {
				return s.dispatch(w, r, route)
			})
		})
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h, pattern := mux.Handler(r); pattern == "" {
			s.serve(w, r, "", 0, false, func(w http.ResponseWriter, r **http.Request) error { return s.unrouted(w, r, h) })
			return
		}
		mux.ServeHTTP(w, r)
	})
}

// serve is the chain that every request walks. The step may replace the request
// by one with the visitor in it, so that a failure is drawn for the same visitor.
func (s *Site) serve(w http.ResponseWriter, r *http.Request, pattern string, maxBody int64, quiet bool, step func(http.ResponseWriter, **http.Request) error) {
	rec := &recorder{ResponseWriter: w, status: http.StatusOK}
	info := &RequestInfo{ID: id.New(), Site: s.Name, Route: pattern, Began: s.Now()}
	r = r.WithContext(context.WithValue(sqldb.Impatient(r.Context(), AnswerTime), infoKey{}, info))
	commonHeaders(rec.Header(), r)
	if maxBody == 0 {
		maxBody = defaultMaxBody
	}
	r.Body = http.MaxBytesReader(rec, r.Body, maxBody)
	defer func() {
		if p := recover(); p != nil {
			if p == http.ErrAbortHandler { //nolint:errorlint // the value itself is panicked
				panic(p)
			}
			s.fail(rec, r, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
		}
		if s.Observe != nil {
			s.Observe(Observed{s.Name, pattern, rec.status, s.Now().Sub(info.Began)})
		}
		if info.Failure != nil || !quiet {
			s.log(r, rec)
		}
	}()
	if !addressIsText(r) {
		s.fail(rec, r, fault.New(fault.NotFound, "The address has characters that are not text."))
		return
	}
	if err := step(rec, &r); err != nil {
		s.fail(rec, r, err)
	}
}

// addressIsText refuses, before anything reads them, bytes in an address that
// no page has put there and that not every database takes.
func addressIsText(r *http.Request) bool {
	if !isText(r.URL.Path) {
		return false
	}
	if r.URL.RawQuery == "" {
		return true
	}
	for name, values := range r.URL.Query() {
		if !isText(name) || slices.ContainsFunc(values, func(v string) bool { return !isText(v) }) {
			return false
		}
	}
	return true
}

// isText reports whether s is UTF-8 without zero bytes.
func isText(s string) bool { return utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 }

// UserAgent is what the browser calls itself, as much of it as is text.
func UserAgent(r *http.Request) string {
	name := strings.ToValidUTF8(strings.ReplaceAll(r.UserAgent(), "\x00", ""), "")
	if len(name) > maxUserAgent {
		name = strings.ToValidUTF8(name[:maxUserAgent], "")
	}
	return name
}

const maxUserAgent = 300

func (s *Site) dispatch(w http.ResponseWriter, r **http.Request, route *Route) error {
	if err := checkOrigin(*r, route); err != nil {
		return err
	}
	entered, err := s.Enter(w, *r, route)
	if entered != nil {
		*r = entered
	}
	if err != nil {
		return err
	}
	if err := checkToken(*r, route); err != nil {
		return err
	}
	return route.Handler(w, *r)
}

// unrouted answers what no route takes: an unknown path, a wrong method, or a
// path to be cleaned. h is what the mux would have answered.
func (s *Site) unrouted(w http.ResponseWriter, r **http.Request, h http.Handler) error {
	probe := &probe{header: http.Header{}}
	h.ServeHTTP(probe, *r)
	if probe.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", probe.header.Get("Allow"))
		return s.enterUnrouted(w, r, fault.New(fault.Method, ""))
	}
	return s.enterUnrouted(w, r, fault.New(fault.NotFound, ""))
}

// enterUnrouted recognises the visitor all the same, so that the page that
// explains the failure is theirs (and carries the banner of a stay).
func (s *Site) enterUnrouted(w http.ResponseWriter, r **http.Request, why *fault.Error) error {
	entered, err := s.Enter(w, *r, &Route{Access: Public, Assisted: AllowedViewOnly})
	if entered != nil {
		*r = entered
	}
	if err != nil {
		return err
	}
	return why
}

type probe struct {
	header http.Header
	status int
}

func (p *probe) Header() http.Header { return p.header }
func (p *probe) Write(b []byte) (int, error) {
	if p.status == 0 {
		p.status = http.StatusOK
	}
	return len(b), nil
}
func (p *probe) WriteHeader(status int) { p.status = status }

var statusOf = map[fault.Kind]int{
	fault.NotFound:    http.StatusNotFound,
	fault.Invalid:     http.StatusUnprocessableEntity,
	fault.Denied:      http.StatusForbidden,
	fault.SignIn:      http.StatusUnauthorized,
	fault.Conflict:    http.StatusConflict,
	fault.Gone:        http.StatusGone,
	fault.TooMany:     http.StatusTooManyRequests,
	fault.TooLarge:    http.StatusRequestEntityTooLarge,
	fault.Method:      http.StatusMethodNotAllowed,
	fault.Unavailable: http.StatusServiceUnavailable,
}

// AnswerTime is how long the database may take to begin an answer to a request,
// before the visitor is told that it cannot be asked.
const AnswerTime = 4 * time.Second

// expected gives the failure that an error is for people: a fault, or a database
// that cannot work now.
func expected(err error) (*fault.Error, bool) {
	f, ok := fault.As(err)
	if !ok && err != nil && sqldb.Broken(err) {
		return &fault.Error{Kind: fault.Unavailable, Err: err}, true
	}
	return f, ok
}

// fail turns an error into a page, once, here.
func (s *Site) fail(w *recorder, r *http.Request, err error) {
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		err = fault.New(fault.TooLarge, "")
	}
	f, known := expected(err)
	status := http.StatusInternalServerError
	if known {
		status = statusOf[f.Kind]
	} else {
		f = &fault.Error{}
	}
	if !known || f.Kind == fault.Unavailable && f.Err != nil {
		Info(r.Context()).Failure = err
	}
	if w.wrote {
		return
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", "5")
	}
	w.Header().Set("Cache-Control", "private, no-store")
	e := s.Fail(w, r, status, f)
	if g, ok := expected(e); ok && !w.wrote { // what ended while the failure was drawn
		err, status = e, statusOf[g.Kind]
		e = s.Fail(w, r, status, g)
	}
	if e != nil && !w.wrote {
		Info(r.Context()).Failure = errors.Join(err, e)
		http.Error(w, http.StatusText(status), status)
	}
}

func (s *Site) log(r *http.Request, w *recorder) {
	info := Info(r.Context())
	attrs := []slog.Attr{
		slog.String("site", s.Name), slog.String("method", r.Method), slog.String("route", info.Route),
		slog.Int("status", w.status), slog.Int64("bytes", w.bytes), slog.Duration("took", s.Now().Sub(info.Began)),
		slog.String("request", info.ID),
	}
	level := slog.LevelInfo
	if info.Failure != nil {
		level = slog.LevelError
		attrs = append(attrs, slog.String("error", info.Failure.Error()))
	}
	s.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// RequestInfo is what the log and the record of a change say about a request.
type RequestInfo struct {
	ID      string
	Site    string
	Route   string
	Began   time.Time
	Failure error // unexpected, for the log only

	csrf   string
	before func() error // see BeforeAnswer
}

type infoKey struct{}

// Info returns the request's facts; never nil inside a Site.
func Info(ctx context.Context) *RequestInfo {
	if i, ok := ctx.Value(infoKey{}).(*RequestInfo); ok {
		return i
	}
	return &RequestInfo{}
}

type recorder struct {
	http.ResponseWriter
	status int
	bytes  int64
	wrote  bool
}

func (w *recorder) WriteHeader(status int) {
	if !w.wrote && status >= 200 {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	w.wrote = true
	n, err := w.ResponseWriter.Write(b)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach flushing and deadlines.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
