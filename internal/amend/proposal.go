package amend

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// State is where a proposal stands.
type State string

// The states. Expired and Outdated are not stored: they are what a sent one is
// found to be.
const (
	Draft     State = "draft" // the Admin user still works on it
	Sent      State = "sent"  // the customer may decide
	Accepted  State = "accepted"
	Declined  State = "declined"
	Withdrawn State = "withdrawn" // by the Admin user
	Expired   State = "expired"   // nobody decided in time
	Outdated  State = "outdated"  // what it starts from has been changed since
)

// MaxNote bounds the words that go with a proposal.
const MaxNote = 500

// Proposal is a change that a member of staff has prepared for the customer.
type Proposal struct {
	ID        int64
	PublicID  string
	Stay      int64
	AdminName string
	Role      string
	State     State
	Note      string
	Edits     []Edit
	Outdated  []Edit // those that no longer start from what there is
	CreatedAt time.Time
	SentAt    time.Time
	ExpiresAt time.Time
	DecidedAt time.Time

	whose Whose
	text  string // of Edits, as stored
}

// Customer is whose decision it is.
func (p Proposal) Customer() int64 { return p.whose.CustomerID }

// Open tells whether the customer can decide.
func (p Proposal) Open() bool { return p.State == Sent }

const proposalColumns = `id, public_id, impersonation_id, customer_id, website_id, store_view_id, admin_name, role_name, state, note, edits,
	created_at, sent_at, expires_at, decided_at`

func scanProposal(r sqldb.Scanner) (p Proposal, err error) {
	err = r.Scan(&p.ID, &p.PublicID, &p.Stay, &p.whose.CustomerID, &p.whose.WebsiteID, &p.whose.ViewID, &p.AdminName, &p.Role, &p.State, &p.Note, &p.text,
		sqldb.Into(&p.CreatedAt), sqldb.Into(&p.SentAt), sqldb.Into(&p.ExpiresAt), sqldb.Into(&p.DecidedAt))
	if err == nil {
		err = json.Unmarshal([]byte(p.text), &p.Edits)
	}
	return p, err
}

// standing is what a stored proposal is found to be now.
func standing(p Proposal, now state, at time.Time) (State, []Edit) {
	if p.State != Sent {
		return p.State, nil
	}
	if !at.Before(p.ExpiresAt) {
		return Expired, nil
	}
	if old := conflicts(now, p.Edits); len(old) > 0 {
		return Outdated, old
	}
	return Sent, nil
}

func loadDraft(ctx context.Context, q sqldb.Querier, stay int64) (Proposal, error) {
	p, _, err := sqldb.Found(sqldb.One(ctx, q, scanProposal, `SELECT `+proposalColumns+` FROM assist_proposal WHERE impersonation_id = $1 AND state = 'draft'`, stay))
	return p, err
}

// Draft is what the stay in the context has prepared and not sent; it is empty
// when there is nothing.
func (s *Service) Draft(ctx context.Context) (Proposal, error) {
	who, _ := actor.From(ctx)
	return loadDraft(ctx, s.db.Reader(), who.Impersonation)
}

// Prepare keeps what a rehearsal found as the draft of the stay in the context.
// When another one was faster it refuses with CodeOutdated.
func (s *Service) Prepare(ctx context.Context, p *Prepared) error {
	who, _ := actor.From(ctx)
	text, err := json.Marshal(p.Edits)
	if err != nil {
		return err
	}
	return s.db.Change(ctx, ActionPrepared, func(ctx context.Context, tx *sqldb.Tx) error {
		draft, err := loadDraft(ctx, tx, who.Impersonation)
		if err != nil {
			return err
		}
		switch {
		case draft.text != p.before:
			return outdated()
		case draft.text == string(text), draft.ID == 0 && len(p.Edits) == 0:
			tx.Skip()
			return nil
		}
		tx.Details = summary(p.Edits)
		switch {
		case draft.ID == 0:
			draft.PublicID = id.New()
			err = insertDraft(ctx, tx, who, draft.PublicID, string(text))
		case len(p.Edits) == 0:
			_, err = tx.Exec(ctx, `DELETE FROM assist_proposal WHERE id = $1 AND state = 'draft'`, draft.ID)
		default:
			_, err = tx.Exec(ctx, `UPDATE assist_proposal SET edits = $2 WHERE id = $1 AND state = 'draft'`, draft.ID, string(text))
		}
		tx.About("proposal", draft.PublicID)
		return err
	})
}

