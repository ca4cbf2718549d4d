package assist

import (
	"context"
	"slices"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/sqldb"
)

// ReportQuery says of which days the Assistance Report is, and of which websites.
type ReportQuery struct {
	From, Until time.Time // from, and before: midnights, UTC
	Websites    []int64   // nil means all; an empty list is none
}

// ReportLimit is the longest time that a report is of.
const ReportLimit = 366 * 24 * time.Hour

// Outcome is how stays ended, in the few ways that a chart can tell apart.
type Outcome int

// The outcomes, in the order in which they are drawn and listed.
const (
	ByAgent Outcome = iota
	ByTime
	ByCustomer
	ByOthers
	NotEntered
	StillRunning
	Outcomes int = iota
)

// Label is the outcome in words.
func (o Outcome) Label() string {
	return [...]string{"Closed by the agent", "Time was up", "Ended by the customer", "Ended by others", "Never entered", "Running"}[o]
}

func outcomeOf(c impersonate.Cause, entered, ended bool) Outcome {
	if ended && !entered {
		return NotEntered // whatever came instead
	}
	switch c {
	case impersonate.ClosedByActor, impersonate.Replaced:
		return ByAgent
	case impersonate.TimeUp, impersonate.Idle:
		return ByTime
	case impersonate.ClosedBySubject, impersonate.ConsentWithdrawn, impersonate.SubjectSignedOut:
		return ByCustomer
	}
	if !ended {
		return StillRunning
	}
	return ByOthers
}

// ReportDay is what a day brought.
type ReportDay struct {
	Day     time.Time // its midnight, UTC
	Stays   [Outcomes]int
	Median  time.Duration // of the stays that were entered and are over; 0 without one
	Allowed int           // consents given, and requests granted
	Denied  int           // consents and requests refused or withdrawn
	lengths []lasted
}

// All is how many stays were begun that day.
func (d ReportDay) All() (n int) {
	for _, k := range d.Stays {
		n += k
	}
	return n
}

// ReportOrders is what was ordered in the stays of a day, in one currency.
type ReportOrders struct {
	Day      time.Time
	Currency string
	Orders   int
	Value    int64 // without what was canceled
}

// Counted is how often something was.
type Counted struct {
	Label string
	N     int
}

// Coverage is what customers say about assistance: how many of each.
type Coverage struct{ Allowed, Denied, Unanswered int }

// All is how many customers there are.
func (c Coverage) All() int { return c.Allowed + c.Denied + c.Unanswered }

// Report is what the Assistance Report says. It has no personal data.
type Report struct {
	Days     []ReportDay // every day of the query, the oldest first
	Median   time.Duration
	Ninth    time.Duration // nine stays of ten were over by then
	Lengths  []Counted     // entered stays by the time to their end
	Orders   []ReportOrders
	Refusals []Counted // by cause, the most frequent first
	Consent  Coverage
}

// lasted is how many stays took so long.
type lasted struct {
	seconds int64
	n       int
}

// Report adds up the days of a query.
func (s *Service) Report(ctx context.Context, query ReportQuery) (Report, error) {
	var r Report
	if query.Until.Sub(query.From) > ReportLimit {
		query.From = query.Until.Add(-ReportLimit)
	}
	for d := query.From; d.Before(query.Until); d = d.AddDate(0, 0, 1) {
		r.Days = append(r.Days, ReportDay{Day: d})
	}
	q := s.db.Reader()
	for _, read := range []func(context.Context, sqldb.Querier, ReportQuery) error{r.readStays, r.readOrders, r.readRefusals, r.readConsent, r.readAnswers} {
		if err := read(ctx, q, query); err != nil {
			return r, err
		}
	}
	r.measure()
	return r, nil
}

const dayMicros = int64(24 * time.Hour / time.Microsecond)

func (r *Report) day(number int64) *ReportDay {
	if len(r.Days) == 0 {
		return nil
	}
	n := number - sqldb.Micros(r.Days[0].Day)/dayMicros
	if n < 0 || n >= int64(len(r.Days)) {
		return nil
	}
	return &r.Days[n]
}

