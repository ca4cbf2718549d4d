package oversight

import (
	"context"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Verdict is what a reviewer says of a stay.
type Verdict string

// The verdicts; Open is a stay that nobody has looked at.
const (
	Open      Verdict = "open"
	Fine      Verdict = "fine"
	Attention Verdict = "attention"
)

// Review is a stay that a second person looks at.
type Review struct {
	ID         int64
	StayID     int64
	Stay       string // public id
	Why        string // "sample" or "alert"
	Verdict    Verdict
	PickedAt   time.Time
	ReviewedAt time.Time
	Reviewer   string
	Note       string

	AdminUserID  int64
	AdminName    string
	CustomerName string
	Reason       string
	WebsiteID    int64
	EnteredAt    time.Time
	EndedAt      time.Time
}

const reviewColumns = `v.id, v.impersonation_id, i.public_id, v.why, v.state, v.picked_at, v.reviewed_at, v.reviewer, v.note,
	v.admin_user_id, i.admin_name, i.customer_name, i.reason, v.website_id, i.entered_at, i.ended_at`

const reviewTables = `assist_review v JOIN impersonation i ON i.id = v.impersonation_id`

func scanReview(r sqldb.Scanner) (v Review, err error) {
	err = r.Scan(&v.ID, &v.StayID, &v.Stay, &v.Why, &v.Verdict, sqldb.Into(&v.PickedAt), sqldb.Into(&v.ReviewedAt), &v.Reviewer, &v.Note,
		&v.AdminUserID, &v.AdminName, &v.CustomerName, &v.Reason, &v.WebsiteID, sqldb.Into(&v.EnteredAt), sqldb.Into(&v.EndedAt))
	return v, err
}

// ReviewQuery says which stays to list, newest first.
type ReviewQuery struct {
	Verdict  Verdict
	Websites []int64
	Cursor   string
	Size     int
}

// ReviewPage is one page of the queue.
type ReviewPage struct {
	Reviews []Review
	Place
}

// Reviews lists stays that were picked for review. Whoever shows it has asked
// for the resource.
func (s *Service) Reviews(ctx context.Context, query ReviewQuery) (ReviewPage, error) {
	list, at, err := reviewList.page(ctx, s.db.Reader(), query.where(), query.Cursor, query.Size)
	return ReviewPage{list, at}, err
}

var reviewList = listing[Review]{scanReview, reviewColumns, reviewTables, "v.id", func(v Review) int64 { return v.ID }}

func (q ReviewQuery) where() *sqldb.Where {
	w := &sqldb.Where{}
	if q.Verdict != "" {
		w.And("v.state = ?", string(q.Verdict))
	}
	onWebsites(w, "v.website_id", q.Websites)
	return w
}

// ReviewCounts counts the stays of each verdict, up to 10,000 in all.
func (s *Service) ReviewCounts(ctx context.Context, websites []int64) (map[Verdict]int, error) {
	var w sqldb.Where
	onWebsites(&w, "website_id", websites)
	counts := map[Verdict]int{}
	_, err := sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (struct{}, error) {
		var v Verdict
		var n int
		err := r.Scan(&v, &n)
		counts[v] = n
		return struct{}{}, err
	}, `SELECT state, COUNT(*) FROM (SELECT state FROM assist_review`+w.SQL()+` LIMIT 10000) few GROUP BY state`, w.Args()...)
	return counts, err
}

// ReviewOf gives the review of a stay for whoever may review it, nil if it was
// not picked or is not theirs to see.
func (s *Service) ReviewOf(ctx context.Context, stay int64) (*Review, error) {
	v, err := reviewOf(ctx, s.db.Reader(), stay)
	if fault.Is(err, fault.NotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &v, nil
}

func reviewOf(ctx context.Context, q sqldb.Querier, stay int64) (Review, error) {
	v, found, err := sqldb.Found(sqldb.One(ctx, q, scanReview, `SELECT `+reviewColumns+` FROM `+reviewTables+` WHERE v.impersonation_id = $1`, stay))
	if err == nil && !found {
		err = fault.New(fault.NotFound, "This session is not to be reviewed.")
	}
	if err == nil {
		err = may(ctx, q, acl.AssistReview, v.WebsiteID)
	}
	return v, err
}

// Judge keeps a reviewer's verdict on a stay of somebody else; one may think
// again.
func (s *Service) Judge(ctx context.Context, stay int64, verdict Verdict, note string) error {
	note = strings.TrimSpace(note)
	wrong := fault.Fields{}
	switch {
	case verdict != Fine && verdict != Attention:
		wrong.Add("verdict", "Please choose one.")
	case verdict == Attention && note == "":
		wrong.Add("note", "Please say what needs attention.")
	case utf8.RuneCountInString(note) > maxNote:
		wrong.Add("note", "Please use at most %d characters.", maxNote)
	}
	if err := wrong.Err(); err != nil {
		return err
	}
	who, _ := actor.From(ctx)
	return s.db.Change(ctx, ActionReviewed, func(ctx context.Context, tx *sqldb.Tx) error {
		v, err := reviewOf(ctx, tx, stay)
		if err != nil {
			return err
		}
		if v.AdminUserID == who.ID {
			return fault.New(fault.Denied, "Nobody reviews their own session.")
		}
		name, err := assist.AdminName(ctx, tx, who.ID)
		if err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE assist_review SET state = $2, reviewed_at = $3, reviewer = $4, note = $5 WHERE id = $1`,
			v.ID, string(verdict), sqldb.Micros(tx.Now()), name, note); err != nil {
			return err
		}
		tx.About("review", strconv.FormatInt(v.ID, 10))
		tx.About("impersonation", v.Stay)
		tx.Diff("verdict", string(v.Verdict), string(verdict))
		tx.Details = strings.TrimSuffix(verdictLabels[verdict]+": "+note, ": ")
		return s.bump(ctx, tx)
	})
}

var verdictLabels = map[Verdict]string{Open: "To review", Fine: "Fine", Attention: "Needs attention"}

// Label names a verdict.
func (v Verdict) Label() string { return verdictLabels[v] }
