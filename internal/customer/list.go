package customer

import (
	"context"

	"github.com/storehand/storehand/internal/listing"
	"github.com/storehand/storehand/internal/sqldb"
)

// List returns one page of customers. The customer whose id is the keyword stands
// before the others on the first page.
func (s *Service) List(ctx context.Context, q Query) (Listing, error) {
	p, id := q.plan()
	l, err := listing.Read(ctx, s.db.Reader(), p, (*Customer).dest)
	if err != nil || id == 0 {
		return l, err
	}
	c, ok, err := s.withID(ctx, p, id)
	if err != nil || !ok {
		return l, err
	}
	if l.Total < CountCap {
		l.Total++
	} else {
		l.More = true
	}
	if l.Prev == "" {
		l.Rows = append([]Customer{c}, l.Rows...)
	}
	return l, nil
}

// Each calls fn with every customer of the query in the list's order: for
// exports. It reads in portions, so that no transaction stays open for long.
func (s *Service) Each(ctx context.Context, q Query, fn func(Customer) error) error {
	p, id := q.plan()
	if id != 0 {
		c, ok, err := s.withID(ctx, p, id)
		if err == nil && ok {
			err = fn(c)
		}
		if err != nil {
			return err
		}
	}
	return listing.Each(ctx, s.db.Reader(), p, (*Customer).dest, fn)
}

// withID finds the customer whose id is the keyword, if they meet the conditions:
// the plan leaves them out.
func (s *Service) withID(ctx context.Context, p listing.Plan, id int64) (Customer, bool, error) {
	var w sqldb.Where
	w.And("c.id = ?", id)
	for _, c := range p.Conds {
		w.And(c.Text, c.Args...)
	}
	return sqldb.Found(sqldb.One(ctx, s.db.Reader(), scan, `SELECT `+columns+` FROM customer c`+w.SQL(), w.Args()...))
}
