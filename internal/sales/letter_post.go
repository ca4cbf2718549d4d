package sales

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// writer writes one letter: whose it is, in which language, with which settings.
type writer struct {
	Letter
	s     *Service
	ctx   context.Context
	l     *i18n.Locale
	view  store.View
	scope config.Scope
	store string
}

// post composes the letter in its store view's language and puts it in, with the
// copies that the settings ask for.
func (s *Service) post(ctx context.Context, tx *sqldb.Tx, l Letter) error {
	w, ok, err := s.writer(ctx, l)
	if err != nil || !ok {
		return err
	}
	g := letterGroups[l.Kind]
	if !s.config.Bool(ctx, g.enabled, w.scope) {
		if l.Again {
			return fault.New(fault.Conflict, "This e-mail is switched off in Configuration > Sales > Sales Emails.")
		}
		return nil
	}
	letter, err := w.compose()
	if err != nil {
		return err
	}
	m, err := letter.Message(l.Order.Email, w.from(g))
	if err != nil {
		return err
	}
	copies := config.SplitAddresses(s.config.Text(ctx, g.copyTo, w.scope))
	separate := s.config.Text(ctx, g.copyBy, w.scope) == copySeparate
	if !separate {
		m.Bcc, copies = copies, nil
	}
	if err := s.outbox.EnqueueTx(ctx, tx, m); err != nil {
		return err
	}
	for _, to := range copies {
		m.To = to
		if err := s.outbox.EnqueueTx(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

// writer is the writer of a letter; ok is false when the website has no view to
// write as.
func (s *Service) writer(ctx context.Context, l Letter) (w writer, ok bool, err error) {
	if s.stores == nil || s.config == nil {
		return w, false, nil
	}
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return w, false, err
	}
	view, ok := tree.View(l.Order.ViewID)
	if !ok || !view.Active {
		if view, ok = tree.DefaultView(l.Order.WebsiteID); !ok {
			return w, false, nil
		}
	}
	w = writer{Letter: l, s: s, ctx: ctx, l: i18n.For(view.Locale), view: view, scope: config.OfView(view)}
	w.store = w.text(config.StoreName)
	return w, true, nil
}

func (w writer) text(f *config.Field) string {
	return strings.TrimSpace(w.s.config.Text(w.ctx, f, w.scope))
}

// from is the sender that the settings choose; what it lacks is General Contact's.
func (w writer) from(g letterGroup) string {
	name, address := w.text(config.SenderName), w.text(config.SenderEmail)
	fields := map[string][2]*config.Field{
		senderSales: {config.SalesName, config.SalesEmail}, senderService: {config.ServiceName, config.ServiceEmail},
	}
	if f, ok := fields[w.text(g.sender)]; ok {
		name, address = or(w.text(f[0]), name), or(w.text(f[1]), address)
	}
	return mail.Address(name, address)
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// money writes an amount as the reader does.
func (w writer) money(minor int64) string {
	return w.l.Money(money.New(minor, w.Order.Currency))
}

// document is the number and time of what the letter is about.
func (w writer) document() (number, date string) {
	switch {
	case w.Invoice != nil:
		return w.Invoice.Number, w.l.Date(w.Invoice.CreatedAt)
	case w.Shipment != nil:
		return w.Shipment.Number, w.l.Date(w.Shipment.CreatedAt)
	case w.Memo != nil:
		return w.Memo.Number, w.l.Date(w.Memo.CreatedAt)
	}
	return w.Order.Number, w.l.Date(w.Order.CreatedAt)
}

// byStaff reports whether a confirmation has to say that staff placed the order.
func (w writer) byStaff() bool { return w.Kind == LetterOrder && w.Order.PlacedBy.Staff() }

// compose puts the letter together.
func (w writer) compose() (mail.Letter, error) {
	number, date := w.document()
	o := w.Order
	args := []any{"store", w.store, "name", strings.TrimSpace(o.FirstName + " " + o.LastName), "number", o.Number, "document", number, "date", date,
		"email", w.text(config.SupportEmail), "status", w.status(), "amount", w.refunded()}
	key := "mail." + string(w.Kind)
	subject, text := key+".subject", key+".text"
	switch {
	case w.byStaff():
		subject, text = "mail.order.staff_subject", "mail.order.staff_text"
	case w.Kind == LetterOrder && o.Virtual:
		text = "mail.order.text_virtual"
	}
	letter := mail.Letter{
		Kind: string(w.Kind), Locale: w.l, StoreName: w.store, StoreURL: w.view.URL("/"), ViewID: w.view.ID, OrderID: o.ID, Keep: true,
		Subject: w.l.T(subject, args...), Greeting: w.l.T("mail.greeting", args...), Lines: []string{w.l.T(text, args...)},
		Footer: w.l.T("mail.order.footer", args...),
	}
	if w.byStaff() {
		letter.Lines = append(letter.Lines, w.notWanted(args))
	}
	w.link(&letter, args)
	letter.Quote = w.quote()
	var err error
	letter.Sheet, err = w.sheet(args)
	return letter, err
}

// link leads to the order: for guests to where it is looked up.
func (w writer) link(letter *mail.Letter, args []any) {
	if w.Order.Guest() {
		letter.Link = mail.Link{Text: w.l.T("mail.order.find"), URL: w.view.URL("/orders/guest")}
		letter.After = []string{w.l.T("mail.order.find_hint", args...)}
		return
	}
	letter.Link = mail.Link{Text: w.l.T("mail.order.open"), URL: w.view.URL("/account/orders/" + w.Order.Number)}
}

func (w writer) notWanted(args []any) string {
	if w.text(config.SupportEmail) == "" {
		return w.l.T("mail.order.not_wanted")
	}
	return w.l.T("mail.order.not_wanted_contact", args...)
}

// quote is the comment, under the name of who wrote it: a confirmation carries
// the customer's own, unless staff placed the order.
func (w writer) quote() mail.Quote {
	who := "mail.quote.staff"
	if w.Kind == LetterOrder && !w.byStaff() {
		who = "mail.quote.customer"
	}
	return mail.Quote{Who: w.l.T(who), Text: w.Comment}
}

// status is the order's status in the reader's words, if there are some.
func (w writer) status() string {
	if key := "mail.status." + w.Order.Status; w.l.Has(key) {
		return w.l.T(key)
	}
	return StatusLabel(w.Order.Status)
}

func (w writer) refunded() string {
	if w.Memo == nil {
		return ""
	}
	return w.money(w.Memo.Grand)
}
