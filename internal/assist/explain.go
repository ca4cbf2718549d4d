package assist

import (
	"context"
	"slices"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
	stores "github.com/storehand/storehand/internal/store"
)

// Finding is what one rule says about an Admin user and a customer.
type Finding struct {
	Rule  string // what is asked for
	Holds bool
	// Unasked tells that it cannot be said, because what it is about does not
	// exist; Holds is then false.
	Unasked bool
	Cause   impersonate.Cause // why it does not hold
	Why     string            // that cause in a sentence, as its people are told
	Remedy  string
}

// Explanation is what the authorisation function says, rule by rule.
type Explanation struct {
	Cause    impersonate.Cause // of the refusal, "" if entering is possible
	Findings []Finding
	// The two people, "" where they do not exist.
	AdminName, CustomerName string
}

// May tells whether the Admin user may enter.
func (e Explanation) May() bool { return e.Cause == "" }

// explain walks the rules that judge walks and says what each gives.
func explain(f facts, q question, now time.Time) (found []Finding) {
	for r := range rulesEnd {
		finding := Finding{Rule: ruleTexts[r], Unasked: r > ruleCustomerExists && !f.customerFound}
		if !finding.Unasked {
			finding.Cause = r.broken(&f, &q, now)
			finding.Holds = finding.Cause == ""
		}
		if finding.Cause != "" {
			words := f.refusal(finding.Cause, now)
			finding.Why, finding.Remedy = words.Message, words.Remedy
		}
		found = append(found, finding)
	}
	return found
}

// intoView adds what the facts say about the store view that a stay would lead to.
func (s *Service) intoView(ctx context.Context, adminUser, session int64, p *people, ask *question) error {
	if !p.customerFound {
		return nil
	}
	view, err := s.likelyView(ctx, *p)
	if err != nil {
		return err
	}
	ask.view = true
	return s.into(ctx, adminUser, session, p, view)
}

// into adds what the facts say about a store view.
func (s *Service) into(ctx context.Context, adminUser, session int64, p *people, view int64) error {
	f, err := s.loadFacts(ctx, s.db.Reader(), adminUser, session, p.CustomerID, view)
	p.viewFound, p.viewActive, p.viewWebsite, p.viewInScope = f.viewFound, f.viewActive, f.viewWebsite, f.viewInScope
	return err
}

// likelyView is where the customer belongs or, with Manual Selection, one that can
// be chosen if that one cannot; 0 if there is none.
func (s *Service) likelyView(ctx context.Context, p people) (int64, error) {
	tree, err := s.stores.Tree(ctx)
	if err != nil {
		return 0, err
	}
	own, _ := automaticView(p, tree)
	set, err := readSettings(ctx, s.db.Reader())
	if err != nil || !set.Manual || !p.adminFound {
		return own.ID, err
	}
	g, err := acl.Load(ctx, s.db.Reader(), p.roleID)
	if err != nil {
		return 0, err
	}
	fits := func(v stores.View) bool { return v.ID != 0 && whyNot(set, p, v, g) == "" }
	if i := slices.IndexFunc(tree.Views, fits); i >= 0 && !fits(own) {
		return tree.Views[i].ID, nil
	}
	return own.ID, nil
}

// Explain tells, rule by rule, whether an Admin user may log in as a customer
// now, from the session they were last seen in. Whoever shows it has checked
// that the reader may see both.
func (s *Service) Explain(ctx context.Context, adminUser, customer int64) (Explanation, error) {
	q := s.db.Reader()
	session, _, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64],
		`SELECT id FROM admin_session WHERE admin_user_id = $1 AND ended_at IS NULL ORDER BY last_seen_at DESC, id DESC LIMIT 1`, adminUser))
	if err != nil {
		return Explanation{}, err
	}
	p, err := s.loadPeople(ctx, q, actor.Who{ID: adminUser, SessionID: session}, customer)
	if err != nil {
		return Explanation{}, err
	}
	ask, now := question{either: true, sessionIdle: s.sessions.AdminIdle(ctx), sealing: s.sealing}, s.db.Now()
	if err := s.intoView(ctx, adminUser, session, &p, &ask); err != nil {
		return Explanation{}, err
	}
	return Explanation{Cause: judge(p.facts, ask, now), Findings: explain(p.facts, ask, now), AdminName: p.AdminName, CustomerName: p.CustomerName}, nil
}
