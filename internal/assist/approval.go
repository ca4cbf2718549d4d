package assist

import (
	"context"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// The actions of second approval.
const (
	ActionApprovalAsked    sqldb.Action = "login_as_customer.approval_asked"
	ActionApprovalGranted  sqldb.Action = "login_as_customer.approval_granted"
	ActionApprovalDeclined sqldb.Action = "login_as_customer.approval_declined"
	ActionApprovalRevoked  sqldb.Action = "login_as_customer.approval_taken_back"
)

// ApprovalState is where a request for approval stands.
type ApprovalState string

// The states. Lapsed is a pending one that nobody answered in time: silence is
// refusal. Over is an approval whose time has passed.
const (
	ApprovalPending   ApprovalState = "pending"
	ApprovalGranted   ApprovalState = "approved"
	ApprovalDeclined  ApprovalState = "declined"
	ApprovalWithdrawn ApprovalState = "withdrawn" // asked again since
	ApprovalRevoked   ApprovalState = "taken_back"
	ApprovalLapsed    ApprovalState = "lapsed"
	ApprovalOver      ApprovalState = "over"
)

// approvalWait is how long a request may stay unanswered.
const approvalWait = time.Hour

// Approval is a request of an Admin user to log in as a customer, for a reason
// and a while, and what a second person answered.
type Approval struct {
	ID           int64
	AdminUserID  int64
	AdminName    string
	CustomerID   int64
	CustomerName string
	WebsiteID    int64 // the customer's
	ReasonCode   string
	Reason       string // for people
	Ticket       string
	Minutes      int // how long it holds once given
	AskedAt      time.Time
	LapsesAt     time.Time
	DecidedAt    time.Time
	DecidedByID  int64
	DecidedBy    string
	Note         string
	ValidUntil   time.Time

	stored ApprovalState
	words  string // the reason's own words
}

// State is where it stands at a time.
func (a Approval) State(now time.Time) ApprovalState {
	switch {
	case a.stored == ApprovalPending && !now.Before(a.LapsesAt):
		return ApprovalLapsed
	case a.stored == ApprovalGranted && !now.Before(a.ValidUntil):
		return ApprovalOver
	}
	return a.stored
}

// Length is how long it holds once given.
func (a Approval) Length() time.Duration { return time.Duration(a.Minutes) * time.Minute }

const approvalColumns = `a.id, a.state, a.admin_user_id, a.admin_name, a.customer_id, a.customer_name, a.website_id, a.reason_code, a.reason, a.words, a.ticket,
	a.minutes, a.asked_at, a.lapses_at, a.decided_at, a.decided_by_id, a.decided_by, a.note, a.valid_until`

func scanApproval(r sqldb.Scanner) (a Approval, err error) {
	err = r.Scan(&a.ID, &a.stored, &a.AdminUserID, &a.AdminName, &a.CustomerID, &a.CustomerName, &a.WebsiteID, &a.ReasonCode, &a.Reason, &a.words, &a.Ticket,
		&a.Minutes, sqldb.Into(&a.AskedAt), sqldb.Into(&a.LapsesAt), sqldb.Into(&a.DecidedAt), &a.DecidedByID, &a.DecidedBy, &a.Note, sqldb.Into(&a.ValidUntil))
	return a, err
}

// latestApproval gives the latest request of an Admin user for a customer that
// still stands: waiting for an answer, or given and in force. Nil if none does.
func latestApproval(ctx context.Context, q sqldb.Querier, adminUser, customer int64, now time.Time) (*Approval, error) {
	a, found, err := sqldb.Found(sqldb.One(ctx, q, scanApproval, `SELECT `+approvalColumns+` FROM assist_approval a
		WHERE a.admin_user_id = $1 AND a.customer_id = $2 AND (a.state = 'pending' OR a.state = 'approved' AND a.valid_until > $3)
		ORDER BY a.id DESC LIMIT 1`, adminUser, customer, sqldb.Micros(now)))
	if err != nil || !found || a.State(now) == ApprovalLapsed {
		return nil, err
	}
	return &a, nil
}

// refusedLately gives the latest request of an Admin user for a customer if a
// second person's answer, or their silence, was a no within the last day.
func refusedLately(ctx context.Context, q sqldb.Querier, adminUser, customer int64, now time.Time) (*Approval, error) {
	a, found, err := sqldb.Found(sqldb.One(ctx, q, scanApproval, `SELECT `+approvalColumns+` FROM assist_approval a
		WHERE a.admin_user_id = $1 AND a.customer_id = $2 AND a.asked_at > $3 ORDER BY a.id DESC LIMIT 1`, adminUser, customer, sqldb.Micros(now.Add(-24*time.Hour))))
	if err != nil || !found {
		return nil, err
	}
	switch a.State(now) {
	case ApprovalDeclined, ApprovalRevoked, ApprovalLapsed:
		return &a, nil
	}
	return nil, nil
}

// approvalInForce gives the approval that lets an Admin user in now, nil if
// there is none.
func approvalInForce(ctx context.Context, q sqldb.Querier, adminUser, customer int64, now time.Time) (*Approval, error) {
	a, found, err := sqldb.Found(sqldb.One(ctx, q, scanApproval, `SELECT `+approvalColumns+` FROM assist_approval a
		WHERE a.admin_user_id = $1 AND a.customer_id = $2 AND a.state = 'approved' AND a.valid_until > $3
		ORDER BY a.valid_until DESC, a.id DESC LIMIT 1`, adminUser, customer, sqldb.Micros(now)))
	if err != nil || !found {
		return nil, err
	}
	return &a, nil
}

// askApproval puts a request before the other Admin users. One that was not
// answered yet is withdrawn: nobody approves a reason they have not read.
func (s *Service) askApproval(ctx context.Context, set Settings, p people, who actor.Who, form BeginForm) (int64, error) {
	preset, _ := presetOf(form.ReasonCode)
	a := Approval{
		AdminUserID: who.ID, AdminName: p.AdminName, CustomerID: p.CustomerID, CustomerName: p.CustomerName, WebsiteID: p.customerWebsite,
		ReasonCode: form.ReasonCode, Reason: reasonText(preset, form.Reason), words: strings.TrimSpace(form.Reason), Ticket: strings.TrimSpace(form.Ticket),
		Minutes: set.ApprovalMinutes,
	}
	err := s.db.Change(ctx, ActionApprovalAsked, func(ctx context.Context, tx *sqldb.Tx) (err error) {
		if _, err = tx.Exec(ctx, `UPDATE assist_approval SET state = 'withdrawn' WHERE admin_user_id = $1 AND customer_id = $2 AND state = 'pending'`, a.AdminUserID, a.CustomerID); err != nil {
			return err
		}
		a.AskedAt, a.LapsesAt = tx.Now(), tx.Now().Add(approvalWait)
		a.ID, err = tx.Insert(ctx, `INSERT INTO assist_approval (state, admin_user_id, admin_name, customer_id, customer_name, website_id, reason_code, reason, words, ticket, minutes, asked_at, lapses_at)
			VALUES ('pending', $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
			a.AdminUserID, a.AdminName, a.CustomerID, a.CustomerName, a.WebsiteID, a.ReasonCode, a.Reason, a.words, a.Ticket, a.Minutes,
			sqldb.Micros(a.AskedAt), sqldb.Micros(a.LapsesAt))
		describeApproval(tx, a)
		tx.Details = "Asked for approval: " + a.Reason
		return err
	})
	return a.ID, err
}

func describeApproval(tx *sqldb.Tx, a Approval) {
	tx.About("approval", text(a.ID))
	tx.About(customerKind, text(a.CustomerID))
	tx.Subject = actor.Subject{ID: a.CustomerID, Name: a.CustomerName}
	tx.Note("admin_user", a.AdminName)
	tx.Note("reason", a.Reason)
}

// Approve lets the Admin user who asked log in as the customer for the minutes
// of the request; nobody approves their own.
func (s *Service) Approve(ctx context.Context, id int64, note string) (Approval, error) {
	return s.decide(ctx, id, ActionApprovalGranted, note)
}

// Decline refuses a request, with a note that tells why.
func (s *Service) Decline(ctx context.Context, id int64, note string) (Approval, error) {
	return s.decide(ctx, id, ActionApprovalDeclined, note)
}

// TakeBack takes an approval back: what was entered with it ends at its next
// step.
func (s *Service) TakeBack(ctx context.Context, id int64, note string) (Approval, error) {
	return s.decide(ctx, id, ActionApprovalRevoked, note)
}

// decisions are what each answer makes of a request.
var decisions = map[sqldb.Action]struct {
	from, to ApprovalState
	says     string
}{
	ActionApprovalGranted:  {ApprovalPending, ApprovalGranted, "Approved"},
	ActionApprovalDeclined: {ApprovalPending, ApprovalDeclined, "Declined"},
	ActionApprovalRevoked:  {ApprovalGranted, ApprovalRevoked, "Taken back"},
}

func (s *Service) decide(ctx context.Context, id int64, action sqldb.Action, note string) (a Approval, err error) {
	note = strings.TrimSpace(note)
	wrong := fault.Fields{}
	if note == "" && action == ActionApprovalDeclined {
		wrong.Add("note", "Please say why, so that your colleague knows.")
	}
	checkLength(wrong, "note", note)
	if err := wrong.Err(); err != nil {
		return a, err
	}
	who, _ := actor.From(ctx)
	err = s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		if a, err = s.approvalFor(ctx, tx, who, id); err != nil {
			return err
		}
		if a.AdminUserID == who.ID {
			return fault.New(fault.Denied, "Nobody approves their own request. Ask a colleague.")
		}
		return answer(ctx, tx, who, &a, action, note)
	})
	if fault.Is(err, fault.Denied) {
		if e := s.db.Refuse(ctx, action, func(e *sqldb.Entry) { e.About("approval", text(id)) }); e != nil {
			return a, e
		}
	}
	return a, err
}

// answer writes an answer, if the request still waits for one.
func answer(ctx context.Context, tx *sqldb.Tx, who actor.Who, a *Approval, action sqldb.Action, note string) error {
	d := decisions[action]
	name, err := nameOf(ctx, tx)
	if err != nil {
		return err
	}
	until := time.Time{}
	if d.to == ApprovalGranted {
		until = tx.Now().Add(time.Duration(a.Minutes) * time.Minute)
	}
	n, err := tx.Exec(ctx, `UPDATE assist_approval SET state = $2, decided_at = $3, decided_by_id = $4, decided_by = $5, note = $6, valid_until = $7
		WHERE id = $1 AND state = $8 AND (state <> 'pending' OR lapses_at > $3)`,
		a.ID, string(d.to), sqldb.Micros(tx.Now()), who.ID, name, note, sqldb.Micros(until), string(d.from))
	if err != nil {
		return err
	}
	if n == 0 {
		return fault.New(fault.Conflict, "This request does not wait for an answer any more.")
	}
	a.stored, a.DecidedAt, a.DecidedByID, a.DecidedBy, a.Note, a.ValidUntil = d.to, tx.Now(), who.ID, name, note, until
	describeApproval(tx, *a)
	tx.Details = strings.TrimSuffix(d.says+": "+note, ": ")
	return nil
}

// Approval gives one request, to whoever asked and to those who may approve it.
func (s *Service) Approval(ctx context.Context, id int64) (Approval, error) {
	who, _ := actor.From(ctx)
	return s.approvalFor(ctx, s.db.Reader(), who, id)
}

func (s *Service) approvalFor(ctx context.Context, q sqldb.Querier, who actor.Who, id int64) (Approval, error) {
	a, found, err := sqldb.Found(sqldb.One(ctx, q, scanApproval, `SELECT `+approvalColumns+` FROM assist_approval a WHERE a.id = $1`, id))
	if err != nil {
		return a, err
	}
	if found && who.Kind == actor.Admin && !who.Impersonating() {
		if a.AdminUserID == who.ID {
			return a, nil
		}
		g, err := grantOf(ctx, q, who.ID)
		if err != nil {
			return a, err
		}
		if g.Allows(acl.AssistApprove) && g.AllowsWebsite(a.WebsiteID) {
			return a, nil
		}
	}
	return Approval{}, fault.New(fault.NotFound, "This request does not exist.")
}

// approvedForm is the dialog's answer as it was approved: another reason would
// need another approval.
func approvedForm(form BeginForm, a *Approval) BeginForm {
	form.ReasonCode, form.Reason, form.Ticket = a.ReasonCode, a.words, a.Ticket
	return form
}

// shortened is a length that does not outlast an approval.
func shortened(length time.Duration, until, now time.Time) time.Duration {
	if until.IsZero() {
		return length
	}
	return min(length, until.Sub(now))
}

// The causes of this file's and its neighbours' rules.
const (
	Stopped         impersonate.Cause = "stopped"          // the emergency stop is in force
	QuotaHourSpent  impersonate.Cause = "quota_hour"       // too many stays within an hour
	QuotaDaySpent   impersonate.Cause = "quota_day"        // too many stays within a day
	Unconfirmed     impersonate.Cause = "unconfirmed"      // the Admin user has yet to confirm that it is them
	ApprovalMissing impersonate.Cause = "approval_missing" // no second person has approved, or not any more
)