func insertDraft(ctx context.Context, tx *sqldb.Tx, who actor.Who, public, edits string) error {
	n, err := tx.Exec(ctx, `INSERT INTO assist_proposal (public_id, impersonation_id, customer_id, website_id, store_view_id, admin_user_id, admin_name, role_name, state, edits, created_at)
		SELECT $1, i.id, i.customer_id, $2, $3, i.admin_user_id, i.admin_name, i.role_name, 'draft', $4, $5 FROM impersonation i WHERE i.id = $6`,
		public, who.WebsiteID, who.StoreViewID, edits, sqldb.Micros(tx.Now()), who.Impersonation)
	if sqldb.IsUnique(err) || err == nil && n == 0 {
		return outdated()
	}
	return err
}

// The sentences that may be met in the storefront; MessageKeys are its texts for
// them.
var (
	errNothing      = fault.New(fault.NotFound, "There is nothing to send.")
	errOnlyCustomer = fault.New(fault.Denied, "Only the customer can decide this.")
)

// MessageKeys are the storefront's texts for this package's sentences.
var MessageKeys = map[string]string{errNothing.Message: "proposal.empty", errOnlyCustomer.Message: "stay.refused"}

// Send gives the draft of the stay in the context to the customer.
func (s *Service) Send(ctx context.Context, note string) (public string, err error) {
	who, _ := actor.From(ctx)
	note = strings.TrimSpace(note)
	if len([]rune(note)) > MaxNote {
		return "", fault.Fields{"note": "Please use fewer words."}.Err()
	}
	err = s.db.Change(ctx, ActionSent, func(ctx context.Context, tx *sqldb.Tx) error {
		draft, err := loadDraft(ctx, tx, who.Impersonation)
		if err != nil {
			return err
		}
		if draft.ID == 0 {
			return errNothing
		}
		now, _, err := draft.whose.read(ctx, tx, partsOf(draft.Edits))
		if err != nil {
			return err
		}
		if len(conflicts(now, draft.Edits)) > 0 {
			return outdated()
		}
		last, err := days(ctx, tx, s.ProposalDays)
		if err != nil {
			return err
		}
		public = draft.PublicID
		tx.About("proposal", public)
		tx.Details = summary(draft.Edits)
		draft.Note, draft.SentAt, draft.ExpiresAt = note, tx.Now(), tx.Now().AddDate(0, 0, last)
		_, err = tx.Exec(ctx, `UPDATE assist_proposal SET state = 'sent', note = $2, sent_at = $3, expires_at = $4 WHERE id = $1 AND state = 'draft'`,
			draft.ID, note, sqldb.Micros(draft.SentAt), sqldb.Micros(draft.ExpiresAt))
		if err == nil && s.Tell != nil {
			err = s.Tell(ctx, tx, draft)
		}
		return err
	})
	return public, err
}

