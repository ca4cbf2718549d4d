package assist

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// A customer's answers to "Allow remote shopping assistance", as stored.
const (
	consentUnset   = "unset"
	consentAllowed = "allowed"
	consentDenied  = "denied"
)

// Channel is where an answer was given.
type Channel string

// The channels.
const (
	ByRegistration Channel = "registration"        // the storefront's registration
	BySelf         Channel = "account_information" // the customer's Account Information
	BySupportPage  Channel = "support_access"      // the customer's Support access page
	ByAdmin        Channel = "admin"               // an Admin user on the customer's page
	ByDemo         Channel = "demo"                // the demo shop's own people
)

// ConsentForm is a new answer.
type ConsentForm struct {
	CustomerID int64
	Allow      bool
	Channel    Channel
	Reason     string // by an Admin user: why; field "assistance_reason"
	Label      string // the checkbox's text as it was shown
}

// SetConsent keeps a customer's answer. The customer themselves may, and an
// Admin user whose role has Remote shopping assistance opt-in; nobody may from
// inside a stay. An answer that is already in force changes nothing, and
// SetConsent then gives false.
//
// Taking consent back ends every live stay of the customer and kills unspent
// codes in the same change: what another node does for the customer is either
// wholly before it or refused.
func (s *Service) SetConsent(ctx context.Context, form ConsentForm) (changed bool, err error) {
	who, _ := actor.From(ctx)
	err = s.db.Change(ctx, ActionConsent, func(ctx context.Context, tx *sqldb.Tx) error {
		changed = false
		before, err := loadConsent(ctx, tx, form.CustomerID)
		if err != nil {
			return err
		}
		if err := mayConsent(ctx, tx, who, before); err != nil {
			return err
		}
		if before.inForce(form.Allow, tx.Now()) {
			tx.Skip()
			return nil
		}
		changed = true
		return s.setConsent(ctx, tx, who, before, form)
	})
	if fault.Is(err, fault.Denied) {
		err = errors.Join(err, s.refuseConsent(ctx, form))
	}
	return changed && err == nil, err
}

// refuseConsent records that somebody was not let to answer for a customer.
func (s *Service) refuseConsent(ctx context.Context, form ConsentForm) error {
	return s.db.Refuse(ctx, ActionConsent, func(e *sqldb.Entry) {
		e.About(customerKind, text(form.CustomerID))
		e.Note("channel", string(form.Channel))
	})
}

// mayConsent decides who may answer for a customer.
func mayConsent(ctx context.Context, q sqldb.Querier, who actor.Who, c Consent) error {
	switch {
	case who.Impersonating():
		return fault.New(fault.Denied, "Only the customer can change this, not during an assistance session.")
	case who.Kind == actor.System, who.Kind == actor.Customer && who.ID == c.CustomerID:
		return nil
	case who.Kind == actor.Admin:
		g, err := grantOf(ctx, q, who.ID)
		if err != nil {
			return err
		}
		if g.Allows(acl.AssistConsent) && g.AllowsWebsite(c.websiteID) {
			return nil
		}
	}
	return fault.New(fault.Denied, "You have no permission to change the opt-in preference.")
}

func (s *Service) setConsent(ctx context.Context, tx *sqldb.Tx, who actor.Who, before Consent, form ConsentForm) error {
	answer, until := consentDenied, time.Time{}
	if form.Allow {
		answer = consentAllowed
		if before.Days > 0 {
			until = tx.Now().AddDate(0, 0, before.Days)
		}
	}
	// Stays before the customer, as every change made during a stay locks them;
	// once more after it for one that began in between.
	if err := s.endFor(ctx, tx, form); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE customer SET assistance = $2, assistance_at = $3, assistance_until = $4 WHERE id = $1`,
		form.CustomerID, answer, sqldb.Micros(tx.Now()), sqldb.NullMicros(until)); err != nil {
		return err
	}
	if err := s.endFor(ctx, tx, form); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, `INSERT INTO consent_event (customer_id, value, until, channel, actor_kind, actor_id, actor_name, reason, label, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		form.CustomerID, answer, sqldb.NullMicros(until), string(form.Channel), string(who.Kind), who.ID, who.Name,
		clip(strings.TrimSpace(form.Reason), maxReason), clip(form.Label, maxReason), sqldb.Micros(tx.Now()))
	if err != nil {
		return err
	}
	tx.About(customerKind, text(form.CustomerID))
	tx.Subject = actor.Subject{ID: form.CustomerID, Name: before.CustomerName}
	tx.Diff("remote shopping assistance", before.Answer, answer)
	tx.Note("channel", string(form.Channel))
	if form.Reason != "" {
		tx.Note("reason", clip(form.Reason, maxReason))
	}
	return nil
}

