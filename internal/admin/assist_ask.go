package admin

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// askForm is what an Admin user asks a customer for.
type askForm struct {
	Action, Token, Back string
	Customer            string
	Reasons             []ui.Option
	Minutes             []ui.Option
	Areas               []ui.Option
	Chosen              []string
	Values              map[string]string
	Errors              map[string]string
	Said                *ui.Message // what stands in the way, or what waits already
}

// requestSight is a request as its Admin user watches it.
type requestSight struct {
	Request  assist.Request
	Token    string
	State    string
	Said     ui.Message // where it stands, and what to do now
	Facts    []ui.Fact
	Own      bool // it is the reader's
	Code     string
	CodeErr  string
	Path     string
	Customer string // address of the customer's page
}

func askPath(customerID int64) string { return customerPath(customerID, "/assist/ask") }

func requestPath(publicID string) string { return "/assist/requests/" + publicID }

// areaNames are the areas of an account in the Admin's words.
var areaNames = map[string]string{assist.AreaCart: "Cart and wish list", assist.AreaOrders: "Orders: place and cancel", assist.AreaProfile: "Profile: name and addresses"}

func (a *App) askForm(r *http.Request, c customer.Customer) askForm {
	f := askForm{
		Action: askPath(c.ID), Token: web.CSRF(r.Context()), Customer: c.Name(), Back: customerPath(c.ID, ""), Reasons: reasonOptions(assist.Reasons),
		Values: map[string]string{"minutes": "30"}, Errors: map[string]string{},
	}
	for _, m := range assist.AskMinutes {
		f.Minutes = append(f.Minutes, ui.Option{Value: strconv.Itoa(m), Label: minutesText(time.Duration(m) * time.Minute)})
	}
	for _, area := range assist.Areas {
		f.Areas = append(f.Areas, ui.Option{Value: area, Label: areaNames[area]})
	}
	return f
}

// showAsk is the form by which a customer is asked for consent to one session.
func (a *App) showAsk(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	no, err := a.Assist.MayAsk(r.Context(), c.ID)
	if err != nil {
		return err
	}
	if no != nil {
		return a.refuse(w, r, http.StatusOK, c, no, "")
	}
	last, err := a.Assist.OwnRequest(r.Context(), c.ID)
	if err != nil {
		return err
	}
	form := a.askForm(r, c)
	switch {
	case last != nil && last.Granted():
		return web.Redirect(w, r, requestPath(last.PublicID))
	case last != nil && last.Waiting():
		form.Said = &ui.Message{
			Tone: ui.Info, Title: "You have asked already", Text: "Your request waits for the customer's answer. Asking again replaces it.",
			LinkText: "Open the request", LinkHref: requestPath(last.PublicID),
		}
	}
	return a.askPage(w, r, http.StatusOK, form)
}

func (a *App) askPage(w http.ResponseWriter, r *http.Request, status int, f askForm) error {
	page := adminPage{Title: "Ask for consent", Nav: "/customers", Header: ui.Header{Back: f.Back, Lead: "The customer allows exactly this: you, this reason, this long, this much. Silence is a no."}}
	return a.page(w, r, status, page, askPage(f))
}

// ask puts the question.
func (a *App) ask(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	minutes, _ := strconv.Atoi(f.Text("minutes"))
	q, err := a.Assist.Ask(r.Context(), assist.AskForm{
		CustomerID: c.ID, ReasonCode: f.Text("reason_code"), Reason: f.Text("reason"), Ticket: f.Text("ticket"), Minutes: minutes, Areas: f.All("areas"),
	})
	if err == nil {
		return web.Redirect(w, r, requestPath(q.PublicID))
	}
	var no *assist.Refusal
	if errors.As(err, &no) {
		return a.refuse(w, r, http.StatusForbidden, c, no, customerPath(c.ID, ""))
	}
	return a.askAgain(w, r, c, f, err)
}