// Discard takes back what the stay in the context has prepared, or sent and the
// customer has not decided.
func (s *Service) Discard(ctx context.Context, public string) error {
	who, _ := actor.From(ctx)
	return s.db.Change(ctx, ActionDiscarded, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE assist_proposal SET state = 'withdrawn', decided_at = $3 WHERE public_id = $1 AND impersonation_id = $2 AND state IN ('draft', 'sent')`,
			public, who.Impersonation, sqldb.Micros(tx.Now()))
		if err == nil && n == 0 {
			err = decided()
		}
		tx.About("proposal", public)
		return err
	})
}

// CodeDecided is the code of the refusal to decide once more.
const CodeDecided = "proposal_decided"

func decided() error {
	return &fault.Error{Kind: fault.Conflict, Code: CodeDecided, Message: "This proposal is no longer open."}
}

// OfStay lists the proposals of the stay in the context that were sent, newest first.
func (s *Service) OfStay(ctx context.Context) ([]Proposal, error) {
	who, _ := actor.From(ctx)
	all, err := sqldb.All(ctx, s.db.Reader(), scanProposal, `SELECT `+proposalColumns+` FROM assist_proposal
		WHERE impersonation_id = $1 AND state <> 'draft' AND sent_at IS NOT NULL ORDER BY id DESC LIMIT 50`, who.Impersonation)
	return s.stand(ctx, all, err)
}

// OfCustomer lists the latest proposals to the customer in the context, newest first.
func (s *Service) OfCustomer(ctx context.Context) ([]Proposal, error) {
	who, _ := actor.From(ctx)
	all, err := sqldb.All(ctx, s.db.Reader(), scanProposal, `SELECT `+proposalColumns+` FROM assist_proposal
		WHERE customer_id = $1 AND state IN ('sent', 'accepted', 'declined') ORDER BY id DESC LIMIT 20`, who.CustomerID())
	return s.stand(ctx, all, err)
}

// Waiting gives the public id of the newest proposal that the customer in the
// context may decide, "" for none: for a notice. It is one look-up by key.
func (s *Service) Waiting(ctx context.Context) (string, error) {
	who, _ := actor.From(ctx)
	public, _, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), sqldb.Value[string], `SELECT public_id FROM assist_proposal
		WHERE customer_id = $1 AND state = 'sent' AND expires_at > $2 ORDER BY id DESC LIMIT 1`, who.CustomerID(), sqldb.Micros(s.db.Now())))
	return public, err
}

// stand says of proposals what they are found to be now.
func (s *Service) stand(ctx context.Context, all []Proposal, err error) ([]Proposal, error) {
	if err != nil || len(all) == 0 {
		return nil, err
	}
	read := map[int64]state{} // by website; all are of one customer
	for i, p := range all {
		if p.State != Sent {
			continue
		}
		if read[p.whose.WebsiteID] == nil {
			if read[p.whose.WebsiteID], _, err = p.whose.read(ctx, s.db.Reader(), part{true, true}); err != nil {
				return nil, err
			}
		}
		all[i].State, all[i].Outdated = standing(p, read[p.whose.WebsiteID], s.db.Now())
	}
	return all, nil
}

// Find gives a proposal to the customer in the context, as it stands.
func (s *Service) Find(ctx context.Context, public string) (Proposal, error) {
	who, _ := actor.From(ctx)
	p, found, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), scanProposal, `SELECT `+proposalColumns+` FROM assist_proposal
		WHERE public_id = $1 AND customer_id = $2 AND state <> 'draft'`, public, who.CustomerID()))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "")
	}
	if err != nil {
		return p, err
	}
	all, err := s.stand(ctx, []Proposal{p}, nil)
	if err != nil {
		return p, err
	}
	return all[0], nil
}

// Decide accepts or declines a proposal for the customer in the context. What is
// accepted is applied as the customer's own change, which names the proposal and
// who prepared it; where something has changed since, it is refused with
// CodeOutdated and nothing happens.
func (s *Service) Decide(ctx context.Context, public string, accept bool) error {
	who, _ := actor.From(ctx)
	if who.Kind != actor.Customer || who.Impersonating() {
		return errOnlyCustomer
	}
	action, to := ActionDeclined, Declined
	if accept {
		action, to = ActionAccepted, Accepted
	}
	return s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		p, found, err := sqldb.Found(sqldb.One(ctx, tx, scanProposal, `UPDATE assist_proposal SET state = $4, decided_at = $3
			WHERE public_id = $1 AND customer_id = $2 AND state = 'sent' AND expires_at > $3 RETURNING `+proposalColumns,
			public, who.ID, sqldb.Micros(tx.Now()), string(to)))
		if err == nil && !found {
			err = decided()
		}
		if err == nil && accept {
			err = s.accept(ctx, tx, p)
		}
		if err != nil {
			return err
		}
		tx.Objects, tx.Changes = nil, nil
		tx.About("proposal", public)
		tx.Impersonation = p.Stay
		tx.Details = summary(p.Edits)
		tx.Note("prepared by", p.AdminName)
		return nil
	})
}

func (s *Service) accept(ctx context.Context, tx *sqldb.Tx, p Proposal) error {
	now, _, err := p.whose.read(ctx, tx, partsOf(p.Edits))
	if err != nil {
		return err
	}
	if len(conflicts(now, p.Edits)) > 0 {
		return outdated()
	}
	return s.write(ctx, tx, p.whose, p.Edits, false)
}

// days reads one of the two settings that say for how long.
func days(ctx context.Context, q sqldb.Querier, f *config.Field) (int, error) {
	v, err := config.Fresh(ctx, q, f)
	if err != nil {
		return 0, err
	}
	return int(v.Int(f, config.Everywhere)), nil
}
