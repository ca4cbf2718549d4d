package pagecache

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// pageKey is all that an anonymous page depends on beside the generation: the
// host and path choose website, store view, language and currency, nobody who
// is anonymous has another customer group, and TLS changes a header.
type pageKey struct {
	host, uri string
	secure    bool
}

type page struct {
	made   moment
	header http.Header
	etag   string
	body   []byte
}

func (p *page) weight() int {
	n := len(p.body) + 200
	for k, vs := range p.header {
		n += len(k)
		for _, v := range vs {
			n += len(v)
		}
	}
	return n
}

const (
	maxURI  = 300
	maxBody = 1 << 20
	marker  = "X-Pagecache" // how a handler marks a page; never sent
)

// Allow marks the answer being written as one that everybody without our
// cookies may share. keys name what it shows, for a Varnish in front.
func Allow(w http.ResponseWriter, keys ...string) {
	w.Header().Set(marker, strings.Join(append([]string{"storehand"}, keys...), " "))
}

// Anonymous reports whether a request carries none of our cookies.
func Anonymous(r *http.Request) bool {
	for _, line := range r.Header["Cookie"] {
		if strings.Contains(line, "__Host-") {
			return false
		}
	}
	return true
}

// Handler answers from the cache what it may and passes on the rest.
func (c *Cache) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !c.mayTouch(r) {
			c.bypasses.Add(1)
			next.ServeHTTP(&seal{ResponseWriter: w}, r)
			return
		}
		now := c.now(r.Context())
		key := pageKey{r.Host, r.RequestURI, c.o.Secure != nil && c.o.Secure(r)}
		if p, found := c.pages.GetIfPresent(key); found && c.fits(now, p.made) {
			c.hits.Add(1)
			p.serve(w, r)
			return
		}
		c.misses.Add(1)
		take := &taker{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(take, r)
		c.keep(key, now, take, r)
		take.send(r)
	})
}

// mayTouch decides, before any look-up, whether the request is one of those
// that the cache is for.
func (c *Cache) mayTouch(r *http.Request) bool {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return false
	}
	if len(r.RequestURI) > maxURI || len(r.RequestURI) == 0 || r.RequestURI[0] != '/' || !Anonymous(r) {
		return false
	}
	h := r.Header
	if h["Authorization"] != nil || h["Hx-Request"] != nil || h["Range"] != nil {
		return false
	}
	return r.URL.RawQuery == "" || c.knownParams(r.URL.RawQuery)
}

// knownParams reports whether a query has only parameters that pages
// understand, each once.
func (c *Cache) knownParams(raw string) bool {
	seen := map[string]bool{}
	for pair := range strings.SplitSeq(raw, "&") {
		name, _, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil || seen[name] || !c.known(name) {
			return false
		}
		seen[name] = true
	}
	return true
}

func (c *Cache) known(name string) bool {
	for _, p := range c.o.Params {
		if prefix := strings.HasSuffix(p, "_"); !prefix && name == p || prefix && len(name) > len(p) && strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// keep stores an answer that really is everybody's.
func (c *Cache) keep(key pageKey, since moment, t *taker, r *http.Request) {
	keys := t.Header().Get(marker)
	t.Header().Del(marker)
	if !t.whole() || keys == "" || t.status != http.StatusOK || len(t.Header()["Set-Cookie"]) > 0 {
		return
	}
	c.cacheControl(t.Header(), keys)
	if r.Method == http.MethodHead {
		return
	}
	p := &page{made: since, header: t.Header().Clone(), body: bytes.Clone(t.body.Bytes())}
	sum := sha256.Sum256(p.body)
	p.etag = `"` + hex.EncodeToString(sum[:12]) + `"`
	p.header.Set("Etag", p.etag)
	t.Header().Set("Etag", p.etag)
	p.header.Set("Content-Length", strconv.Itoa(len(p.body)))
	for _, personal := range []string{"Date", "X-Request-Id"} {
		p.header.Del(personal)
	}
	if c.mayKeep(since) {
		c.pages.Set(key, p)
	}
}

// surrogateSeconds is how long a Varnish in front may answer by itself: long
// enough to carry any crowd, short enough that nothing needs to be purged.
const surrogateSeconds = 5

// cacheControl lets browsers keep the page but ask each time, which costs next
// to nothing, so that nobody sees a page of before their sign-in.
func (c *Cache) cacheControl(h http.Header, keys string) {
	h.Set("Vary", "Cookie")
	if !c.o.Surrogate {
		h.Set("Cache-Control", "private, no-cache")
		return
	}
	h.Set("Cache-Control", "public, max-age=0, s-maxage="+strconv.Itoa(surrogateSeconds))
	h.Set("Xkey", keys)
}

// serve answers a hit. The header's values are shared by all answers and full
// to the brim, so whoever adds to one gets a copy.
func (p *page) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for k, v := range p.header {
		h[k] = v
	}
	if r.Header.Get("If-None-Match") == p.etag {
		delete(h, "Content-Length")
		delete(h, "Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Write(p.body)
}
