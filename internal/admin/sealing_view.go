package admin

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/web/ui"
)

const sealingPath = "/system/sealing"

// sealingView is how the sealing of the action log does.
type sealingView struct {
	Alerts []ui.Message
	Log    []ui.Fact
	Sinks  []ui.Row
	Note   string // the newest checkpoint, for whoever keeps it
}

// sinkNames are the sinks as people call them.
var sinkNames = map[string]string{"file": "File", "syslog": "Syslog", "witness": "Witness"}

func sinkName(name string) string {
	if n := sinkNames[name]; n != "" {
		return n
	}
	return name
}

// sealing shows how far the action log is sealed, and who outside knows.
func (a *App) sealing(w http.ResponseWriter, r *http.Request) error {
	limit := a.Assist.Sealing()
	s, err := seal.StatusOf(r.Context(), a.DB.Reader(), limit, a.Now())
	if err != nil {
		return err
	}
	var tells []string
	if a.Sealer != nil {
		tells = a.Sealer.Tells()
	}
	v := sealingView{Alerts: sealingAlerts(s, a.Sealer != nil, tells), Note: s.Note, Log: []ui.Fact{
		{Term: "State", View: sealingState(s, a.Sealer != nil)},
		{Term: "Newest checkpoint", View: ui.TimeStamp(s.Checkpoint, "")},
		{Term: "Entries under it", Text: ui.Count(int(s.Size))},
		{Term: "Entries not sealed and delivered yet", Text: ui.Count(int(s.Waiting))},
		{Term: "All sealed and delivered", View: ui.TimeStamp(s.CoveredAt, "")},
	}}
	for _, name := range tells {
		if !slices.ContainsFunc(s.Sinks, func(k seal.SinkState) bool { return k.Name == name }) {
			s.Sinks = append(s.Sinks, seal.SinkState{Name: name})
		}
	}
	for _, k := range s.Sinks {
		v.Sinks = append(v.Sinks, ui.Row{Cells: []templ.Component{
			ui.Text(sinkName(k.Name)), sinkState(k, slices.Contains(tells, k.Name)), ui.Text(ui.Count(int(k.Size))), ui.TimeStamp(k.At, ""), ui.TimeStamp(k.FailingSince, ""), ui.Text(k.LastError),
		}})
	}
	page := adminPage{Title: "Sealing", Nav: sealingPath, Header: ui.Header{
		Lead: "Entries of the Actions Report are sealed in order under signed checkpoints, which are told to others outside the database. Times are UTC.",
	}}
	return a.page(w, r, http.StatusOK, page, sealingBody(v))
}

func sealingState(s seal.Status, on bool) templ.Component {
	switch {
	case !on:
		return ui.Badge(ui.Warning, "Not sealed")
	case s.Exceeded:
		return ui.Badge(ui.Danger, "Behind")
	}
	return ui.Badge(ui.Success, "Sealed in time")
}

func sinkState(k seal.SinkState, told bool) templ.Component {
	switch {
	case !told:
		return ui.Badge(ui.Neutral, "Not told by this server")
	case !k.FailingSince.IsZero():
		return ui.Badge(ui.Danger, "Refuses")
	case k.At.IsZero():
		return ui.Badge(ui.Neutral, "Not told yet")
	}
	return ui.Badge(ui.Success, "Takes them")
}

// sealingAlerts are what somebody has to do something about.
func sealingAlerts(s seal.Status, on bool, tells []string) (all []ui.Message) {
	switch {
	case !on:
		return []ui.Message{{Tone: ui.Warning, Text: "The action log is not sealed: whoever can write to the database can change it unseen. Start the server with --audit-key-file, and with --audit-sink, --audit-syslog or --audit-witness."}}
	case s.Exceeded:
		all = append(all, ui.Message{Tone: ui.Danger, Text: "Nobody can log in as a customer: too much waits to be sealed and delivered, or it is not known whether the database was set back. What a sink says stands below, the rest in the server's log."})
	}
	if !slices.ContainsFunc(tells, func(name string) bool { return name != "syslog" }) {
		all = append(all, ui.Message{Tone: ui.Warning, Text: "Nobody outside can tell when the whole log is set back or replaced: add --audit-sink, best on another machine's disk, or --audit-witness."})
	}
	return all
}
