package assist

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/staff"
)

// said is a value and the row of the log that says so.
type said struct {
	value string
	row   int64
}

// roleLogged is what the log says about a role, by the words with which it is
// recorded: the fields below, and each resource by its label.
type roleLogged struct {
	fields map[string]said
	// row is the newest; born tells whether the log has the role from its
	// creation on, so that what is not said of it is not so.
	row        int64
	name       string
	born, gone bool
}

const (
	fieldName      = "Role Name"
	fieldResources = "Role Resources"
	fieldWebsites  = "Websites"
	fieldMode      = "Login as Customer mode"

	all     = "All" // the others are "Custom", or a list
	granted = "granted"
)

func rolesLogged(rows []replayed) map[string]*roleLogged {
	says := map[string]*roleLogged{}
	for _, t := range rows {
		l := says[t.object]
		if l == nil {
			l = &roleLogged{fields: map[string]said{}}
			says[t.object] = l
		}
		l.row = t.id
		l.born = l.born || t.action == string(acl.RoleCreated)
		l.gone = t.action == string(acl.RoleDeleted)
		l.name = strings.TrimPrefix(t.details, "Role ")
		for _, c := range t.parts().Changes {
			l.fields[c[0]] = said{c[2], t.id}
		}
	}
	return says
}

// liveRole is a role as it stands, in the words of the log.
type liveRole struct {
	id, name string
	fields   [3]string // in the order of roleFields
	allowed  []string  // labels of resources
}

var roleFields = [3]string{fieldResources, fieldWebsites, fieldMode}

func liveRoles(ctx context.Context, q sqldb.Querier) ([]liveRole, error) {
	roles, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (o liveRole, err error) {
		return o, r.Scan(&o.id, &o.name, &o.fields[0], &o.fields[1], &o.fields[2])
	}, `SELECT CAST(id AS TEXT), name, CASE WHEN all_resources THEN 'All' ELSE 'Custom' END, CASE WHEN all_websites THEN 'All' ELSE 'Custom' END,
		CASE WHEN assist_mode = '`+string(acl.ViewOnly)+`' THEN 'View only' ELSE 'As configured' END FROM admin_role ORDER BY id`)
	if err != nil {
		return nil, err
	}
	held, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (p [2]string, err error) { return p, r.Scan(&p[0], &p[1]) },
		`SELECT CAST(role_id AS TEXT), resource FROM admin_role_resource`)
	for i := range roles {
		for _, p := range held {
			if p[0] == roles[i].id {
				roles[i].allowed = append(roles[i].allowed, acl.Label(acl.Resource(p[1])))
			}
		}
		slices.Sort(roles[i].allowed)
	}
	return roles, err
}

// reconcileRoles compares what roles hold. A resource whose label is changed one
// day needs its old one here.
func reconcileRoles(ctx context.Context, log history) ([]string, error) {
	rows, err := log.replay(ctx, "role.")
	if err != nil {
		return nil, err
	}
	live, err := liveRoles(ctx, log)
	if err != nil {
		return nil, err
	}
	says := rolesLogged(rows)
	var out []string
	for _, r := range live {
		l := says[r.id]
		switch {
		case l == nil && log.whole:
			out = append(out, fmt.Sprintf("role %s (%s): the log does not say that it was made", r.id, r.name))
		case l == nil:
		case l.gone:
			out = append(out, fmt.Sprintf("role %s (%s): it is there, row %d of the log says that it was deleted", r.id, r.name, l.row))
		default:
			out = append(out, l.compare(r)...)
		}
		delete(says, r.id)
	}
	for _, id := range inOrder(says) {
		if l := says[id]; !l.gone {
			out = append(out, fmt.Sprintf("role %s (%s): it is gone, row %d of the log says that it was there", id, l.name, l.row))
		}
	}
	return out, nil
}

// inOrder are ids, the smallest first.
func inOrder[T any](says map[string]T) []string {
	return slices.SortedFunc(maps.Keys(says), func(a, b string) int { return cmp.Or(len(a)-len(b), strings.Compare(a, b)) })
}

// compare names what a role holds otherwise.
func (l *roleLogged) compare(r liveRole) (out []string) {
	for i, field := range roleFields {
		s, ok := l.fields[field]
		if field == fieldWebsites && s.value != all { // a website that is deleted leaves the list by itself
			s.value = "Custom"
		}
		if ok && s.value != r.fields[i] {
			out = append(out, fmt.Sprintf("role %s (%s): %s is %q, row %d of the log says %q", r.id, r.name, field, r.fields[i], s.row, s.value))
		}
	}
	return append(out, l.resources(r)...)
}

