package assist

import (
	"context"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
	stores "github.com/storehand/storehand/internal/store"
)

// people are the two people of a stay to be, with the facts about them.
type people struct {
	facts
	AdminName     string
	AdminUsername string
	RoleName      string

	CustomerID    int64
	CustomerName  string
	CustomerEmail string
	CustomerView  int64 // where the account was created, 0 if unknown
	WebsiteName   string
}

var peopleQuery = `SELECT u.first_name, u.last_name, u.username, r.name,
	c.first_name, c.last_name, c.email, c.store_view_id, w.name, ` + factsColumns + factsOf + factsJoins + `
	LEFT JOIN website w ON w.id = c.website_id`

// loadPeople reads who would act, in which session, and for whom.
func (s *Service) loadPeople(ctx context.Context, q sqldb.Querier, who actor.Who, customerID int64) (people, error) {
	p, err := sqldb.One(ctx, q, scanPeople, peopleQuery, who.ID, who.SessionID, customerID, 0)
	s.attest(&p.facts)
	if p.customerFound {
		p.CustomerID = customerID
	}
	if err == nil {
		err = p.readBeginning(ctx, q, who.ID, who.SessionID, s.db.Now())
	}
	return p, err
}

func scanPeople(r sqldb.Scanner) (people, error) {
	var p people
	var uFirst, uLast, username, role, cFirst, cLast, email, website *string
	var columns factsRow
	names := []any{&uFirst, &uLast, &username, &role, &cFirst, &cLast, &email, sqldb.IntoID(&p.CustomerView), &website}
	err := r.Scan(append(names, columns.dest()...)...)
	p.facts = columns.facts()
	p.AdminName, p.AdminUsername, p.RoleName = fullName(orEmpty(uFirst), orEmpty(uLast)), orEmpty(username), orEmpty(role)
	p.CustomerName, p.CustomerEmail, p.WebsiteName = fullName(orEmpty(cFirst), orEmpty(cLast)), orEmpty(email), orEmpty(website)
	return p, err
}

// nameOf is how the actor in the context is called: Admin users by their full
// name, the system by its task.
func nameOf(ctx context.Context, q sqldb.Querier) (string, error) {
	who, _ := actor.From(ctx)
	if who.Kind != actor.Admin {
		return who.Name, nil
	}
	return AdminName(ctx, q, who.ID)
}

// AdminName is an Admin user's full name, "" for one who was deleted.
func AdminName(ctx context.Context, q sqldb.Querier, id int64) (string, error) {
	name, _, err := sqldb.Found(sqldb.One(ctx, q, func(r sqldb.Scanner) (string, error) {
		var first, last string
		err := r.Scan(&first, &last)
		return fullName(first, last), err
	}, `SELECT first_name, last_name FROM admin_user WHERE id = $1`, id))
	return name, err
}

func fullName(first, last string) string {
	switch {
	case first == "":
		return last
	case last == "":
		return first
	}
	return first + " " + last
}

// automaticView is where a customer belongs: the store view where the account
// was created, or, if that is closed or gone, the default one of its website,
// or its first open one.
func automaticView(p people, tree *stores.Tree) (stores.View, bool) {
	if v, ok := tree.View(p.CustomerView); ok && v.Active && v.WebsiteID == p.customerWebsite {
		return v, true
	}
	if v, ok := tree.DefaultView(p.customerWebsite); ok && v.Active {
		return v, true
	}
	if open := tree.ActiveViews(p.customerWebsite); len(open) > 0 {
		return open[0], true
	}
	return stores.View{}, false
}
