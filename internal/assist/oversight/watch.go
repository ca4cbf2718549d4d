package oversight

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
)

// watched is a stay with what the rules ask about it.
type watched struct {
	id, customer, admin, website    int64
	public, customerName, adminName string
	mode                            string
	entered, ended                  time.Time
	colleague, vip                  bool
}

func loadWatched(ctx context.Context, q sqldb.Querier, stay int64) (w watched, found bool, err error) {
	return sqldb.Found(sqldb.One(ctx, q, func(r sqldb.Scanner) (w watched, err error) {
		err = r.Scan(&w.id, &w.public, &w.customer, &w.customerName, &w.admin, &w.adminName, &w.website, &w.mode,
			sqldb.Into(&w.entered), sqldb.Into(&w.ended), &w.vip, &w.colleague)
		return w, err
	}, `SELECT i.id, i.public_id, i.customer_id, i.customer_name, i.admin_user_id, i.admin_name, i.website_id, i.mode, i.entered_at, i.ended_at,
		COALESCE((SELECT g.vip FROM customer_group g WHERE g.id = c.group_id), FALSE),
		EXISTS (SELECT 1 FROM admin_user u WHERE u.email_key = c.email_key)
		FROM impersonation i LEFT JOIN customer c ON c.id = i.customer_id WHERE i.id = $1`, stay))
}

// entered watches somebody log in as a customer.
func (s *Service) entered(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
	w, found, err := loadWatched(ctx, tx, e.Impersonation)
	if err != nil || !found {
		return err
	}
	set, err := readSettings(ctx, tx)
	if err != nil {
		return err
	}
	in := Entry{At: tx.Now(), Colleague: w.colleague, VIP: w.vip}
	if in.Customers, err = customersOf(ctx, tx, w, set.rules); err != nil {
		return err
	}
	for _, kind := range set.rules.OnEntry(in) {
		a := alertOf(kind, w)
		if kind == ManyCustomers {
			a.key = manyKey(w, set.rules, tx.Now())
			a.Summary = fmt.Sprintf("%s logged in as %d customers within %d minutes.", w.adminName, in.Customers, int(set.rules.CustomersIn.Minutes()))
		}
		if err := s.raise(ctx, tx, set, a); err != nil {
			return err
		}
	}
	return nil
}

// manyKey tells one alert about an Admin user's many customers from the next:
// there is one in each span.
func manyKey(w watched, rules Rules, now time.Time) string {
	return fmt.Sprintf("%s:%d:%d", ManyCustomers, w.admin, now.Unix()/int64(rules.CustomersIn.Seconds()))
}

// customersOf counts whose accounts an Admin user was in lately, 0 where nobody
// wants to know or it was told in this span.
func customersOf(ctx context.Context, tx *sqldb.Tx, w watched, rules Rules) (int, error) {
	if rules.Customers == 0 {
		return 0, nil
	}
	told, err := sqldb.One(ctx, tx, sqldb.Value[bool], `SELECT EXISTS (SELECT 1 FROM assist_alert WHERE key = $1)`, manyKey(w, rules, tx.Now()))
	if err != nil || told {
		return 0, err
	}
	return sqldb.One(ctx, tx, sqldb.Value[int], `SELECT COUNT(DISTINCT customer_id) FROM impersonation
		WHERE admin_user_id = $1 AND begun_at > $2 AND entered_at IS NOT NULL`, w.admin, sqldb.Micros(tx.Now().Add(-rules.CustomersIn)))
}

// alertOf is an alert about a stay.
func alertOf(kind Kind, w watched) Alert {
	a := Alert{
		Kind: kind, key: string(kind) + ":" + strconv.FormatInt(w.id, 10), WebsiteID: w.website, stayID: w.id, Stay: w.public,
		AdminUserID: w.admin, AdminName: w.adminName, CustomerID: w.customer, CustomerName: w.customerName,
	}
	switch kind {
	case ColleagueUsed:
		a.Summary = fmt.Sprintf("%s logged in as %s, who works here.", w.adminName, w.customerName)
	case VIPUsed:
		a.Summary = fmt.Sprintf("%s logged in as %s, a customer of a VIP group.", w.adminName, w.customerName)
	case OutOfHours:
		a.Summary = fmt.Sprintf("%s logged in as %s outside of the working hours.", w.adminName, w.customerName)
	}
	return a
}

