package payment

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/money"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/sqldb"
)

func scopeOf(o sales.Order) config.Scope {
	return config.Scope{WebsiteID: o.WebsiteID, ViewID: o.ViewID}
}

// CanLink reports whether a payment link may be sent for an order: something is
// still to be paid, and the order waits for it.
func CanLink(o sales.Order) bool {
	switch o.State {
	case sales.StateNew, sales.PendingPayment, sales.Processing:
		return o.Due() > 0
	}
	return false
}

// SendLink mails the customer a link by which the order can be paid without
// signing in. Links sent before stop working.
func (s *Service) SendLink(ctx context.Context, orderID int64) error {
	o, err := s.sales.Head(ctx, orderID)
	if err != nil {
		return err
	}
	return s.db.Change(ctx, LinkSent, func(ctx context.Context, tx *sqldb.Tx) error {
		aboutOrder(tx, o)
		if !CanLink(o) {
			return fault.New(fault.Conflict, "Nothing is to be paid for this order.")
		}
		_, err := s.LinkTx(ctx, tx, o, true)
		return err
	})
}

// LinkTx makes a payment link inside another change and returns its token; with
// send it is mailed. Without it is for the browser that has just ordered, and
// does not last.
func (s *Service) LinkTx(ctx context.Context, tx *sqldb.Tx, o sales.Order, send bool) (token string, err error) {
	who, _ := actor.From(ctx)
	expires := tx.Now().Add(patience)
	if send {
		expires = tx.Now().Add(s.linkLifetime(ctx, o))
	}
	if _, err := tx.Exec(ctx, `UPDATE payment_link SET revoked = TRUE WHERE order_id = $1 AND NOT revoked`, o.ID); err != nil {
		return "", err
	}
	token = id.Secret()
	_, err = tx.Exec(ctx, `INSERT INTO payment_link (token_hash, order_id, actor_kind, actor_id, actor_name, impersonation_id, created_at, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		id.Hash(token), o.ID, who.Kind, who.ID, who.Name, sqldb.NullID(who.Impersonation), sqldb.Micros(tx.Now()), sqldb.Micros(expires))
	if err != nil || !send {
		return token, err
	}
	tx.Note("payment link", "sent to "+o.Email)
	return token, s.mailLink(ctx, tx, o, token, expires)
}

func (s *Service) mailLink(ctx context.Context, tx *sqldb.Tx, o sales.Order, token string, expires time.Time) error {
	tree, err := s.stores.Tree(ctx)
	if err != nil || s.outbox == nil {
		return err
	}
	view, ok := tree.View(o.ViewID)
	if !ok || !view.Active {
		if view, ok = tree.DefaultView(o.WebsiteID); !ok {
			return nil
		}
	}
	l, scope := i18n.For(view.Locale), config.OfView(view)
	store := s.config.Text(ctx, config.StoreName, scope)
	args := []any{"store", store, "name", o.FirstName + " " + o.LastName, "number", o.Number,
		"amount", l.Money(money.New(o.Due(), o.Currency)), "date", l.Date(expires)}
	m, err := mail.Letter{
		Kind: "payment_link", ViewID: view.ID, OrderID: o.ID, Locale: l, StoreName: store, StoreURL: view.URL("/"),
		Subject: l.T("mail.payment_link.subject", args...), Greeting: l.T("mail.greeting", args...),
		Lines:  []string{l.T("mail.payment_link.text", args...)},
		Link:   mail.Link{Text: l.T("pay.open"), URL: view.URL("/pay/" + token)},
		After:  []string{l.T("mail.payment_link.limit", args...)},
		Footer: l.T("mail.footer", args...),
	}.Message(o.Email, mail.Address(s.config.Text(ctx, config.SenderName, scope), s.config.Text(ctx, config.SenderEmail, scope)))
	if err != nil {
		return err
	}
	return s.outbox.EnqueueTx(ctx, tx, m)
}

// ByToken finds the order of a payment link. One that has expired, or was
// replaced by a newer one, says so.
func (s *Service) ByToken(ctx context.Context, token string) (sales.Order, error) {
	type link struct {
		order   int64
		expires time.Time
		revoked bool
	}
	l, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), func(r sqldb.Scanner) (l link, err error) {
		err = r.Scan(&l.order, sqldb.Into(&l.expires), &l.revoked)
		return l, err
	}, `SELECT order_id, expires_at, revoked FROM payment_link WHERE token_hash = $1`, id.Hash(token)))
	switch {
	case err != nil:
		return sales.Order{}, err
	case !ok:
		return sales.Order{}, fault.New(fault.NotFound, "There is no such payment link.")
	case l.revoked || !s.db.Now().Before(l.expires):
		return sales.Order{}, &fault.Error{Kind: fault.NotFound, Code: "link_expired", Message: "This payment link is not valid any more."}
	}
	return s.sales.Head(ctx, l.order)
}

// RevokeLinks makes every payment link worthless, as part of a change, and says
// how many still worked. The orders go on waiting as long as they would have:
// whoever looks after them sends a new link.
func (s *Service) RevokeLinks(ctx context.Context, tx *sqldb.Tx) (int64, error) {
	return tx.Exec(ctx, `UPDATE payment_link SET revoked = TRUE WHERE NOT revoked AND expires_at > $1`, sqldb.Micros(tx.Now()))
}

// patience is how long an order waits for a payer who was sent to a provider's
// page, and was sent no link.
const patience = time.Hour

// Sweep cancels orders that nobody paid in time: that of the links that were
// sent, whether they were replaced or taken back.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.db.Now()
	late, err := sqldb.All(ctx, s.db.Reader(), sqldb.Value[int64], `SELECT o.id FROM sales_order o
		WHERE o.status = 'pending_payment' AND o.state = 'pending_payment' AND o.created_at < $1
			AND NOT EXISTS (SELECT 1 FROM payment_link l WHERE l.order_id = o.id AND l.expires_at > $2)
			AND NOT EXISTS (SELECT 1 FROM payment_intent i WHERE i.order_id = o.id AND i.state = 'open' AND i.expires_at > $2)
		ORDER BY o.created_at LIMIT 100`, sqldb.Micros(now.Add(-patience)), sqldb.Micros(now))
	if err != nil {
		return err
	}
	for _, order := range late {
		err := s.sales.PaymentRefused(ctx, order, "No payment was received in time.")
		if err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	return nil
}
