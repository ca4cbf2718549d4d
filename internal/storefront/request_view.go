package storefront

import (
	"net/http"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// requestView is a request of support as its customer reads it: to answer, or to
// take back.
type requestView struct {
	S       *Shopper
	Title   string
	Text    string
	Facts   []ui.Fact
	Agree   string // the text that a yes agrees to
	Waiting bool
	Silence string // what it means not to answer
	Token   string // of forms
	Link    string // token of a letter's link, "" on the customer's own page
	Approve string // addresses
	Refuse  string
	Code    string
	Back    string
	Shown   string // the code to read out, once it was asked for
	Warning string
}

// agreement is the text that a yes to a request agrees to.
func (s *Shopper) agreement(q assist.Request) string {
	return s.T("ask.agree", "agent", q.AdminName, "scope", q.Scope.Text(s.Locale), "span", s.Locale.Span(q.Length))
}

func (s *Shopper) requestView(r *http.Request, q assist.Request) requestView {
	at := s.URL("/account/assistance/requests/" + q.PublicID)
	v := requestView{
		S: s, Title: s.T("ask.title"), Text: s.T("ask.text", "agent", q.AdminName, "role", q.RoleName), Agree: s.agreement(q), Silence: s.T("ask.silence"), Token: web.CSRF(r.Context()),
		Waiting: q.Waiting(), Approve: at + "/approve", Refuse: at + "/refuse", Code: at + "/code", Back: at + "/withdraw",
		Facts: []ui.Fact{
			{Term: s.T("ask.why"), Text: q.Why(s.Locale)}, {Term: s.T("ask.what"), Text: q.Scope.Text(s.Locale)}, {Term: s.T("ask.how_long"), Text: s.Locale.Span(q.Length)},
		},
	}
	if q.Granted() {
		v.Title, v.Text = s.T("ask.granted", "agent", q.AdminName, "time", s.Locale.DateTime(q.GrantedUntil)), ""
		v.Facts[1].Term = s.T("ask.allowed")
	} else {
		v.Facts = append(v.Facts, ui.Fact{Term: s.T("ask.by"), Text: s.Locale.DateTime(q.AnswerBy)})
	}
	return v
}

// permitted tells whether a customer's general answer lets support in, whatever
// they answer to a request.
func (a *App) permitted(r *http.Request, customerID int64) (bool, error) {
	c, err := a.Assist.Consent(r.Context(), customerID)
	return c.Possible, err
}

// withSilence says on a request's own page what it means not to answer.
func (a *App) withSilence(r *http.Request, v requestView, q assist.Request) (requestView, error) {
	permitted, err := a.permitted(r, q.CustomerID)
	if permitted {
		v.Silence = v.S.T("ask.silence_allowed")
	}
	return v, err
}

// refusedText says what a no to a request means.
func (a *App) refusedText(r *http.Request, customerID int64) (string, error) {
	permitted, err := a.permitted(r, customerID)
	if permitted {
		return shopper(r.Context()).T("ask.refused_allowed"), err
	}
	return shopper(r.Context()).T("ask.refused"), err
}

// openRequests are those that a customer can answer or take back.
func (a *App) openRequests(r *http.Request) (open []requestView, err error) {
	s := shopper(r.Context())
	if s.Stay != nil {
		return nil, nil
	}
	all, err := a.Assist.Asked(r.Context())
	for _, q := range all {
		if q.Waiting() || q.Granted() {
			open = append(open, s.requestView(r, q))
		}
	}
	return open, err
}

// answerRequest is what a customer's page sends: yes, no, or back.
func (a *App) answerRequest(answer func(r *http.Request, id string) error, said string) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		s := shopper(r.Context())
		tone, text := web.Good, s.T(said)
		if err := answer(r, r.PathValue("request")); fault.Is(err, fault.Conflict) {
			tone, text = web.Bad, s.T("ask.answered")
		} else if err != nil {
			return err
		} else if said == "ask.refused" {
			if text, err = a.refusedText(r, s.Customer.ID); err != nil {
				return err
			}
		}
		web.Flash(w, tone, text)
		return a.redirect(w, r, "/account/assistance")
	}
}

