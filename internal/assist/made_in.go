package assist

import (
	"context"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// PublicIDs gives the public ids of stays by their row ids, as far as the Admin
// user in the context may see them: see Stay.
func (s *Service) PublicIDs(ctx context.Context, ids []int64) (map[int64]string, error) {
	who, _ := actor.From(ctx)
	if len(ids) == 0 || who.Kind != actor.Admin {
		return nil, nil
	}
	q := s.db.Reader()
	g, err := grantOf(ctx, q, who.ID)
	if err != nil {
		return nil, err
	}
	w := &sqldb.Where{}
	w.Among("id", ids)
	type seen struct {
		id, admin, website int64
		public             string
	}
	stays, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (s seen, err error) {
		err = r.Scan(&s.id, &s.admin, &s.website, &s.public)
		return s, err
	}, `SELECT id, admin_user_id, website_id, public_id FROM impersonation`+w.SQL(), w.Args()...)
	found := map[int64]string{}
	for _, stay := range stays {
		if stay.admin == who.ID || g.Allows(acl.AssistLog) && g.AllowsWebsite(stay.website) {
			found[stay.id] = stay.public
		}
	}
	return found, err
}