// askAgain shows the form with what stands in the way and what was entered.
func (a *App) askAgain(w http.ResponseWriter, r *http.Request, c customer.Customer, f *web.Form, why error) error {
	form, status := a.askForm(r, c), http.StatusUnprocessableEntity
	form.Errors = fault.FieldsOf(why)
	if e, ok := fault.As(why); form.Errors == nil && ok && (e.Kind == fault.TooMany || e.Kind == fault.Conflict) {
		form.Said = &ui.Message{Tone: ui.Danger, Title: "The customer was not asked", Text: e.Message}
		status = map[fault.Kind]int{fault.TooMany: http.StatusTooManyRequests, fault.Conflict: http.StatusConflict}[e.Kind]
	} else if form.Errors == nil {
		return why
	}
	for _, name := range []string{"reason_code", "reason", "ticket", "minutes"} {
		form.Values[name] = f.Text(name)
	}
	form.Chosen = f.All("areas")
	return a.askPage(w, r, status, form)
}

// requestState is where a request stands, with the way on.
func (a *App) requestState(w http.ResponseWriter, r *http.Request) error {
	return a.showRequest(w, r, http.StatusOK, "", "")
}

func (a *App) showRequest(w http.ResponseWriter, r *http.Request, status int, typed, wrong string) error {
	q, err := a.Assist.Request(r.Context(), r.PathValue("request"))
	if err != nil {
		return err
	}
	v, _ := viewer(r.Context())
	s := requestSight{
		Request: q, Token: web.CSRF(r.Context()), State: q.State.Label(), Said: requestSaid(q), Own: v.ID == q.AdminUserID, Code: typed, CodeErr: wrong,
		Path: requestPath(q.PublicID), Customer: customerPath(q.CustomerID, ""),
		Facts: []ui.Fact{
			{Term: "Customer", Text: q.CustomerName}, {Term: "Admin user", Text: q.AdminName}, {Term: "Reason", Text: q.Reason}, {Term: "For", Text: minutesText(q.Length)},
			{Term: "Scope", Text: q.Scope.Text(i18n.For("en"))}, {Term: "Asked", Text: q.AskedAt.Format("2 Jan 2006, 15:04")},
		},
	}
	switch {
	case q.Granted():
		s.Facts = append(s.Facts, ui.Fact{Term: "Counts until", Text: q.GrantedUntil.Format("2 Jan 2006, 15:04:05")})
	case q.Waiting():
		s.Facts = append(s.Facts, ui.Fact{Term: "Waits until", Text: q.AnswerBy.Format("2 Jan 2006, 15:04")})
	}
	page := adminPage{Title: "Request for consent: " + q.CustomerName, Nav: "/customers", Live: true, Header: ui.Header{Back: s.Customer, Badge: ui.Badge(requestTone(q), s.State)}}
	return a.page(w, r, status, page, requestSightPage(s))
}

// enterCode is the customer's yes by a code that was read out.
func (a *App) enterCode(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	q, err := a.Assist.EnterCode(r.Context(), r.PathValue("request"), f.Text("code"), "")
	if wrong := fault.FieldsOf(err)["code"]; wrong != "" {
		return a.showRequest(w, r, http.StatusUnprocessableEntity, f.Text("code"), wrong)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, q.CustomerName+" has allowed it.")
	return web.Redirect(w, r, requestPath(q.PublicID))
}

// cancelRequest takes a request back, or gives its grant back.
func (a *App) cancelRequest(w http.ResponseWriter, r *http.Request) error {
	q, err := a.Assist.Cancel(r.Context(), r.PathValue("request"))
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "The request is taken back.")
	return web.Redirect(w, r, customerPath(q.CustomerID, partAssistance))
}

// consentReceipt downloads the receipt of one of a customer's answers.
func (a *App) consentReceipt(w http.ResponseWriter, r *http.Request) error {
	c, err := a.customerOf(r)
	if err != nil {
		return err
	}
	note, err := a.Assist.ConsentReceipt(r.Context(), c.ID, r.PathValue("receipt"))
	if err != nil {
		return err
	}
	return web.ReceiptFile(w, note, r.PathValue("format"), assist.ReceiptJSON)
}