// ended watches the end of a stay, and draws the sample.
func (s *Service) ended(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
	w, found, err := loadWatched(ctx, tx, e.Impersonation)
	if err != nil || !found || w.entered.IsZero() {
		return err
	}
	set, err := readSettings(ctx, tx)
	if err != nil {
		return err
	}
	lasted, viewOnly := tx.Now().Sub(w.entered), w.mode == string(impersonate.ViewOnly)
	if set.rules.OnEnd(lasted, false, viewOnly) {
		changed, err := changedIn(ctx, tx, w.id)
		if err != nil {
			return err
		}
		if set.rules.OnEnd(lasted, changed, viewOnly) {
			a := alertOf(NothingDone, w)
			a.Summary = fmt.Sprintf("%s was logged in as %s for %d minutes and changed nothing.", w.adminName, w.customerName, int(lasted.Minutes()))
			if err := s.raise(ctx, tx, set, a); err != nil {
				return err
			}
		}
	}
	return s.pick(ctx, tx, set, w)
}

// changedIn tells whether anything was changed in a stay.
func changedIn(ctx context.Context, q sqldb.Querier, stay int64) (bool, error) {
	return sqldb.One(ctx, q, sqldb.Value[bool], changedQuery, stay)
}

const changedQuery = `SELECT EXISTS (SELECT 1 FROM audit_log
	WHERE impersonation_id = $1 AND impersonation_id <> 0 AND action_group <> 'login_as_customer' AND result = 'success')`

// refused watches attempts that were refused: of one Admin user, or of one
// address where nobody is signed in.
func (s *Service) refused(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
	who, _ := actor.From(ctx)
	if who.Kind == actor.System {
		return nil
	}
	set, err := readSettings(ctx, tx)
	if err != nil || set.rules.Refused == 0 {
		return err
	}
	var w sqldb.Where
	w.And("action = ?", string(assist.ActionRefused))
	w.And("at > ?", sqldb.Micros(tx.Now().Add(-set.rules.RefusedIn)))
	whose, name := "", ""
	if who.Kind == actor.Admin {
		w.And("actor_kind = 'admin' AND actor_id = ?", who.ID)
		whose = "admin:" + strconv.FormatInt(who.ID, 10)
	} else {
		w.And("actor_kind <> 'admin' AND ip = ?", who.IP)
		whose, name = "address:"+who.IP, "The address "+who.IP
	}
	before, err := sqldb.One(ctx, tx, sqldb.Value[int], `SELECT COUNT(*) FROM (SELECT 1 AS one FROM audit_log`+w.SQL()+` LIMIT 1000) few`, w.Args()...)
	if err != nil || !set.rules.OnRefusal(before+1) { // this one is recorded after
		return err
	}
	if who.Kind == actor.Admin {
		if name, err = assist.AdminName(ctx, tx, who.ID); err != nil {
			return err
		}
	}
	a := Alert{
		Kind: ManyRefusals, key: fmt.Sprintf("%s:%s:%d", ManyRefusals, whose, tx.Now().Unix()/int64(set.rules.RefusedIn.Seconds())),
		Summary:    fmt.Sprintf("%s was refused %d times within %d minutes, the last time: %s.", name, before+1, int(set.rules.RefusedIn.Minutes()), e.Details),
		CustomerID: e.Subject.ID, CustomerName: e.Subject.Name,
	}
	if who.Kind == actor.Admin {
		a.AdminUserID, a.AdminName = who.ID, name
	}
	return s.raise(ctx, tx, set, a)
}

