package assist

import (
	"context"
	"net/url"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/amend"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/sqldb"
	stores "github.com/storehand/storehand/internal/store"
)

// Text says in a language what a scope lets an Admin user do.
func (s Scope) Text(l *i18n.Locale) string {
	if s == LookOnly {
		return l.T("scope.look")
	}
	words := ""
	for _, a := range s.Areas() {
		if word := l.T("scope." + a); words == "" {
			words = word
		} else {
			words = l.T("scope.join", "first", words, "second", word)
		}
	}
	return l.T("scope.change", "areas", words)
}

// letter is a letter to a customer about to be written, in the language of the
// store view where they belong. There is none where nobody writes letters.
type letter struct {
	mail.Letter
	view stores.View
	to   string
	from string
	args []any
}

// letterTo begins a letter of a kind, whose texts are "mail.<kind>.…".
func (s *Service) letterTo(ctx context.Context, kind string, p people, args ...any) (*letter, error) {
	if s.post.outbox == nil {
		return nil, nil
	}
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return nil, err
	}
	view, ok := automaticView(p, tree)
	if !ok {
		return nil, nil // a website without an open view has nobody to write as
	}
	at, l := config.OfView(view), i18n.For(view.Locale)
	name := s.post.config.Text(ctx, config.StoreName, at)
	args = append(args, "store", name, "name", p.CustomerName)
	return &letter{
		Letter: mail.Letter{
			Kind: kind, ViewID: view.ID, Locale: l, StoreName: name, StoreURL: view.URL("/"),
			Subject: l.T("mail."+kind+".subject", args...), Greeting: l.T("mail.greeting", args...), Footer: l.T("mail.footer", args...),
		},
		view: view, to: p.CustomerEmail, args: args,
		from: mail.Address(s.post.config.Text(ctx, config.SenderName, at), s.post.config.Text(ctx, config.SenderEmail, at)),
	}, nil
}

// say adds a paragraph.
func (l *letter) say(key string, args ...any) {
	l.Lines = append(l.Lines, l.Locale.T(key, append(append([]any{}, l.args...), args...)...))
}

func (s *Service) send(ctx context.Context, tx *sqldb.Tx, l *letter) error {
	m, err := l.Message(l.to, l.from)
	if err != nil {
		return err
	}
	return s.post.outbox.EnqueueTx(ctx, tx, m)
}

// tellOfStaff writes to a customer that an Admin user has answered for them.
func (s *Service) tellOfStaff(ctx context.Context, tx *sqldb.Tx, customerID int64, value string, until time.Time, reason string) error {
	p, err := s.loadPeople(ctx, tx, actor.Who{}, customerID)
	if err != nil {
		return err
	}
	l, err := s.letterTo(ctx, "consent_staff", p)
	if l == nil || err != nil {
		return err
	}
	l.Keep = true
	l.say("mail.consent_staff." + value)
	if !until.IsZero() {
		l.say("mail.consent_staff.until", "date", l.Locale.Date(until))
	}
	l.say("mail.consent_staff.reason", "reason", strings.TrimSpace(reason))
	l.Link = mail.Link{Text: l.Locale.T("assistance.title"), URL: l.view.URL("/account/assistance")}
	l.After = []string{l.Locale.T("mail.consent_staff.change")}
	return s.send(ctx, tx, l)
}

// tellOfRequest writes to a customer what an Admin user asks for, with the link
// to answer and the code to read out. Nobody else may read it, so it is not kept.
func (s *Service) tellOfRequest(ctx context.Context, tx *sqldb.Tx, r Request, p people, token, code string) error {
	l, err := s.letterTo(ctx, "consent_request", p, "agent", r.AdminName, "role", r.RoleName)
	if l == nil || err != nil {
		return err
	}
	l.say("mail.consent_request.text")
	l.say("mail.consent_request.reason", "reason", r.Why(l.Locale))
	l.say("mail.consent_request.scope", "scope", r.Scope.Text(l.Locale), "span", l.Locale.Span(r.Length))
	l.Link = mail.Link{Text: l.Locale.T("mail.consent_request.link"), URL: l.view.URL("/assist/consent") + "?token=" + url.QueryEscape(token)}
	silence := "mail.consent_request.silence"
	if judgeAnswer(&p.facts, tx.Now()) == "" {
		silence = "mail.consent_request.ends" // support may enter all the same
	}
	l.After = []string{
		l.Locale.T("mail.consent_request.code", "agent", r.AdminName, "code", code[:3]+" "+code[3:], "span", l.Locale.Span(codeLife)),
		l.Locale.T(silence, "time", l.Locale.DateTime(r.AnswerBy)),
		s.contact(ctx, l.Locale, config.OfView(l.view)),
	}
	return s.send(ctx, tx, l)
}

// TellOfProposal writes to a customer that staff has prepared changes, which are
// made only if they accept them. It is part of the change that sends them.
func (s *Service) TellOfProposal(ctx context.Context, tx *sqldb.Tx, prepared amend.Proposal) error {
	p, err := s.loadPeople(ctx, tx, actor.Who{}, prepared.Customer())
	if err != nil {
		return err
	}
	l, err := s.letterTo(ctx, "proposal", p, "role", prepared.Role)
	if l == nil || err != nil {
		return err
	}
	l.Keep = true
	l.say("mail.proposal.text")
	if prepared.Note != "" {
		l.say("mail.proposal.note", "note", prepared.Note)
	}
	l.say("mail.proposal.until", "time", l.Locale.DateTime(prepared.ExpiresAt))
	l.Link = mail.Link{Text: l.Locale.T("mail.proposal.link"), URL: l.view.URL("/account/proposals/" + prepared.PublicID)}
	l.After = []string{l.Locale.T("mail.assistance.sign_in"), s.contact(ctx, l.Locale, config.OfView(l.view))}
	return s.send(ctx, tx, l)
}
