package storefront

import (
	"encoding/json"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/web"
)

// exportVisits downloads all that is known of the customer's visits, or of one:
// for the customer alone, never for staff in the account. It is written as it is
// read, so its size does not matter, and recorded before it begins.
func (a *App) exportVisits(w http.ResponseWriter, r *http.Request) error {
	ctx, s := r.Context(), shopper(r.Context())
	one, format := r.PathValue("stay"), r.PathValue("format")
	if format != "csv" && format != "json" {
		return fault.New(fault.NotFound, "")
	}
	visits := a.eachVisit(r)
	if one != "" {
		visit, err := a.Assist.Visit(ctx, one)
		if err != nil {
			return err
		}
		visits = func(fn func(assist.Visit) error) error { return fn(visit) }
	}
	if err := a.Assist.AnnounceVisits(ctx, one, format); err != nil {
		return err
	}
	x := export{a: a, r: r, l: s.Locale, slow: http.NewResponseController(w)}
	if format == "csv" {
		return x.csv(w, visits)
	}
	return x.json(w, visits)
}

// eachVisit walks through all visits of the customer, a page at a time.
func (a *App) eachVisit(r *http.Request) func(fn func(assist.Visit) error) error {
	return func(fn func(assist.Visit) error) error {
		for at := ""; ; {
			page, err := a.Assist.Visits(r.Context(), at)
			if err != nil {
				return err
			}
			for _, v := range page.Visits {
				if err := fn(v); err != nil {
					return err
				}
			}
			if at = page.Next; at == "" {
				return nil
			}
		}
	}
}

// export is one download under way.
type export struct {
	a    *App
	r    *http.Request
	l    *i18n.Locale
	slow *http.ResponseController
}

// chunkTime is how long a visitor may take for a part of a download.
const chunkTime = 30 * time.Second

// onward gives a long download its time, part by part.
func (x export) onward() { _ = x.slow.SetWriteDeadline(x.a.Wall().Add(chunkTime)) }

// csv has one line for each thing that happened, and one for a visit in which
// nothing did.
func (x export) csv(w http.ResponseWriter, visits func(func(assist.Visit) error) error) error {
	l := x.l
	header := []string{
		l.T("assistance.began"), l.T("assistance.over"), l.T("assistance.who"), l.T("assistance.why"), l.T("assistance.mode"),
		l.T("assistance.when"), l.T("assistance.timeline"), l.T("did.field.name"), l.T("export.before"), l.T("export.after"),
	}
	return web.CSV(w, x.r, "support-access.csv", header, func(row func(...string) error) error {
		return visits(func(v assist.Visit) error {
			x.onward()
			about := []string{stamp(v.Begun), stamp(v.Ended), v.By(), v.Reason(l), shopper(x.r.Context()).visitMode(v)}
			told := false
			_, err := x.a.Assist.Deeds(x.r.Context(), v, 0, func(d assist.Deed) error {
				told = true
				return x.deed(row, about, d)
			})
			if err == nil && !told {
				err = row(append(about, "", "", "", "", "")...)
			}
			return err
		})
	})
}

func (x export) deed(row func(...string) error, about []string, d assist.Deed) error {
	line := append(append([]string{}, about...), stamp(d.At), d.Sentence(x.l))
	if len(d.Values) == 0 {
		return row(append(line, "", "", "")...)
	}
	for _, v := range d.Values {
		if err := row(append(append([]string{}, line...), v.Label(x.l), v.Before, v.After)...); err != nil {
			return err
		}
	}
	return nil
}

// stamp writes a time as machines and people read it; none is empty.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// fileVisit and fileDeed are what the JSON file holds, by stable names.
type fileVisit struct {
	ID       string     `json:"id"`
	Began    string     `json:"began"`
	Ended    string     `json:"ended,omitempty"`
	By       string     `json:"by"`
	Reason   string     `json:"reason"`
	ViewOnly bool       `json:"view_only"`
	Cause    string     `json:"ended_because,omitempty"`
	Happened []fileDeed `json:"happened"`
}

type fileDeed struct {
	At      string      `json:"at"`
	Kind    string      `json:"kind"`
	Action  string      `json:"action"`
	Text    string      `json:"text"`
	Page    string      `json:"page,omitempty"`
	Changes []fileValue `json:"changes,omitempty"`
}

type fileValue struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// json writes one array of visits. When reading fails midway the connection is
// cut, so that nobody takes a part for the whole.
func (x export) json(w http.ResponseWriter, visits func(func(assist.Visit) error) error) error {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "support-access.json"}))
	if x.r.Method == http.MethodHead {
		return nil
	}
	out := json.NewEncoder(w)
	out.SetIndent(" ", " ")
	before := "[\n "
	err := visits(func(v assist.Visit) error {
		x.onward()
		f, err := x.file(v)
		if err == nil {
			_, err = io.WriteString(w, before)
		}
		if before = ",\n "; err == nil {
			err = out.Encode(f)
		}
		return err
	})
	if err != nil {
		x.a.Log.Error("download of visits", "error", err)
		panic(http.ErrAbortHandler)
	}
	end := "]\n"
	if before == "[\n " {
		end = "[]\n"
	}
	_, err = io.WriteString(w, end)
	return err
}

func (x export) file(v assist.Visit) (fileVisit, error) {
	f := fileVisit{ID: v.PublicID, Began: stamp(v.Begun), Ended: stamp(v.Ended), By: v.By(), Reason: v.Reason(x.l), ViewOnly: v.ViewOnly, Happened: []fileDeed{}}
	if !v.Live {
		f.Cause = assist.CauseText(x.l, v.Cause)
	}
	_, err := x.a.Assist.Deeds(x.r.Context(), v, 0, func(d assist.Deed) error {
		file := fileDeed{At: stamp(d.At), Kind: string(d.Kind), Action: string(d.Action), Text: d.Sentence(x.l), Page: d.Path}
		for _, c := range d.Values {
			file.Changes = append(file.Changes, fileValue{c.Label(x.l), c.Before, c.After})
		}
		f.Happened = append(f.Happened, file)
		return nil
	})
	return f, err
}
