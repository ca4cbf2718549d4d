package main

import (
	"html/template"
	"log"
	"net/http"

	"github.com/storehand/storehand/impersonate"
)

// show is the notebook, under the banner when somebody else reads it.
func (a *app) show(w http.ResponseWriter, r *http.Request) {
	a.mu.Lock()
	page := struct {
		Me, Actor string
		Notes     []string
	}{Me: me(r), Notes: append([]string(nil), a.notes[me(r)]...)}
	a.mu.Unlock()
	if i, ok := impersonate.From(r.Context()); ok {
		page.Actor = i.Actor.Name
	}
	render(w, notebook, page)
}

func render(w http.ResponseWriter, t *template.Template, data any) {
	if err := t.Execute(w, data); err != nil {
		log.Print(err)
	}
}

var handOff = template.Must(template.New("").Parse(`<!doctype html><title>Log in as {{.Name}}</title>
<form method=post action=/help/enter><input type=hidden name=code value="{{.Code}}"><button>Go on as {{.Name}}</button></form>`))

var notebook = template.Must(template.New("").Parse(`<!doctype html><title>Notes</title>
{{with .Actor}}<p role=status>You are logged in as <b>{{$.Me}}</b>, {{.}}. <form method=post action=/help/end><button>Close</button></form>{{end}}
{{if .Me}}<h1>Notes of {{.Me}}</h1><ul>{{range .Notes}}<li>{{.}}{{end}}</ul>
<form method=post action=/notes><input name=text required><button>Write</button></form>
<form method=post action=/consent><button name=agree value=yes>I may be helped</button> <button name=agree value=no>No more</button></form>
{{if eq .Me "helper"}}<form method=post action=/help/begin><input name=name value=ada> <input name=reason placeholder=Reason><button>Log in as</button></form>{{end}}
{{end}}<form method=post action=/login><input name=name><button>Sign in</button></form>`))