// resources compares the single ones.
func (l *roleLogged) resources(r liveRole) (out []string) {
	for _, label := range r.allowed {
		s, ok := l.fields[label]
		if !ok {
			s.row = l.row
		}
		if s.value != granted && (ok || l.born) {
			out = append(out, fmt.Sprintf("role %s (%s): %s is granted, row %d of the log says otherwise", r.id, r.name, label, s.row))
		}
	}
	var missing []string
	for label, s := range l.fields {
		if s.value == granted && !slices.Contains(r.allowed, label) {
			missing = append(missing, fmt.Sprintf("role %s (%s): %s is not granted, row %d of the log says otherwise", r.id, r.name, label, s.row))
		}
	}
	slices.Sort(missing)
	return append(out, missing...)
}

// person is what the log says about an Admin user.
type person struct {
	name, role, active string
	row                int64 // that says the role or whether it is active
	newest             int64
	gone               bool
}

type liveUser struct{ id, name, role, active string }

// reconcileStaff compares which Admin users there are, their role, and whether
// they may sign in.
func reconcileStaff(ctx context.Context, log history) ([]string, error) {
	says, err := staffLogged(ctx, log)
	if err != nil {
		return nil, err
	}
	live, err := sqldb.All(ctx, log, func(r sqldb.Scanner) (u liveUser, err error) {
		return u, r.Scan(&u.id, &u.name, &u.role, &u.active)
	}, `SELECT CAST(u.id AS TEXT), u.username, r.name, CASE WHEN u.active THEN 'Active' ELSE 'Inactive' END
		FROM admin_user u JOIN admin_role r ON r.id = u.role_id ORDER BY u.id`)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, u := range live {
		if p := says[u.id]; p != nil {
			out = append(out, p.compare(u)...)
		} else if log.whole {
			out = append(out, fmt.Sprintf("Admin user %s (%s): the log does not say that the account was made", u.id, u.name))
		}
		delete(says, u.id)
	}
	for _, id := range inOrder(says) {
		if p := says[id]; !p.gone {
			out = append(out, fmt.Sprintf("Admin user %s (%s): the account is gone, row %d of the log says that it was there", id, p.name, p.newest))
		}
	}
	return out, nil
}

// compare names what is otherwise about an account that is there.
func (p *person) compare(u liveUser) []string {
	switch {
	case p.gone:
		return []string{fmt.Sprintf("Admin user %s (%s): the account is there, row %d of the log says that it was deleted", u.id, u.name, p.newest)}
	case p.role != "" && p.role != u.role:
		return []string{fmt.Sprintf("Admin user %s (%s): the role is %q, row %d of the log says %q", u.id, u.name, u.role, p.row, p.role)}
	case p.active != "" && p.active != u.active:
		return []string{fmt.Sprintf("Admin user %s (%s): the account is %s, row %d of the log says %s", u.id, u.name, strings.ToLower(u.active), p.row, strings.ToLower(p.active))}
	}
	return nil
}

// staffLogged replays what became of Admin users, and the names of their roles.
func staffLogged(ctx context.Context, log history) (map[string]*person, error) {
	var rows []replayed
	for _, action := range []sqldb.Action{staff.Created, staff.Saved, staff.Deleted, acl.RoleSaved} {
		some, err := log.replay(ctx, string(action))
		if err != nil {
			return nil, err
		}
		rows = append(rows, some...)
	}
	slices.SortFunc(rows, func(a, b replayed) int { return int(a.id - b.id) })
	says := map[string]*person{}
	for _, t := range rows {
		if t.action == string(acl.RoleSaved) {
			renamed(says, t)
			continue
		}
		p := says[t.object]
		if p == nil {
			p = &person{}
			says[t.object] = p
		}
		p.gone = t.action == string(staff.Deleted)
		p.learn(t)
	}
	return says, nil
}

func (p *person) learn(t replayed) {
	p.newest, p.name = t.id, strings.TrimPrefix(t.details, "Admin user ")
	if role, ok := t.after("Role"); ok {
		p.role, p.row = role, t.id
	}
	if active, ok := t.after("This account is"); ok {
		p.active, p.row = active, t.id
	}
}

// renamed gives a role's new name to whoever has it.
func renamed(says map[string]*person, t replayed) {
	before, after, ok := t.changed(fieldName)
	for _, p := range says {
		if ok && p.role == before {
			p.role = after
		}
	}
}
