package catalog

import (
	"context"

	"github.com/storehand/storehand/internal/sqldb"
)

// Choosable is a configurable product of which a variant is to be chosen.
type Choosable struct {
	Card
	Variants []Variant // that are sold, in their order
}

// Choosables are the configurable products among some ids and SKUs, as far as a
// shopper can buy them. However many are asked for, it is two queries.
func (s *Service) Choosables(ctx context.Context, sc Scope, ids []int64, skus []string) ([]Choosable, error) {
	if len(ids)+len(skus) == 0 {
		return nil, nil
	}
	var w sqldb.Where
	query := choosablesSQL(sc, &w, ids, skus)
	cards, err := sqldb.All(ctx, s.db.Reader(), scanCard(sc.Currency), query, w.Args()...)
	if err != nil {
		return nil, err
	}
	var found []Choosable
	var parents []int64
	at := map[int64]int{}
	for _, c := range cards {
		if c.Sold {
			at[c.ID] = len(found)
			found = append(found, Choosable{Card: c})
			parents = append(parents, c.ID)
		}
	}
	if len(found) == 0 {
		return nil, nil
	}
	query, args := variantsSQL(sc, parents...)
	_, err = sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (v Variant, err error) {
		var parent int64
		v.Card, err = ScanCard(r, sc.Currency, &v.Choice, &parent)
		if p := &found[at[parent]]; v.Sold {
			p.Variants = append(p.Variants, v)
		}
		return v, err
	}, query, args...)
	return found, err
}

func choosablesSQL(sc Scope, w *sqldb.Where, ids []int64, skus []string) string {
	which := ""
	if len(ids) > 0 {
		which = w.Bind(sqldb.In("p.id", len(ids)), sqldb.Any(ids)...)
	}
	if len(skus) > 0 {
		keys := make([]any, len(skus))
		for i, sku := range skus {
			keys[i] = SKUKey(sku)
		}
		if which != "" {
			which += " OR "
		}
		which += w.Bind(sqldb.In("p.sku_key", len(keys)), keys...)
	}
	w.And("(" + which + ")")
	w.And("p.kind = ?", string(Configurable))
	return CardsQuery(sc, w, "product p") + w.SQL() + " ORDER BY p.id"
}
