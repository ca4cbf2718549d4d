package admin

import (
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const archivePath = "/system/archive"

// archiveView is the Admin Actions Archive.
type archiveView struct {
	Token    string
	Possible bool // there is a key and a folder
	Pending  bool // rows wait for the owner's account
	Before   time.Time
	Rows     []ui.Row
}

// archives lists the files that old entries were written to.
func (a *App) archives(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	all, err := seal.Archives(ctx, a.DB.Reader())
	if err != nil {
		return err
	}
	v := archiveView{Token: web.CSRF(ctx), Possible: a.Archiver != nil, Before: audit.ArchiveBefore(ctx, a.Config, a.Now())}
	for _, arc := range all {
		v.Pending = v.Pending || arc.Removed.IsZero()
		v.Rows = append(v.Rows, ui.Row{Key: idText(arc.ID), Menu: archiveMenu(arc, v.Token), Cells: []templ.Component{
			ui.Text(arc.File), ui.TimeStamp(arc.Created, ""), ui.TimeStamp(arc.FirstAt, ""), ui.TimeStamp(arc.LastAt, ""),
			ui.Text(ui.Count(int(arc.Rows()))), ui.Text(archiveState(arc)),
		}})
	}
	page := adminPage{Title: "Admin Actions Archive", Nav: archivePath, Header: ui.Header{
		Lead: "Old entries of the Actions Report, in signed files. Verification covers them as it does the log. Lifetime and frequency are set under Configuration > Advanced > System.",
	}}
	return a.page(w, r, http.StatusOK, page, archiveBody(v))
}

func archiveState(a seal.Archive) string {
	switch {
	case a.Restored > 0:
		return "Imported for search"
	case a.Removed.IsZero():
		return "Still in the log"
	}
	return "Archived"
}

func archiveMenu(a seal.Archive, token string) templ.Component {
	path := archivePath + "/" + idText(a.ID)
	items := []ui.MenuItem{{Text: "Download", Icon: ui.IconDownload, Post: path + "/download", Token: token}}
	if a.Restored > 0 {
		items = append(items, ui.MenuItem{Text: "Take out of the search", Icon: ui.IconClose, Post: path + "/drop", Token: token})
	} else {
		items = append(items, ui.MenuItem{Text: "Import for search", Icon: ui.IconSearch, Post: path + "/import", Token: token})
	}
	return ui.RowMenu("Actions for "+a.File, items)
}

// archiver is there with a key and a folder only, and its files are for those
// whose role reaches every website.
func (a *App) archiver(r *http.Request) (*seal.Archiver, error) {
	if a.Archiver == nil {
		return nil, fault.New(fault.Conflict, "Archives need a key and a folder: start the server with --audit-key-file and --audit-archive-dir.")
	}
	if reach(r.Context()) != nil {
		return nil, fault.New(fault.Denied, "Archives hold entries of every website: your role reaches only some.")
	}
	return a.Archiver, nil
}

// archiveNow archives what is older than the lifetime.
func (a *App) archiveNow(w http.ResponseWriter, r *http.Request) error {
	archiver, err := a.archiver(r)
	if err != nil {
		return err
	}
	made, err := archiver.Archive(r.Context(), audit.ArchiveBefore(r.Context(), a.Config, a.Now()))
	if err != nil {
		return err
	}
	said := "There is nothing old enough to archive."
	if len(made) > 0 {
		n := 0
		for _, m := range made {
			n += int(m.Rows())
		}
		said = fmt.Sprintf("%s entries were archived.", ui.Count(n))
	}
	web.Flash(w, web.Good, said)
	return web.Redirect(w, r, archivePath)
}

func (a *App) archiveDownload(w http.ResponseWriter, r *http.Request) error {
	archiver, err := a.archiver(r)
	if err != nil {
		return err
	}
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	arc, file, err := archiver.Open(r.Context(), id)
	if err != nil {
		return err
	}
	defer file.Close()
	w.Header().Set("Content-Type", "application/gzip")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": arc.File}))
	_, err = io.Copy(w, file)
	return err
}

func (a *App) archiveImport(w http.ResponseWriter, r *http.Request) error {
	archiver, err := a.archiver(r)
	if err != nil {
		return err
	}
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	arc, err := archiver.Restore(r.Context(), id)
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "The archive can be searched: choose Search in: Imported archives.")
	return web.Redirect(w, r, actionGrid.Path+"?in=archive&from="+arc.FirstAt.Format(dateLayout)+"&to="+arc.LastAt.Format(dateLayout))
}

func (a *App) archiveDrop(w http.ResponseWriter, r *http.Request) error {
	archiver, err := a.archiver(r)
	if err != nil {
		return err
	}
	id, err := web.PathID(r, "id")
	if err != nil {
		return err
	}
	if _, err := archiver.Drop(r.Context(), id); err != nil {
		return err
	}
	web.Flash(w, web.Good, "The archive is no longer searched. Its file stays.")
	return web.Redirect(w, r, archivePath)
}
