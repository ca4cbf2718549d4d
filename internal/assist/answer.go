package assist

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// givenAnswer is a customer's answer about to be written down: the general one, or
// to a request.
type givenAnswer struct {
	customerID   int64
	customerName string
	websiteID    int64
	value        string
	until        time.Time
	channel      Channel
	reason       string
	label        string // the text that was agreed to
	request      *Request
}

// record writes an answer down with its receipt, in the change that makes it
// count, and gives the event's id.
func (s *Service) record(ctx context.Context, tx *sqldb.Tx, who actor.Who, a givenAnswer) (int64, error) {
	about := statement{customer: a.customerID, answer: a.value, until: a.until, at: tx.Now()}
	scope, request := Everything, int64(0)
	r := Receipt{
		ID: id.New(), Name: a.customerName, By: byWhom(who), Where: channelText[a.channel], Reason: clip(a.reason, maxReason), Text: clip(a.label, maxReason),
	}
	if a.request != nil {
		request, scope = a.request.ID, a.request.Scope
		about.admin, about.scope = a.request.AdminUserID, scope
		r.Agent = a.request.AdminName + " (" + a.request.RoleName + ")"
	}
	if who.IP != "" {
		r.Where += ", from " + who.IP
	}
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return 0, err
	}
	if w, ok := tree.Website(a.websiteID); ok {
		r.Shop = w.Name
	}
	receipt := receiptText(about, r)
	if s.notary != nil {
		if receipt, err = s.notary.Sign(receipt); err != nil {
			return 0, err
		}
	}
	return tx.Insert(ctx, `INSERT INTO consent_event (customer_id, value, until, channel, actor_kind, actor_id, actor_name, reason, label, at,
		public_id, request_id, scope, website_id, store_view_id, ip, receipt)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING id`,
		a.customerID, a.value, sqldb.NullMicros(a.until), string(a.channel), string(who.Kind), who.ID, who.Name, r.Reason, r.Text, sqldb.Micros(tx.Now()),
		r.ID, request, string(scope), a.websiteID, who.StoreViewID, who.IP, receipt)
}

// channelText says in a receipt where an answer was given.
var channelText = map[Channel]string{
	ByRegistration: "at registration", BySelf: "under Account Information", BySupportPage: "on the Support access page", ByAdmin: "in the Admin, by staff",
	ByKey: "before answers were signed", ByLink: "through the link in an e-mail", ByCode: "by a code that was read out", ByRestore: "after a backup was restored", ByDemo: "in the demo shop",
}

// ConsentEvent is one answer of a customer's history.
type ConsentEvent struct {
	ReceiptID string // "" for answers from before there were receipts
	Answer    string
	At        time.Time
	Until     time.Time
	Channel   Channel
	ByKind    actor.Kind
	ByName    string
	Reason    string
	Label     string // the text that was agreed to
	IP        string
	Scope     Scope
	// Agent is who had asked, "" for a general answer.
	Agent string
	View  string // the store view where it was given, "" if that was none
}

// OfRequest tells whether it answers a request.
func (e ConsentEvent) OfRequest() bool { return e.Agent != "" }

// Given tells whether it gave consent.
func (e ConsentEvent) Given() bool { return e.Answer == consentAllowed || e.Answer == answerGranted }

// Withdrew tells whether it took back what a request had been granted.
func (e ConsentEvent) Withdrew() bool { return e.Answer == answerWithdrawn }

// ByStaff tells whether an Admin user answered for the customer.
func (e ConsentEvent) ByStaff() bool { return e.ByKind == actor.Admin && e.Channel != ByCode }

// ConsentHistory lists a customer's latest answers, newest first.
func (s *Service) ConsentHistory(ctx context.Context, customerID int64) ([]ConsentEvent, error) {
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (e ConsentEvent, err error) {
		var agent, view *string
		err = r.Scan(&e.ReceiptID, &e.Answer, sqldb.Into(&e.At), sqldb.Into(&e.Until), &e.Channel, &e.ByKind, &e.ByName, &e.Reason,
			&e.Label, &e.IP, &e.Scope, &agent, &view)
		e.Agent, e.View = orEmpty(agent), orEmpty(view)
		return e, err
	}, `SELECT e.public_id, e.value, e.at, e.until, e.channel, e.actor_kind, e.actor_name, e.reason, e.label, e.ip, e.scope,
		(SELECT g.admin_name FROM assist_request g WHERE g.id = e.request_id), (SELECT v.name FROM store_view v WHERE v.id = e.store_view_id)
		FROM consent_event e WHERE e.customer_id = $1 ORDER BY e.id DESC LIMIT 50`, customerID)
}

// ConsentReceipt gives the receipt of one of a customer's answers: a signed
// note. Whoever shows it has checked that the reader may see the customer.
func (s *Service) ConsentReceipt(ctx context.Context, customerID int64, receiptID string) (string, error) {
	text, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[string],
		`SELECT receipt FROM consent_event WHERE customer_id = $1 AND public_id = $2 AND public_id <> ''`, customerID, receiptID))
	if err == nil && !found {
		err = errNoReceipt
	}
	return text, err
}

// remaining is a number of whole days, rounded up.
func remaining(until, now time.Time) int {
	if until.IsZero() || !now.Before(until) {
		return 0
	}
	const day = 24 * time.Hour
	return int((until.Sub(now) + day - 1) / day)
}
