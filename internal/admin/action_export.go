package admin

import (
	"mime"
	"net/http"
	"time"

	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
)

// actionExport downloads exactly what the filters leave. It is a POST because
// it is itself recorded.
func (a *App) actionExport(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	values := map[string]string{}
	for _, name := range actionGrid.Filters {
		values[name.Name] = f.Text(name.Name)
	}
	filter, errs := readActionFilter(values, a.Now())
	if len(errs) > 0 {
		return fault.New(fault.Invalid, "The filters of this export could not be understood. Go back and press Search first.")
	}
	filter.Websites = reach(r.Context())
	format := f.Text("format")
	if format != "csv" && format != "jsonl" {
		return fault.New(fault.Invalid, "There is no such format.")
	}
	if filter, err = a.Audit.Announce(r.Context(), filter, map[string]string{"csv": "CSV", "jsonl": "JSON Lines"}[format]); err != nil {
		return err
	}
	name := "actions-" + a.Now().UTC().Format("20060102-150405") + "." + format
	if format == "csv" {
		return a.actionCSV(w, r, filter, name)
	}
	return a.actionJSON(w, r, filter, name)
}

func (a *App) actionCSV(w http.ResponseWriter, r *http.Request, f audit.Filter, name string) error {
	header := []string{"ID", "Time", "Action Group", "Action", "IP Address", "Who", "Username", "Result", "Full Action Name", "Details", "Full Details", "Customer ID", "Customer", "Session", "Store View ID"}
	return web.CSV(w, r, name, header, func(row func(...string) error) error {
		return a.Audit.Export(r.Context(), f, func(e audit.Entry) error {
			return row(idText(e.ID), e.At.UTC().Format(time.RFC3339Nano), audit.GroupLabel(e.ReportGroup), actionOf(e), e.IP, audit.KindLabel(e.ActorKind),
				e.ActorName, audit.ResultLabel(e.Result), fullActionName(e), e.Details, e.FullDetails(), idText(e.SubjectID), e.SubjectName, idText(e.Stay), idText(e.StoreViewID))
		})
	})
}

// actionJSON writes line by line. A reader knows a whole file by its last line.
func (a *App) actionJSON(w http.ResponseWriter, r *http.Request, f audit.Filter, name string) error {
	w.Header().Set("Content-Type", "application/jsonl; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	err := a.Audit.Export(r.Context(), f, func(e audit.Entry) error {
		line, err := e.JSON()
		if err == nil {
			_, err = w.Write(line)
		}
		return err
	})
	if err != nil {
		_, _ = w.Write([]byte(`{"error":"This file is not complete: reading the rest failed."}` + "\n"))
	}
	return err
}
