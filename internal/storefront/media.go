package storefront

import (
	"net/http"
	"strconv"
)

// media answers with a stored picture. What is at its address never changes.
func (a *App) media(w http.ResponseWriter, r *http.Request) error {
	key := r.PathValue("key")
	h := w.Header()
	if etag := `"` + key + `"`; r.Header.Get("If-None-Match") == etag {
		h.Set("Cache-Control", forever)
		h.Set("Etag", etag)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	m, err := a.Catalog.Media(r.Context(), key)
	if err != nil {
		return err
	}
	h.Set("Cache-Control", forever)
	h.Set("Etag", `"`+m.Key+`"`)
	h.Set("Content-Type", m.ContentType)
	h.Set("Content-Length", strconv.Itoa(len(m.Data)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(m.Data) // whoever went away needs no picture
	}
	return nil
}

const forever = "public, max-age=31536000, immutable"
