package assist

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/config"
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
	ByLink         Channel = "link"                // the page that a letter leads to
	ByCode         Channel = "code"                // a code that the customer read out
	ByKey          Channel = "key"                 // signed again, when the installation got its first key
	ByRestore      Channel = "restore"             // what was withdrawn before a backup was restored
	ByDemo         Channel = "demo"                // the demo shop's own people
)

// ConsentForm is a new answer.
type ConsentForm struct {
	CustomerID int64
	Allow      bool
	Channel    Channel
	Reason     string // by an Admin user: why, required; field "assistance_reason"
	Label      string // the checkbox's text as it was shown
	// Renew lets consent that is in force run anew from now.
	Renew bool
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
	for try := 0; ; try++ {
		changed, err = s.tryConsent(ctx, form)
		if !errors.Is(err, errBegunMeanwhile) || try == 20 {
			return changed, err
		}
	}
}

// tryConsent is one try of SetConsent.
func (s *Service) tryConsent(ctx context.Context, form ConsentForm) (changed bool, err error) {
	who, _ := actor.From(ctx)
	err = s.db.Change(ctx, ActionConsent, func(ctx context.Context, tx *sqldb.Tx) error {
		changed = false
		before, err := s.loadConsent(ctx, tx, form.CustomerID)
		if err != nil {
			return err
		}
		if err := mayConsent(ctx, tx, who, before); err != nil {
			return err
		}
		if before.inForce(form, tx.Now()) {
			closed, err := s.closeGrants(ctx, tx, before, form)
			if changed = closed > 0; !changed {
				tx.Skip()
			}
			return err
		}
		if who.Kind == actor.Admin && strings.TrimSpace(form.Reason) == "" {
			return fault.Fields{"assistance_reason": "Please say why: the customer is told."}.Err()
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
		return errOnlyCustomer
	case who.Kind == actor.System, who.Kind == actor.Customer && who.ID == c.CustomerID:
		return nil
	case who.Kind == actor.Admin:
		g, err := grantOf(ctx, q, who.ID)
		if err != nil {
			return err
		}
		if g.Allows(acl.AssistConsent) && g.AllowsWebsite(c.websiteID) {
			return staffMayAnswer(ctx, q)
		}
	}
	return fault.New(fault.Denied, "You have no permission to change the opt-in preference.")
}

func (s *Service) setConsent(ctx context.Context, tx *sqldb.Tx, who actor.Who, before Consent, form ConsentForm) error {
	value, until := consentDenied, time.Time{}
	if form.Allow {
		value = consentAllowed
		if before.Days > 0 {
			until = tx.Now().AddDate(0, 0, before.Days)
		}
	}
	// Stays before the customer: see lockForBegin.
	if err := s.endFor(ctx, tx, form); err != nil {
		return err
	}
	if _, err := tx.Exec(ctx, `UPDATE customer SET assistance = $2, assistance_at = $3, assistance_until = $4 WHERE id = $1`,
		form.CustomerID, value, sqldb.Micros(tx.Now()), sqldb.NullMicros(until)); err != nil {
		return err
	}
	if err := noneBegun(ctx, tx, form); err != nil {
		return err
	}
	if _, err := s.closeGrants(ctx, tx, before, form); err != nil {
		return err
	}
	_, err := s.record(ctx, tx, who, givenAnswer{
		customerID: form.CustomerID, customerName: before.CustomerName, websiteID: before.websiteID, value: value, until: until,
		channel: form.Channel, reason: strings.TrimSpace(form.Reason), label: form.Label,
	})
	if err != nil {
		return err
	}
	tx.About(customerKind, text(form.CustomerID))
	tx.Subject = actor.Subject{ID: form.CustomerID, Name: before.CustomerName}
	tx.Diff("remote shopping assistance", before.Answer, value)
	tx.Diff("until", untilNote(before.Until), untilNote(until))
	tx.Note("channel", string(form.Channel))
	if form.Reason != "" {
		tx.Note("reason", clip(form.Reason, maxReason))
	}
	if who.Kind != actor.Admin {
		return nil
	}
	tx.Note("set by staff", "yes")
	return s.tellOfStaff(ctx, tx, form.CustomerID, value, until, form.Reason)
}

func untilNote(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return stamp(t)
}

// staffMayAnswer asks whether the configuration lets staff answer for customers.
func staffMayAnswer(ctx context.Context, q sqldb.Querier) error {
	v, err := config.Fresh(ctx, q, StaffConsent)
	if err == nil && !v.Bool(StaffConsent, config.Everywhere) {
		err = fault.New(fault.Denied, "This shop does not let staff answer for customers. Ask the customer for consent instead.")
	}
	return err
}

// errBegunMeanwhile says that a stay began between the end of the customer's
// stays and the answer itself: everything is undone and done again, because
// waiting for that stay here could mean waiting for each other.
var errBegunMeanwhile = fault.New(fault.Conflict, "A session began at this very moment. Please try again.")

// noneBegun looks once the customer's row is held: from here on none can begin.
func noneBegun(ctx context.Context, tx *sqldb.Tx, form ConsentForm) error {
	if form.Allow {
		return nil
	}
	live, err := sqldb.One(ctx, tx, sqldb.Value[int64], `SELECT COUNT(*) FROM impersonation WHERE customer_id = $1 AND ended_at IS NULL`, form.CustomerID)
	if err == nil && live > 0 {
		err = errBegunMeanwhile
	}
	return err
}

// endFor ends the customer's stays when an answer takes consent back, and with
// them their codes, which only a stay without an end can spend.
func (s *Service) endFor(ctx context.Context, tx *sqldb.Tx, form ConsentForm) error {
	if form.Allow {
		return nil
	}
	_, err := s.endWhere(ctx, tx, impersonate.ConsentWithdrawn, "customer_id = ? AND ended_at IS NULL", form.CustomerID)
	return err
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
	// Doubt says why a yes does not count until it is given again: ConsentUnproved
	// or ConsentUnconfirmed.
	Doubt  impersonate.Cause
	Policy string    // of the website: PolicyOptIn, PolicyOptOut or PolicyNotRequired
	Days   int       // how long a new consent lasts, 0 until withdrawn
	At     time.Time // of the answer; zero while unset
	Until  time.Time // zero: until withdrawn
	Left   int       // days until then, begun ones counted

	// ByKind, ByName, Channel and Reason say who gave the answer and how.
	ByKind  actor.Kind
	ByName  string
	Channel Channel
	Reason  string

	websiteID int64
	facts     facts
}

// ByStaff tells whether an Admin user answered for the customer.
func (c Consent) ByStaff() bool { return c.ByKind == actor.Admin }

// Renewable tells whether giving consent again would make it last longer.
func (c Consent) Renewable() bool {
	return c.Allowed && !c.Until.IsZero()
}

// inForce tells whether an answer would change nothing. A customer without an
// answer who leaves the box empty has not answered.
func (c Consent) inForce(form ConsentForm, now time.Time) bool {
	if form.Allow {
		return c.Answer == consentAllowed && (c.Until.IsZero() || now.Before(c.Until)) && c.Doubt == "" && (!form.Renew || c.Until.IsZero() && c.Days == 0)
	}
	return c.Answer == consentDenied || c.Answer == consentUnset && c.Policy == PolicyOptIn
}

const consentQuery = `SELECT c.id, c.first_name, c.last_name, c.website_id, c.assistance, c.assistance_at, c.assistance_until,
	COALESCE((SELECT value FROM config_value WHERE path = 'assist.consent_policy' AND scope = 'website' AND scope_id = c.website_id),
		(SELECT value FROM config_value WHERE path = 'assist.consent_policy' AND scope = 'default' AND scope_id = 0)),
	COALESCE((SELECT value FROM config_value WHERE path = 'assist.consent_days' AND scope = 'website' AND scope_id = c.website_id),
		(SELECT value FROM config_value WHERE path = 'assist.consent_days' AND scope = 'default' AND scope_id = 0)),
	e.actor_kind, e.actor_name, e.channel, e.reason, ` + consentColumns + `
	FROM (SELECT CAST($1 AS BIGINT) AS customer_id, CAST(0 AS BIGINT) AS admin_user_id) i
	JOIN customer c ON c.id = i.customer_id` + consentJoins

func (s *Service) loadConsent(ctx context.Context, q sqldb.Querier, customerID int64) (Consent, error) {
	c, found, err := sqldb.Found(sqldb.One(ctx, q, scanConsent, consentQuery, customerID))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "This customer does not exist.")
	}
	if err != nil {
		return c, err
	}
	now := s.db.Now()
	c.facts.policy, c.facts.assistance, c.facts.assistanceUntil = c.Policy, c.Answer, c.Until
	s.attest(&c.facts)
	cause := judgeAnswer(&c.facts, now)
	if cause == ConsentUnproved || cause == ConsentUnconfirmed {
		c.Doubt = cause
	}
	c.Allowed = c.Answer == consentAllowed && (c.Until.IsZero() || now.Before(c.Until)) && c.Doubt == ""
	c.Possible = cause == ""
	c.Left = remaining(c.Until, now)
	return c, nil
}

func scanConsent(r sqldb.Scanner) (Consent, error) {
	var c Consent
	var first, last string
	var policy, days, kind, name, channel, reason *string
	var columns consentRow
	err := r.Scan(append([]any{&c.CustomerID, &first, &last, &c.websiteID, &c.Answer, sqldb.Into(&c.At), sqldb.Into(&c.Until),
		&policy, &days, &kind, &name, &channel, &reason}, columns.dest()...)...)
	columns.into(&c.facts)
	c.CustomerName, c.Policy, c.Days = fullName(first, last), consentPolicy(policy), int(number(stored(ConsentDays, days)))
	c.ByKind, c.ByName = actor.Kind(orEmpty(kind)), orEmpty(name)
	c.Channel, c.Reason = Channel(orEmpty(channel)), orEmpty(reason)
	return c, err
}

// Consent gives a customer's answer. Whoever shows it has checked that the
// reader may see the customer.
func (s *Service) Consent(ctx context.Context, customerID int64) (Consent, error) {
	return s.loadConsent(ctx, s.db.Reader(), customerID)
}