func (q ReportQuery) within(w *sqldb.Where, at, website string) {
	w.And(at+" >= ? AND "+at+" < ?", sqldb.Micros(q.From), sqldb.Micros(q.Until))
	if q.Websites != nil {
		w.Among(website, q.Websites)
	}
}

func staysSQL(q ReportQuery) (string, []any) {
	var w sqldb.Where
	q.within(&w, "i.begun_at", "i.website_id")
	return `SELECT day, end_cause, entered, ended, seconds, COUNT(*) FROM (
		SELECT i.begun_at / 86400000000 AS day, i.end_cause, i.entered_at IS NOT NULL AS entered, i.ended_at IS NOT NULL AS ended,
		COALESCE((i.ended_at - i.entered_at) / 1000000, -1) AS seconds FROM impersonation i` + w.SQL() + `) s
		GROUP BY day, end_cause, entered, ended, seconds`, w.Args()
}

func (r *Report) readStays(ctx context.Context, q sqldb.Querier, query ReportQuery) error {
	type row struct {
		day, seconds   int64
		cause          impersonate.Cause
		entered, ended bool
		n              int
	}
	text, args := staysSQL(query)
	rows, err := sqldb.All(ctx, q, func(s sqldb.Scanner) (k row, err error) {
		err = s.Scan(&k.day, &k.cause, &k.entered, &k.ended, &k.seconds, &k.n)
		return k, err
	}, text, args...)
	for _, k := range rows {
		d := r.day(k.day)
		if d == nil {
			continue
		}
		d.Stays[outcomeOf(k.cause, k.entered, k.ended)] += k.n
		if k.seconds >= 0 {
			d.lengths = append(d.lengths, lasted{max(k.seconds, 1), k.n}) // 0 is none
		}
	}
	return err
}

func stayOrdersSQL(q ReportQuery) (string, []any) {
	var w sqldb.Where
	w.And("o.impersonation_id = i.id")
	q.within(&w, "i.begun_at", "i.website_id")
	return `SELECT day, currency, COUNT(*), CAST(SUM(total) AS BIGINT) FROM (
		SELECT i.begun_at / 86400000000 AS day, o.currency, o.grand_total - o.canceled AS total
		FROM impersonation i CROSS JOIN sales_order o` + w.SQL() + `) k GROUP BY day, currency ORDER BY day, currency`, w.Args()
}

func (r *Report) readOrders(ctx context.Context, q sqldb.Querier, query ReportQuery) (err error) {
	text, args := stayOrdersSQL(query)
	r.Orders, err = sqldb.All(ctx, q, func(s sqldb.Scanner) (o ReportOrders, err error) {
		var day int64
		err = s.Scan(&day, &o.Currency, &o.Orders, &o.Value)
		o.Day = time.UnixMicro(day * dayMicros).UTC()
		return o, err
	}, text, args...)
	return err
}

// refusalsSQL counts by the words of the record, which name the cause. A refusal
// is of the website of its customer. CROSS keeps SQLite from beginning there.
func refusalsSQL(q ReportQuery) (string, []any) {
	var w sqldb.Where
	w.And("a.action = ?", string(ActionRefused))
	q.within(&w, "a.at", "c.website_id")
	from := ""
	if q.Websites != nil {
		from = " CROSS JOIN customer c"
		w.And("c.id = a.subject_id")
	}
	return `SELECT a.details, COUNT(*) FROM audit_log a` + from + w.SQL() + ` GROUP BY a.details ORDER BY 2 DESC, 1`, w.Args()
}

func (r *Report) readRefusals(ctx context.Context, q sqldb.Querier, query ReportQuery) (err error) {
	text, args := refusalsSQL(query)
	r.Refusals, err = sqldb.All(ctx, q, func(s sqldb.Scanner) (c Counted, err error) {
		err = s.Scan(&c.Label, &c.N)
		return c, err
	}, text, args...)
	return err
}

// coverageSQL counts customers in an index that has their website and answer.
func coverageSQL(q ReportQuery) (string, []any) {
	var w sqldb.Where
	if q.Websites != nil {
		w.Among("c.website_id", q.Websites)
	}
	return `SELECT c.assistance, COUNT(*) FROM customer c` + w.SQL() + ` GROUP BY c.assistance`, w.Args()
}

