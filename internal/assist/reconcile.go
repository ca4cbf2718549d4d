package assist

import (
	"context"
	"encoding/json"
	"fmt"
	"sort"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/sqldb"
)

// Reconcile replays what the action log says about consent, stays and roles and
// names where the live tables say something else: a table that was changed
// behind the application's back. What happened before the log begins, or stands
// in archives that are not imported, is not known and not a difference.
func Reconcile(ctx context.Context, q sqldb.Querier) ([]string, error) {
	var all []string
	for _, part := range []func(context.Context, sqldb.Querier) ([]string, error){reconcileConsent, reconcileStays, reconcileRoles} {
		found, err := part(ctx, q)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// replayed is a row of the log as a replay reads it.
type replayed struct {
	id, subject, stay int64
	action            string
	object            string
	data              string
}

func scanReplayed(r sqldb.Scanner) (t replayed, err error) {
	err = r.Scan(&t.id, &t.subject, &t.stay, &t.action, &t.object, &t.data)
	return t, err
}

// replay gives the successful rows of actions that begin with a text, oldest
// first, those imported from archives among them.
func replay(ctx context.Context, q sqldb.Querier, prefix string) ([]replayed, error) {
	const from = `SELECT id, subject_id, impersonation_id, action, object_id, data FROM `
	const cond = ` WHERE action >= $1 AND action < $2 AND result = 'success'`
	return sqldb.All(ctx, q, scanReplayed, from+`audit_restored`+cond+` UNION `+from+`audit_log`+cond+` ORDER BY 1`, prefix, sqldb.PrefixEnd(prefix))
}

// after is a field's new value in a row's changes.
func (t replayed) after(field string) (string, bool) {
	var p struct {
		Changes [][3]string `json:"c"`
	}
	if t.data == "" || json.Unmarshal([]byte(t.data), &p) != nil {
		return "", false
	}
	for _, c := range p.Changes {
		if c[0] == field {
			return c[2], true
		}
	}
	return "", false
}

func reconcileConsent(ctx context.Context, q sqldb.Querier) ([]string, error) {
	rows, err := replay(ctx, q, "login_as_customer.consent")
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
		id        int64
		now, last string
	}
	live, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (a answer, err error) {
		err = r.Scan(&a.id, &a.now, &a.last)
		return a, err
	}, `SELECT c.id, c.assistance, COALESCE((SELECT e.value FROM consent_event e WHERE e.id = (SELECT MAX(x.id) FROM consent_event x WHERE x.customer_id = c.id)), 'unset')
		FROM customer c ORDER BY c.id`)
	var out []string
	for _, a := range live {
		if a.now != a.last {
			out = append(out, fmt.Sprintf("customer %d: consent is %q, its last event says %q", a.id, a.now, a.last))
		}
		if want, ok := says[a.id]; ok && want != a.now {
			out = append(out, fmt.Sprintf("customer %d: consent is %q, row %d of the log says %q", a.id, a.now, by[a.id], want))
		}
	}
	return out, err
}

// logged is what the log says about a stay.
type logged struct{ begun, entered, ended int64 } // rows

func reconcileStays(ctx context.Context, q sqldb.Querier) ([]string, error) {
	says := map[int64]logged{}
	for action, put := range map[string]func(l *logged, id int64){
		string(ActionBegun):   func(l *logged, id int64) { l.begun = id },
		string(ActionEntered): func(l *logged, id int64) { l.entered = id },
		string(ActionEnded):   func(l *logged, id int64) { l.ended = id },
	} {
		rows, err := replay(ctx, q, action)
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
		entered, ended bool
	}
	live, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (s stay, err error) {
		err = r.Scan(&s.id, &s.entered, &s.ended)
		return s, err
	}, `SELECT id, entered_at IS NOT NULL, ended_at IS NOT NULL FROM impersonation ORDER BY id`)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, s := range live {
		l, known := says[s.id]
		switch {
		case l.ended != 0 && !s.ended:
			out = append(out, fmt.Sprintf("session %d: it is running, row %d of the log says it has ended", s.id, l.ended))
		case !s.ended && l.begun == 0:
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

func reconcileRoles(ctx context.Context, q sqldb.Querier) ([]string, error) {
	rows, err := replay(ctx, q, "role.")
	if err != nil {
		return nil, err
	}
	label := acl.Label(acl.AssistLogin)
	granted, whole, by := map[string]bool{}, map[string]bool{}, map[string]int64{}
	for _, t := range rows {
		if v, ok := t.after(label); ok {
			granted[t.object], by[t.object] = v == "granted", t.id
		}
		if v, ok := t.after("Role Resources"); ok {
			whole[t.object], by[t.object] = v == "All", t.id
		}
	}
	type role struct {
		id, name   string
		all, allow bool
	}
	live, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (o role, err error) {
		err = r.Scan(&o.id, &o.name, &o.all, &o.allow)
		return o, err
	}, `SELECT CAST(r.id AS TEXT), r.name, r.all_resources, EXISTS (SELECT 1 FROM admin_role_resource p WHERE p.role_id = r.id AND p.resource = '`+string(acl.AssistLogin)+`')
		FROM admin_role r ORDER BY r.id`)
	var out []string
	for _, r := range live {
		row, known := by[r.id]
		if known && (r.all != whole[r.id] || !r.all && r.allow != granted[r.id]) {
			out = append(out, fmt.Sprintf("role %s (%s): Allow Login as Customer is %s, row %d of the log says otherwise", r.id, r.name, tick(r.all || r.allow), row))
		}
	}
	return out, err
}

func tick(on bool) string {
	if on {
		return "granted"
	}
	return "not granted"
}