// requestSaid says where a request stands and what to do now.
func requestSaid(q assist.Request) ui.Message {
	at := func(t time.Time) string { return t.Format("2 Jan, 15:04 MST") }
	switch q.State {
	case assist.RequestWaiting:
		return ui.Message{Tone: ui.Info, Title: "Waiting for the customer", Text: "You asked " + at(q.AskedAt) + ". Without an answer until " + at(q.AnswerBy) + " nobody gets in."}
	case assist.RequestGranted:
		return ui.Message{Tone: ui.Success, Title: q.CustomerName + " has allowed it", Text: "It counts until " + at(q.GrantedUntil) + ", for " + q.AdminName + " alone."}
	case assist.RequestRefused:
		return ui.Message{Tone: ui.Warning, Title: q.CustomerName + " has not allowed it", Text: "Answered " + at(q.ClosedAt) + ". Speak with the customer before you ask again."}
	case assist.RequestExpired:
		return ui.Message{Tone: ui.Warning, Title: q.CustomerName + " did not answer in time", Text: "Asked " + at(q.AskedAt) + ". Silence is a no; you can ask again."}
	case assist.RequestWithdrawn:
		return ui.Message{Tone: ui.Warning, Title: q.CustomerName + " has taken the permission back", Text: "Since " + at(q.ClosedAt) + ". A session that rested on it has ended."}
	case assist.RequestCanceled:
		return ui.Message{Tone: ui.Neutral, Title: "The request was taken back", Text: "By " + q.AdminName + "."}
	case assist.RequestSetBack:
		return ui.Message{Tone: ui.Warning, Title: "The request is over", Text: "The database was set back to a backup since. Ask again."}
	}
	return ui.Message{Tone: ui.Neutral, Title: "The allowed time is over", Text: "To go on, ask the customer again."}
}

// requestTone is how a request's state looks.
func requestTone(q assist.Request) ui.Tone {
	switch {
	case q.Granted():
		return ui.Success
	case q.Waiting():
		return ui.Info
	}
	return ui.Neutral
}

// askedColumns head the list of one's own requests for consent.
var askedColumns = []ui.Column{{Label: "Customer", Strong: true}, {Label: "State"}, {Label: "Until"}, {Label: "Reason"}, {Label: "Scope"}, {Label: "Asked"}}

// askedRows are the requests of the Admin user that wait for the customer's
// answer, or were granted and count.
func (a *App) askedRows(ctx context.Context, assists bool) ([]ui.Row, error) {
	if !assists {
		return nil, nil
	}
	own, err := a.Assist.OwnRequests(ctx)
	var rows []ui.Row
	for _, q := range own {
		until := q.AnswerBy
		if q.Granted() {
			until = q.GrantedUntil
		}
		rows = append(rows, ui.Row{Cells: []templ.Component{
			customerName(requestPath(q.PublicID), q.CustomerName, true), ui.Badge(requestTone(q), q.State.Label()), ui.TimeStamp(until, ""), ui.Name(q.Reason), ui.Name(q.Scope.Text(i18n.For("en"))), oneLine(ago(q.AskedAt, a.Now())),
		}})
	}
	return rows, err
}

// requestEvents lists the requests to a customer on the Assistance tab.
func requestEvents(all []assist.Request) []ui.Event {
	var events []ui.Event
	for _, q := range all {
		e := ui.Event{
			At: q.AskedAt, Title: q.State.Label(), Who: q.AdminName, Text: q.Reason + " · " + q.Scope.Text(i18n.For("en")) + " · " + minutesText(q.Length),
			Href: requestPath(q.PublicID), Icon: ui.IconClock,
		}
		if q.Granted() {
			e.Tone, e.Icon = ui.Success, ui.IconShield
		}
		events = append(events, e)
	}
	return events
}