// pick puts a stay before a second person: each with an alert, and a sample.
func (s *Service) pick(ctx context.Context, tx *sqldb.Tx, set settings, w watched) error {
	alerted, err := sqldb.One(ctx, tx, sqldb.Value[bool], `SELECT EXISTS (SELECT 1 FROM assist_alert WHERE impersonation_id = $1)`, w.id)
	if err != nil {
		return err
	}
	why := "alert"
	if !alerted {
		secret, err := drawSecret(ctx, tx)
		if err != nil || !drawn(secret, w.public, set.share) {
			return err
		}
		why = "sample"
	}
	if _, err := tx.Exec(ctx, `INSERT INTO assist_review (impersonation_id, admin_user_id, website_id, why, state, picked_at)
		VALUES ($1, $2, $3, $4, 'open', $5) ON CONFLICT (impersonation_id) DO NOTHING`,
		w.id, w.admin, w.website, why, sqldb.Micros(tx.Now())); err != nil {
		return err
	}
	return s.bump(ctx, tx)
}

// drawSecret is the installation's own, made the first time.
func drawSecret(ctx context.Context, tx *sqldb.Tx) (string, error) {
	secret, found, err := sqldb.Found(sqldb.One(ctx, tx, sqldb.Value[string], `SELECT secret FROM assist_draw WHERE id = 1`))
	if err != nil || found {
		return secret, err
	}
	if _, err := tx.Exec(ctx, `INSERT INTO assist_draw (id, secret) VALUES (1, $1) ON CONFLICT (id) DO NOTHING`, id.Secret()); err != nil {
		return "", err
	}
	return sqldb.One(ctx, tx, sqldb.Value[string], `SELECT secret FROM assist_draw WHERE id = 1`)
}

// Watch looks whether the action log is being sealed and its checkpoints are
// delivered: the only alerts that nobody's action causes. A periodic task.
func (s *Service) Watch(ctx context.Context) error {
	if !s.Sealed {
		return nil
	}
	q, now := s.db.Reader(), s.db.Now()
	if err := s.setBack(ctx, q); err != nil {
		return err
	}
	size, row, moved, err := unsealedSince(ctx, q)
	if err != nil {
		return err
	}
	if silent(row, later(moved, s.started), now) {
		a := Alert{Kind: LogSilent, key: fmt.Sprintf("%s:%d", LogSilent, size), Summary: "The action log has not been sealed for more than a minute. See the server's log."}
		if err := s.raiseAlone(ctx, a); err != nil {
			return err
		}
	}
	status, err := seal.StatusOf(ctx, q, seal.Limit{}, now)
	if err != nil {
		return err
	}
	for _, sink := range status.Sinks {
		if !failing(sink.FailingSince, now) {
			continue
		}
		a := Alert{Kind: SinkFailing, key: fmt.Sprintf("%s:%s:%d", SinkFailing, sink.Name, sink.FailingSince.UnixMicro())}
		a.Summary = fmt.Sprintf("The sink %q has not taken checkpoints of the action log since %s. See the server's log.", sink.Name, sink.FailingSince.UTC().Format("15:04 UTC"))
		if err := s.raiseAlone(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// setBack tells that the database was set back and nobody has accepted it yet.
func (s *Service) setBack(ctx context.Context, q sqldb.Querier) error {
	since, found, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[string], `SELECT value FROM installation WHERE name = $1`, seal.SetBackMark))
	if err != nil || !found {
		return err
	}
	return s.raiseAlone(ctx, Alert{
		Kind: SetBack, key: string(SetBack) + ":" + since,
		Summary: "The database was set back to a backup. Nobody can log in as a customer until whoever runs the server accepts it with storehand audit accept-restore.",
	})
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// unsealedSince gives the newest checkpoint's size and time, and since when a
// row waits for the next, zero if none does.
func unsealedSince(ctx context.Context, q sqldb.Querier) (size int64, row, moved time.Time, err error) {
	var last int64
	_, _, err = sqldb.Found(sqldb.One(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		return struct{}{}, r.Scan(&size, sqldb.Into(&moved), &last)
	}, `SELECT size, at, last_id FROM audit_checkpoint ORDER BY size DESC LIMIT 1`))
	if err != nil {
		return 0, row, moved, err
	}
	_, _, err = sqldb.Found(sqldb.One(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		return struct{}{}, r.Scan(sqldb.Into(&row))
	}, `SELECT at FROM audit_log WHERE id > $1 ORDER BY id LIMIT 1`, last))
	return size, row, moved, err
}
