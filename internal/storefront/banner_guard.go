package storefront

import (
	"bytes"
	"net/http"
	"strings"
)

// bannerGuard refuses to send a page of a stay that lacks the banner: better an
// error than a page on which a member of staff forgets whose account it is.
// Pages are written in one piece, so the first write tells; the status is held
// back until then.
type bannerGuard struct {
	http.ResponseWriter
	visit   *visit
	held    int // status of a page that waits for its first bytes
	refused bool
}

// fragmentHeader marks an answer that goes into a page which has the banner.
const fragmentHeader = "X-Fragment"

func (g *bannerGuard) needsBanner() bool {
	s := g.visit.shopper
	return s != nil && s.Stay != nil && g.Header().Get(fragmentHeader) == "" &&
		strings.HasPrefix(g.Header().Get("Content-Type"), "text/html")
}

func (g *bannerGuard) WriteHeader(status int) {
	isPage := status < 300 || status >= 400 // a redirect's few words are not shown
	if isPage && g.needsBanner() && g.held == 0 {
		g.held = status
		return
	}
	g.ResponseWriter.WriteHeader(status)
}

func (g *bannerGuard) Write(b []byte) (int, error) {
	if g.refused {
		return len(b), nil
	}
	if g.held != 0 {
		status := g.held
		g.held = 0
		if !bytes.Contains(b, []byte(BannerMark)) {
			g.refused = true
			g.Header().Del("Content-Length")
			http.Error(g.ResponseWriter, "This page was withheld because it lacks the assistance banner.", http.StatusInternalServerError)
			return len(b), nil
		}
		g.ResponseWriter.WriteHeader(status)
	}
	return g.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach flushing and deadlines.
func (g *bannerGuard) Unwrap() http.ResponseWriter { return g.ResponseWriter }
