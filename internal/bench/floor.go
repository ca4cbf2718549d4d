package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/id"
)

// serveFloor is the child that shows the limits: a hand-off of the same five
// requests and three durable commits with no permission asked and no page drawn,
// a commit of one row, a static page. It shares no code with the application.
func serveFloor(args []string) error {
	set := flag.NewFlagSet("floor", flag.ContinueOnError)
	dsn := set.String("dsn", "", "database")
	if err := set.Parse(args); err != nil {
		return err
	}
	f := &floor{}
	var err error
	if f.rows, err = openFloor(*dsn); err != nil {
		return err
	}
	defer f.rows.close()
	l, err := loopback(0)
	if err != nil {
		return err
	}
	control, err := loopback(0)
	if err != nil {
		return err
	}
	ctl := http.NewServeMux()
	ctl.HandleFunc("GET /commits", f.commits)
	go http.Serve(control, ctl)  //nolint:gosec // loopback, for the length of a measurement
	go http.Serve(l, f.routes()) //nolint:gosec // likewise
	return announce(l.Addr().String(), control.Addr().String())
}

type floor struct{ rows *floorRows }

func (f *floor) routes() *http.ServeMux {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /begin", plain(f.begin))
	mux.HandleFunc("GET /start", plain(f.start))
	mux.HandleFunc("GET /authorize", plain(f.authorize))
	mux.HandleFunc("POST /land", plain(f.land))
	mux.HandleFunc("POST /enter", plain(f.enter))
	mux.HandleFunc("POST /commit", plain(f.commit))
	mux.HandleFunc("GET /page", staticPage())
	return mux
}

func plain(h func(w http.ResponseWriter, r *http.Request) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	}
}

func (f *floor) begin(w http.ResponseWriter, r *http.Request) error {
	customer, err := strconv.ParseInt(r.PostFormValue("customer"), 10, 64)
	if err != nil {
		return err
	}
	request := id.New()
	if err := f.rows.begin(request, customer); err != nil {
		return err
	}
	http.Redirect(w, r, "/start?request="+request, http.StatusSeeOther)
	return nil
}

func (f *floor) start(w http.ResponseWriter, r *http.Request) error {
	verifier := id.Secret()
	sum := sha256.Sum256([]byte(verifier))
	http.SetCookie(w, &http.Cookie{Name: "verifier", Value: verifier})
	http.Redirect(w, r, "/authorize?request="+r.URL.Query().Get("request")+"&challenge="+base64.RawURLEncoding.EncodeToString(sum[:]), http.StatusSeeOther)
	return nil
}

func (f *floor) authorize(w http.ResponseWriter, r *http.Request) error {
	code := id.Secret()
	if err := f.rows.authorize(r.URL.Query().Get("request"), hash(code), r.URL.Query().Get("challenge")); err != nil {
		return err
	}
	return codeForm(w, code)
}

func (f *floor) land(w http.ResponseWriter, r *http.Request) error {
	return codeForm(w, r.PostFormValue("code"))
}

func codeForm(w http.ResponseWriter, code string) error {
	_, err := fmt.Fprintf(w, `<form method="post"><input type="hidden" name="code" value="%s"></form>`, code)
	return err
}

func (f *floor) enter(w http.ResponseWriter, r *http.Request) error {
	verifier, err := r.Cookie("verifier")
	if err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(verifier.Value))
	session := id.Secret()
	err = f.rows.enter(hash(r.PostFormValue("code")), base64.RawURLEncoding.EncodeToString(sum[:]), hash(session))
	if err != nil {
		return err
	}
	http.SetCookie(w, &http.Cookie{Name: "session", Value: session})
	http.Redirect(w, r, "/account", http.StatusSeeOther)
	return nil
}

func (f *floor) commit(w http.ResponseWriter, r *http.Request) error {
	if err := f.rows.commit(); err != nil {
		return err
	}
	http.Redirect(w, r, "/done", http.StatusSeeOther)
	return nil
}

// commits does as many commits as asked, one after the other and without HTTP.
func (f *floor) commits(w http.ResponseWriter, r *http.Request) {
	n, _ := strconv.Atoi(r.FormValue("n"))
	begin := time.Now()
	var err error
	for range n {
		err = errors.Join(err, f.rows.commit())
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	json.NewEncoder(w).Encode(float64(n) / time.Since(begin).Seconds())
}

// staticPage answers with as many bytes as asked, from memory.
func staticPage() http.HandlerFunc {
	body := []byte(strings.Repeat("All work and no page makes a floor. ", 1<<14))
	return func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(r.URL.RawQuery)
		n = min(max(n, 0), len(body))
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Content-Length", strconv.Itoa(n))
		w.Write(body[:n])
	}
}

func hash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}
