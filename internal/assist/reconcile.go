package assist

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// Reconcile replays what the action log says about consent, granted requests,
// stays, roles and who has them, and names where the live tables say something
// else: a table that was changed behind the application's back. What happened
// before the log begins, or stands in archives that are not imported, is not
// known and not a difference. The shop may be at work: what is changed between
// the look at the log and the one at the tables is not there at a second look.
func Reconcile(ctx context.Context, q sqldb.Querier) ([]string, error) {
	first, err := compare(ctx, q)
	if err != nil || len(first) == 0 {
		return nil, err
	}
	second, err := compare(ctx, q)
	return slices.DeleteFunc(second, func(found string) bool { return !slices.Contains(first, found) }), err
}

func compare(ctx context.Context, q sqldb.Querier) ([]string, error) {
	log, err := readable(ctx, q)
	if err != nil {
		return nil, err
	}
	var all []string
	for _, part := range []func(context.Context, history) ([]string, error){reconcileConsent, reconcileGrants, reconcileStays, reconcileRoles, reconcileStaff} {
		found, err := part(ctx, log)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// history is the part of the log that can be replayed without a gap: what follows
// the archives that are not imported.
type history struct {
	sqldb.Querier
	whole bool      // every row there ever was
	after int64     // the row behind which it begins
	since time.Time // and its time
}

func readable(ctx context.Context, q sqldb.Querier) (history, error) {
	h := history{Querier: q}
	var missing int
	err := q.QueryRow(ctx, `SELECT COUNT(*), COALESCE(MAX(s.audit_id), 0), MAX(a.last_at) FROM audit_archive a
		JOIN audit_archive_removed r ON r.archive_id = a.id
		LEFT JOIN audit_seal s ON s.position >= a.first_position AND s.position < a.next_position
		WHERE NOT EXISTS (SELECT 1 FROM audit_restored x WHERE x.archive_id = a.id)`).Scan(&missing, &h.after, sqldb.Into(&h.since))
	h.whole = missing == 0
	return h, err
}

// replayed is a row of the log as a replay reads it.
type replayed struct {
	id, subject, stay int64
	action            string
	object            string
	details           string
	data              string
}

func scanReplayed(r sqldb.Scanner) (t replayed, err error) {
	err = r.Scan(&t.id, &t.subject, &t.stay, &t.action, &t.object, &t.details, &t.data)
	return t, err
}

// replay gives the successful rows of actions that begin with a text, oldest
// first, those imported from archives among them.
func (h history) replay(ctx context.Context, prefix string) ([]replayed, error) {
	const from = `SELECT id, subject_id, impersonation_id, action, object_id, details, data FROM `
	const cond = ` WHERE action >= $1 AND action < $2 AND result = 'success' AND id > $3`
	return sqldb.All(ctx, h, scanReplayed, from+`audit_restored`+cond+` UNION `+from+`audit_log`+cond+` ORDER BY 1`, prefix, sqldb.PrefixEnd(prefix), h.after)
}

// parts is what a row's data holds.
func (t replayed) parts() (p struct {
	Notes   [][2]string `json:"n"`
	Changes [][3]string `json:"c"`
}) {
	if t.data != "" && json.Unmarshal([]byte(t.data), &p) != nil {
		p.Notes, p.Changes = nil, nil
	}
	return p
}

// changed is a field's value before and after, if a row changes it.
func (t replayed) changed(field string) (before, after string, ok bool) {
	for _, c := range t.parts().Changes {
		if c[0] == field {
			return c[1], c[2], true
		}
	}
	return "", "", false
}

// after is a field's new value in a row's changes.
func (t replayed) after(field string) (string, bool) {
	_, after, ok := t.changed(field)
	return after, ok
}

func (t replayed) note(key string) string {
	for _, n := range t.parts().Notes {
		if n[0] == key {
			return n[1]
		}
	}
	return ""
}

func reconcileConsent(ctx context.Context, log history) ([]string, error) {
	rows, err := log.replay(ctx, "login_as_customer.consent")
	if err != nil {
		return nil, err
	}
	says, by := map[int64]string{}, map[int64]int64{}
	for _, t := range rows {
		if answer, ok := t.after("remote shopping assistance"); ok {
			says[t.subject], by[t.subject] = answer, t.id
		}
	}
	type answer struct {
		id                  int64
		now, last           string
		nowUntil, lastUntil time.Time
	}
	live, err := sqldb.All(ctx, log, func(r sqldb.Scanner) (a answer, err error) {
		err = r.Scan(&a.id, &a.now, sqldb.Into(&a.nowUntil), &a.last, sqldb.Into(&a.lastUntil))
		return a, err
	}, `SELECT c.id, c.assistance, c.assistance_until, COALESCE(e.value, 'unset'), e.until FROM customer c
		LEFT JOIN consent_event e ON e.id = (SELECT MAX(x.id) FROM consent_event x WHERE x.customer_id = c.id AND x.request_id = 0) ORDER BY c.id`)
	var out []string
	for _, a := range live {
		if a.now != a.last {
			out = append(out, fmt.Sprintf("customer %d: consent is %q, its last event says %q", a.id, a.now, a.last))
		} else if !a.nowUntil.Equal(a.lastUntil) {
			out = append(out, fmt.Sprintf("customer %d: consent lasts %s, its last event says %s", a.id, untilText(a.nowUntil), untilText(a.lastUntil)))
		}
		want, ok := says[a.id]
		switch {
		case ok && want != a.now:
			out = append(out, fmt.Sprintf("customer %d: consent is %q, row %d of the log says %q", a.id, a.now, by[a.id], want))
		case !ok && log.whole && a.now != consentUnset:
			out = append(out, fmt.Sprintf("customer %d: consent is %q, the log does not say that it was ever given", a.id, a.now))
		}
	}
	return out, err
}

func untilText(t time.Time) string {
	if t.IsZero() {
		return "until it is withdrawn"
	}
	return "until " + stamp(t)
}

// reconcileGrants looks at the requests whose grant counts.
func reconcileGrants(ctx context.Context, log history) ([]string, error) {
	rows, err := log.replay(ctx, "login_as_customer.consent_")
	if err != nil {
		return nil, err
	}
	says := map[string]replayed{} // the last row about a request that grants or closes it
	for _, t := range rows {
		switch sqldb.Action(t.action) {
		case ActionGranted, ActionDeclined, ActionGrantEnded, ActionAskCanceled, ActionAskExpired:
			says[t.object] = t
		}
	}
	live, err := sqldb.All(ctx, log, scanRequest, `SELECT `+requestColumns+` FROM assist_request WHERE open AND state = 'granted' ORDER BY id`)
	var out []string
	for _, r := range live {
		t, known := says[r.PublicID]
		switch {
		case !known && !r.AnsweredAt.After(log.since): // it may stand in an archive
		case !known:
			out = append(out, fmt.Sprintf("request %d: customer %d has granted it, the log does not say so", r.ID, r.CustomerID))
		case t.action != string(ActionGranted):
			out = append(out, fmt.Sprintf("request %d: customer %d has granted it, row %d of the log says that it is over", r.ID, r.CustomerID, t.id))
		case t.note("scope") != string(r.Scope) || t.note("until") != untilNote(r.GrantedUntil):
			out = append(out, fmt.Sprintf("request %d: granted is %q until %s, row %d of the log says %q until %s",
				r.ID, r.Scope, untilNote(r.GrantedUntil), t.id, t.note("scope"), t.note("until")))
		}
	}
	return out, err
}

// logged is what the log says about a stay.
type logged struct{ begun, entered, ended int64 } // rows

func reconcileStays(ctx context.Context, log history) ([]string, error) {
	says := map[int64]logged{}
	for action, put := range map[string]func(l *logged, id int64){
		string(ActionBegun):   func(l *logged, id int64) { l.begun = id },
		string(ActionEntered): func(l *logged, id int64) { l.entered = id },
		string(ActionEnded):   func(l *logged, id int64) { l.ended = id },
	} {
		rows, err := log.replay(ctx, action)
		if err != nil {
			return nil, err
		}
		for _, t := range rows {
			l := says[t.stay]
			put(&l, t.id)
			says[t.stay] = l
		}
	}
	type stay struct {
		id             int64
		begun          time.Time
		entered, ended bool
	}
	live, err := sqldb.All(ctx, log, func(r sqldb.Scanner) (s stay, err error) {
		err = r.Scan(&s.id, sqldb.Into(&s.begun), &s.entered, &s.ended)
		return s, err
	}, `SELECT id, begun_at, entered_at IS NOT NULL, ended_at IS NOT NULL FROM impersonation ORDER BY id`)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, s := range live {
		l, known := says[s.id]
		switch {
		case l.ended != 0 && !s.ended:
			out = append(out, fmt.Sprintf("session %d: it is running, row %d of the log says it has ended", s.id, l.ended))
		case !s.ended && l.begun == 0 && s.begun.After(log.since):
			out = append(out, fmt.Sprintf("session %d: it is running, the log does not say that it was begun", s.id))
		case known && s.ended && l.ended == 0:
			out = append(out, fmt.Sprintf("session %d: it has ended, the log does not say so", s.id))
		case known && s.entered && l.entered == 0 && l.begun != 0:
			out = append(out, fmt.Sprintf("session %d: it was entered, the log does not say so", s.id))
		}
		delete(says, s.id)
	}
	return append(out, lost(says)...), nil
}

func lost(says map[int64]logged) []string {
	var out []string
	for id, l := range says {
		if id != 0 && l.begun != 0 {
			out = append(out, fmt.Sprintf("session %d: it is gone, row %d of the log says it was begun", id, l.begun))
		}
	}
	sort.Strings(out)
	return out
}