// endFor ends the customer's stays when an answer takes consent back, and with
// them their codes, which only a stay without an end can spend.
func (s *Service) endFor(ctx context.Context, tx *sqldb.Tx, form ConsentForm) error {
	if form.Allow {
		return nil
	}
	ended, err := sqldb.All(ctx, tx, scanStay, `UPDATE impersonation SET state = 'ended', ended_at = $2, end_cause = $3, ended_by = $4,
		code_hash = CASE WHEN code_spent_at IS NULL THEN NULL ELSE code_hash END
		WHERE customer_id = $1 AND ended_at IS NULL RETURNING `+stayColumns,
		form.CustomerID, sqldb.Micros(tx.Now()), string(impersonate.ConsentWithdrawn), actorName(ctx))
	if err != nil {
		return err
	}
	for _, stay := range ended {
		recordEnd(tx, stay)
		if err := s.tell(ctx, tx, stay.ID, atEnd); err != nil {
			return err
		}
	}
	return nil
}

// Consent is a customer's answer as it stands, with where it comes from.
type Consent struct {
	CustomerID   int64
	CustomerName string
	Answer       string // "unset", "allowed" or "denied"
	// Allowed tells whether the customer has said yes and it has not run out:
	// the state of the checkbox. Possible tells whether the website's policy
	// lets staff in, which may be so without an answer.
	Allowed  bool
	Possible bool
	Policy   string    // of the website: PolicyOptIn, PolicyOptOut or PolicyNotRequired
	Days     int       // how long a new consent lasts, 0 until withdrawn
	At       time.Time // of the answer; zero while unset
	Until    time.Time // zero: until withdrawn

	// ByKind, ByName, Channel and Reason say who gave the answer and how.
	ByKind  actor.Kind
	ByName  string
	Channel Channel
	Reason  string

	websiteID int64
}

// inForce tells whether an answer would change nothing. A customer without an
// answer who leaves the box empty has not answered.
func (c Consent) inForce(allow bool, now time.Time) bool {
	if allow {
		return c.Answer == consentAllowed && (c.Until.IsZero() || now.Before(c.Until))
	}
	return c.Answer == consentDenied || c.Answer == consentUnset && c.Policy == PolicyOptIn
}

const consentQuery = `SELECT c.id, c.first_name, c.last_name, c.website_id, c.assistance, c.assistance_at, c.assistance_until,
	COALESCE((SELECT value FROM config_value WHERE path = 'assist.consent_policy' AND scope = 'website' AND scope_id = c.website_id),
		(SELECT value FROM config_value WHERE path = 'assist.consent_policy' AND scope = 'default' AND scope_id = 0)),
	COALESCE((SELECT value FROM config_value WHERE path = 'assist.consent_days' AND scope = 'website' AND scope_id = c.website_id),
		(SELECT value FROM config_value WHERE path = 'assist.consent_days' AND scope = 'default' AND scope_id = 0)),
	e.actor_kind, e.actor_name, e.channel, e.reason
	FROM customer c
	LEFT JOIN consent_event e ON e.id = (SELECT MAX(x.id) FROM consent_event x WHERE x.customer_id = c.id)
	WHERE c.id = $1`

func loadConsent(ctx context.Context, q sqldb.Querier, customerID int64) (Consent, error) {
	c, found, err := sqldb.Found(sqldb.One(ctx, q, scanConsent, consentQuery, customerID))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "This customer does not exist.")
	}
	return c, err
}

func scanConsent(r sqldb.Scanner) (Consent, error) {
	var c Consent
	var first, last string
	var policy, days, kind, name, channel, reason *string
	err := r.Scan(&c.CustomerID, &first, &last, &c.websiteID, &c.Answer, sqldb.Into(&c.At), sqldb.Into(&c.Until),
		&policy, &days, &kind, &name, &channel, &reason)
	c.CustomerName, c.Policy, c.Days = fullName(first, last), consentPolicy(policy), int(number(stored(ConsentDays, days)))
	c.ByKind, c.ByName = actor.Kind(orEmpty(kind)), orEmpty(name)
	c.Channel, c.Reason = Channel(orEmpty(channel)), orEmpty(reason)
	return c, err
}

// Consent gives a customer's answer. Whoever shows it has checked that the
// reader may see the customer.
func (s *Service) Consent(ctx context.Context, customerID int64) (Consent, error) {
	c, err := loadConsent(ctx, s.db.Reader(), customerID)
	now := s.db.Now()
	c.Allowed = c.Answer == consentAllowed && (c.Until.IsZero() || now.Before(c.Until))
	c.Possible = judgeConsent(c.Policy, c.Answer, c.Until, now) == ""
	return c, err
}

// ConsentEvent is one answer of a customer's history.
type ConsentEvent struct {
	Answer  string
	At      time.Time
	Until   time.Time
	Channel Channel
	ByKind  actor.Kind
	ByName  string
	Reason  string
}

// ConsentHistory lists a customer's latest answers, newest first.
func (s *Service) ConsentHistory(ctx context.Context, customerID int64) ([]ConsentEvent, error) {
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (e ConsentEvent, err error) {
		err = r.Scan(&e.Answer, sqldb.Into(&e.At), sqldb.Into(&e.Until), &e.Channel, &e.ByKind, &e.ByName, &e.Reason)
		return e, err
	}, `SELECT value, at, until, channel, actor_kind, actor_name, reason FROM consent_event WHERE customer_id = $1 ORDER BY id DESC LIMIT 50`, customerID)
}