func (r *Report) readConsent(ctx context.Context, q sqldb.Querier, query ReportQuery) error {
	text, args := coverageSQL(query)
	found, err := sqldb.All(ctx, q, func(s sqldb.Scanner) (c Counted, err error) {
		err = s.Scan(&c.Label, &c.N)
		return c, err
	}, text, args...)
	for _, c := range found {
		switch c.Label {
		case consentAllowed:
			r.Consent.Allowed += c.N
		case consentDenied:
			r.Consent.Denied += c.N
		default:
			r.Consent.Unanswered += c.N
		}
	}
	return err
}

func answersSQL(q ReportQuery) (string, []any) {
	var w sqldb.Where
	q.within(&w, "e.at", "c.website_id")
	from := ""
	if q.Websites != nil {
		from = " CROSS JOIN customer c"
		w.And("c.id = e.customer_id")
	}
	return `SELECT day, value, COUNT(*) FROM (SELECT e.at / 86400000000 AS day, e.value FROM consent_event e` + from + w.SQL() + `) k GROUP BY day, value`, w.Args()
}

func (r *Report) readAnswers(ctx context.Context, q sqldb.Querier, query ReportQuery) error {
	type row struct {
		day   int64
		value string
		n     int
	}
	text, args := answersSQL(query)
	rows, err := sqldb.All(ctx, q, func(s sqldb.Scanner) (k row, err error) {
		err = s.Scan(&k.day, &k.value, &k.n)
		return k, err
	}, text, args...)
	for _, k := range rows {
		d := r.day(k.day)
		switch {
		case d == nil:
		case k.value == consentAllowed, k.value == answerGranted:
			d.Allowed += k.n
		default:
			d.Denied += k.n
		}
	}
	return err
}

type span struct {
	label string
	below int64 // seconds
}

// spans are how long stays took, in steps that people plan by.
var spans = []span{
	{"under 1 minute", 60}, {"1 to 5 minutes", 5 * 60}, {"5 to 10 minutes", 10 * 60}, {"10 to 15 minutes", 15 * 60},
	{"15 to 30 minutes", 30 * 60}, {"30 to 60 minutes", 60 * 60}, {"an hour and more", 1 << 60},
}

// measure works out how long stays took.
func (r *Report) measure() {
	var all []lasted
	for i := range r.Days {
		d := &r.Days[i]
		d.Median = quantile(d.lengths, 1, 2)
		all = append(all, d.lengths...)
	}
	r.Median, r.Ninth = quantile(all, 1, 2), quantile(all, 9, 10)
	r.Lengths = make([]Counted, len(spans))
	for i, s := range spans {
		r.Lengths[i].Label = s.label
	}
	for _, l := range all {
		i := slices.IndexFunc(spans, func(s span) bool { return l.seconds < s.below })
		r.Lengths[i].N += l.n
	}
}

// quantile is the length that the share part/of of the stays did not exceed.
func quantile(all []lasted, part, of int) time.Duration {
	all = slices.Clone(all)
	slices.SortFunc(all, func(a, b lasted) int { return int(a.seconds - b.seconds) })
	total := 0
	for _, l := range all {
		total += l.n
	}
	seen := 0
	for _, l := range all {
		if seen += l.n; seen*of >= total*part {
			return time.Duration(l.seconds) * time.Second
		}
	}
	return 0
}

// ActionReportExported is recorded before a part of the report is downloaded.
const ActionReportExported sqldb.Action = "audit.assistance_report_exported"

// AnnounceReport records that somebody downloads a part of the report.
func (s *Service) AnnounceReport(ctx context.Context, part string, q ReportQuery) error {
	return s.db.Change(ctx, ActionReportExported, func(_ context.Context, tx *sqldb.Tx) error {
		tx.About("assistance_report", part)
		tx.Details = "Assistance Report as CSV: " + part
		tx.Note("from", q.From.Format(time.DateOnly))
		tx.Note("until", q.Until.AddDate(0, 0, -1).Format(time.DateOnly))
		return nil
	})
}
