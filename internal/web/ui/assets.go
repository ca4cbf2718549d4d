package ui

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

//go:embed assets
var files embed.FS

// AssetPrefix is the path under which AssetHandler expects to be mounted.
const AssetPrefix = "/static/"

// bundles says which source files make each stylesheet, in order.
var bundles = map[string][]string{
	"admin.css": {"tokens.css", "base.css", "components.css", "admin.css"},
	"shop.css":  {"tokens.css", "base.css", "components.css", "storefront.css"},
}

// plain files are served as they are.
var plain = []string{
	"htmx.min.js", "app.js", "autosubmit.js", "passkey.js", "theme.js",
	"icons.svg", "favicon.svg", "favicon-assist.svg", "favicon-admin.svg",
}

type asset struct {
	url, kind string
	etag      string
	body      []byte
	once      sync.Once
	zipped    []byte
}

// assets holds each asset twice: by its name and by its hashed address.
var assets, byURL = loadAssets()

func loadAssets() (map[string]*asset, map[string]*asset) {
	byName, byURL := map[string]*asset{}, map[string]*asset{}
	add := func(name string, sources ...string) {
		var body bytes.Buffer
		for _, source := range sources {
			part, err := files.ReadFile("assets/" + source)
			if err != nil {
				panic("ui: " + err.Error())
			}
			body.Write(part)
		}
		sum := hash(body.Bytes())
		a := &asset{url: hashedURL(name, sum), etag: `"` + sum + `"`, kind: kindOf(name), body: body.Bytes()}
		byName[name], byURL[a.url] = a, a
	}
	for name, sources := range bundles {
		add(name, sources...)
	}
	for _, name := range plain {
		add(name, name)
	}
	return byName, byURL
}

func hash(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:6])
}

func hashedURL(name, sum string) string {
	ext := path.Ext(name)
	return AssetPrefix + strings.TrimSuffix(name, ext) + "." + sum + ext
}

func kindOf(name string) string {
	switch path.Ext(name) {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(path.Ext(name))
}

// Asset returns the address of a static file. It changes whenever the content
// does, so browsers may keep the file forever. An unknown name is a mistake in
// the program and panics.
func Asset(name string) string {
	a, ok := assets[name]
	if !ok {
		panic("ui: no asset " + name)
	}
	return a.url
}

// AssetHandler serves what Asset names, and 404 for everything else.
func AssetHandler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a, ok := byURL[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "Method not allowed", http.StatusMethodNotAllowed)
			return
		}
		a.serve(w, r)
	})
}

func (a *asset) serve(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	// The tag is weak because it is the same whether the body is compressed or not.
	h.Set("ETag", "W/"+a.etag)
	if strings.Contains(r.Header.Get("If-None-Match"), a.etag) {
		h.Del("Content-Type")
		w.WriteHeader(http.StatusNotModified)
		return
	}
	body := a.body
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = a.gzip()
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(body)
}

// gzip compresses on first use, so starting up costs nothing.
func (a *asset) gzip() []byte {
	a.once.Do(func() {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		_, _ = z.Write(a.body)
		_ = z.Close()
		a.zipped = out.Bytes()
	})
	return a.zipped
}

// iconURL is the address of one drawing inside the sprite.
func iconURL(name IconName) string { return Asset("icons.svg") + "#" + string(name) }