func (a *App) grantRequest(r *http.Request, id string) error {
	s := shopper(r.Context())
	all, err := a.Assist.Asked(r.Context())
	label := ""
	for _, q := range all {
		if q.PublicID == id {
			label = s.agreement(q)
		}
	}
	if err == nil {
		_, err = a.Assist.GrantRequest(r.Context(), id, label)
	}
	return err
}

func (a *App) refuseRequest(r *http.Request, id string) error {
	_, err := a.Assist.RefuseRequest(r.Context(), id)
	return err
}

func (a *App) withdrawRequest(r *http.Request, id string) error {
	_, err := a.Assist.Withdraw(r.Context(), id)
	return err
}

// requestCode shows a fresh code to read out: once, on the answer itself.
func (a *App) requestCode(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	code, q, err := a.Assist.MakeCode(r.Context(), r.PathValue("request"))
	if fault.Is(err, fault.Conflict) {
		web.Flash(w, web.Bad, s.T("ask.answered"))
		return a.redirect(w, r, "/account/assistance")
	}
	if err != nil {
		return err
	}
	v, err := a.withSilence(r, s.requestView(r, q), q)
	if err != nil {
		return err
	}
	v.Shown, v.Warning = code[:3]+" "+code[3:], s.T("ask.code_life", "agent", q.AdminName, "span", s.Locale.Span(assist.CodeLife))
	return a.page(w, r, http.StatusOK, shopPage{Title: v.Title, Path: "/account/assistance", Personal: true}, requestPage(v))
}

// requestByLink is where a letter leads: what is asked, and two buttons. Looking
// at it answers nothing.
func (a *App) requestByLink(w http.ResponseWriter, r *http.Request) error {
	s, token := shopper(r.Context()), r.URL.Query().Get("token")
	q, err := a.Assist.RequestByLink(r.Context(), token)
	if err != nil {
		return a.linkOver(w, r, err)
	}
	v, err := a.withSilence(r, s.requestView(r, q), q)
	if err != nil {
		return err
	}
	v.Link, v.Approve, v.Refuse, v.Code = token, s.URL("/assist/consent"), s.URL("/assist/consent"), ""
	return a.linkPage(w, r, http.StatusOK, v)
}

// linkPage keeps the link's token out of the addresses that others are told.
func (a *App) linkPage(w http.ResponseWriter, r *http.Request, status int, v requestView) error {
	w.Header().Set("Referrer-Policy", "no-referrer")
	return a.page(w, r, status, shopPage{Title: v.Title, Path: "/", Personal: true}, requestPage(v))
}

func (a *App) linkOver(w http.ResponseWriter, r *http.Request, err error) error {
	if !fault.Is(err, fault.Gone) && !fault.Is(err, fault.Conflict) {
		return err
	}
	s := shopper(r.Context())
	return a.linkPage(w, r, http.StatusGone, requestView{S: s, Title: s.T("ask.link_over.title"), Text: s.T("ask.link_over.text")})
}

// answerLink is the answer of whoever has the letter.
func (a *App) answerLink(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	s, token, yes := shopper(r.Context()), f.Text("token"), f.Text("answer") == "yes"
	q, err := a.Assist.RequestByLink(r.Context(), token)
	if err == nil {
		_, err = a.Assist.AnswerByLink(r.Context(), token, yes, s.agreement(q))
	}
	if err != nil {
		return a.linkOver(w, r, err)
	}
	v := requestView{S: s, Title: s.T("ask.done"), Text: s.T("ask.approved")}
	if !yes {
		if v.Text, err = a.refusedText(r, q.CustomerID); err != nil {
			return err
		}
	}
	return a.linkPage(w, r, http.StatusOK, v)
}

// consentReceipt downloads a receipt: the signed note, or JSON with it.
func (a *App) consentReceipt(w http.ResponseWriter, r *http.Request) error {
	note, err := a.Assist.ConsentReceipt(r.Context(), shopper(r.Context()).Customer.ID, r.PathValue("receipt"))
	if err != nil {
		return err
	}
	return web.ReceiptFile(w, note, r.PathValue("format"), assist.ReceiptJSON)
}
