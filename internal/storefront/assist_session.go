package storefront

import (
	"net/http"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// bannerControls are what an Admin user can do about the session itself.
func (a *App) bannerControls(s *Shopper, b *Banner) {
	stay, now := s.Stay, a.Now()
	b.Here, b.SoonText = s.here, s.T("banner.ends_soon")
	b.Soon = stay.Due().Sub(now) <= assist.WarnBefore
	b.Menu.Label = s.T("banner.menu")
	if until, ok := stay.Extension(now); ok {
		b.Extend = &BannerDeed{Text: s.T("banner.extend", "time", s.Locale.Clock(until)), Action: s.URL("/assist/extend"), Icon: ui.IconClock}
		b.Menu.Deeds = append(b.Menu.Deeds, *b.Extend)
	} else if stay.Due().Before(stay.ExpiresAt) && s.here != "" {
		b.Keep = &BannerDeed{Text: s.T("banner.keep"), Action: s.URL(s.here), Link: true, Icon: ui.IconClock}
	}
	if stay.Masked() {
		b.Masked = s.T("banner.masked")
		b.Menu.Deeds = append(b.Menu.Deeds, BannerDeed{Text: s.T("banner.reveal"), Hint: s.T("mask.hint"), Action: s.URL("/assist/reveal"), Icon: ui.IconEye})
	}
	b.Menu.Deeds = append(b.Menu.Deeds, s.modeDeeds()...)
}

// modeDeeds are the ways into the stay's other modes.
func (s *Shopper) modeDeeds() (deeds []BannerDeed) {
	mode := func(m impersonate.Mode, text string, icon ui.IconName) BannerDeed {
		return BannerDeed{Text: s.T(text), Action: s.URL("/assist/mode"), Icon: icon, Hidden: ui.Pair{Name: "mode", Value: string(m)}}
	}
	if s.Stay.Mode != impersonate.CanChange && s.Stay.CanRaise {
		raise := mode(impersonate.CanChange, "banner.raise", ui.IconEdit)
		raise.Reason = s.T("banner.reason")
		deeds = append(deeds, raise)
	}
	if s.Stay.CanPropose && !s.Stay.Proposing() {
		deeds = append(deeds, mode(assist.Proposing, "banner.propose", ui.IconMail))
	}
	if s.Stay.Proposing() {
		look := BannerDeed{Text: s.T("proposal.look_over"), Action: s.URL("/assist/proposal"), Link: true, Icon: ui.IconMail}
		deeds = append([]BannerDeed{look}, deeds...)
	}
	if !s.Stay.ViewOnly() {
		deeds = append(deeds, mode(impersonate.ViewOnly, "banner.lower", ui.IconEye))
	}
	return deeds
}

// sessionView is the page about one's own session: what the banner's menu does,
// and what was wrong with it.
type sessionView struct {
	formView
	Deeds  []BannerDeed
	Banner Banner
	Facts  []ui.Fact
}

// modeErrors are the storefront's words for why a mode is not to be had.
var modeErrors = map[string]string{
	assist.CodeModeRole: "session.error.role", assist.CodeModeProposals: "session.error.proposals", assist.CodeModeUnknown: "session.error.unknown",
	assist.CodeModeScope: "session.error.scope", assist.CodeModeReason: "session.error.reason", assist.CodeModeLong: "session.error.long", assist.CodeNotLonger: "session.error.not_longer",
}

// duringStay is a handler of a form of the session's own, which whoever is in no
// session has nothing to do with.
func (a *App) duringStay(do func(http.ResponseWriter, *http.Request, *Shopper, *web.Form) error) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := web.ParseForm(r)
		if err != nil {
			return err
		}
		s := shopper(r.Context())
		if s.Stay == nil {
			return a.redirect(w, r, "/")
		}
		return do(w, r, s, f)
	}
}

func (a *App) sessionPage(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	if s.Stay == nil {
		return a.redirect(w, r, "/")
	}
	return a.showSession(w, r, http.StatusOK, nil, "")
}

func (a *App) showSession(w http.ResponseWriter, r *http.Request, status int, why *fault.Error, typed string) error {
	s := shopper(r.Context())
	b := a.banner(r.Context(), s)
	v := sessionView{formView: formView{S: s, Token: web.CSRF(r.Context())}, Banner: *b, Deeds: b.Menu.Deeds}
	v.Values = map[string]string{"reason": typed}
	v.Facts = []ui.Fact{{Term: s.T("banner.agent"), Text: b.Agent}, {Term: s.T("session.mode"), Text: b.Mode}, {Term: b.LeftLabel, Text: b.Left}}
	if why != nil {
		text := s.T(modeErrors[why.Code])
		v.Notice = text
		if why.Code == assist.CodeModeReason || why.Code == assist.CodeModeLong {
			v.Errors = map[string]string{"reason": text}
		}
	}
	return a.page(w, r, status, shopPage{Title: s.T("session.title"), Path: "/assist/session", Personal: true}, sessionBody(v))
}

// setMode raises or lowers what the session may do.
func (a *App) setMode(w http.ResponseWriter, r *http.Request, s *Shopper, f *web.Form) error {
	err := a.Assist.SetMode(r.Context(), impersonate.Mode(f.Text("mode")), f.Text("reason"))
	if done, err := a.sessionRefused(w, r, err, f.Text("reason")); done {
		return err
	}
	web.Flash(w, web.Good, s.T("session.mode_set."+f.Text("mode")))
	return a.redirect(w, r, backPath(f))
}

// sessionRefused shows the session's page with why something was not done.
func (a *App) sessionRefused(w http.ResponseWriter, r *http.Request, err error, typed string) (done bool, _ error) {
	why, ok := fault.As(err)
	if !ok || modeErrors[why.Code] == "" {
		return err != nil, err
	}
	status := map[fault.Kind]int{fault.Denied: http.StatusForbidden, fault.Conflict: http.StatusConflict}[why.Kind]
	if status == 0 {
		status = http.StatusUnprocessableEntity
	}
	return true, a.showSession(w, r, status, why, typed)
}

// extend prolongs the session within the limit.
func (a *App) extend(w http.ResponseWriter, r *http.Request, s *Shopper, f *web.Form) error {
	until, err := a.Assist.Extend(r.Context())
	if done, err := a.sessionRefused(w, r, err, ""); done {
		return err
	}
	web.Flash(w, web.Good, s.T("session.extended", "time", s.Locale.Clock(until)))
	return a.redirect(w, r, backPath(f))
}

// reveal shows the customer's personal data for the rest of the session.
func (a *App) reveal(w http.ResponseWriter, r *http.Request, s *Shopper, f *web.Form) error {
	if err := a.Assist.Reveal(r.Context()); err != nil {
		return err
	}
	web.Flash(w, web.Good, s.T("mask.revealed"))
	return a.redirect(w, r, backPath(f))
}

// backPath is the page that a form of the banner was sent from.
func backPath(f *web.Form) string { return web.LocalPath(f.Text("back"), "/account") }
