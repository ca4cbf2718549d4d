package catalog

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// CategoriesOf returns the categories of some products, with all those above
// them, by product: one query.
func CategoriesOf(ctx context.Context, q sqldb.Querier, ids []int64) (map[int64][]int64, error) {
	out := make(map[int64][]int64, len(ids))
	if len(ids) == 0 {
		return out, nil
	}
	_, err := sqldb.All(ctx, q, func(r sqldb.Scanner) (struct{}, error) {
		var product int64
		var path string
		err := r.Scan(&product, &path)
		for _, step := range strings.Split(path, "/") {
			if id, bad := strconv.ParseInt(step, 10, 64); bad == nil && !slices.Contains(out[product], id) {
				out[product] = append(out[product], id)
			}
		}
		return struct{}{}, err
	}, `SELECT x.product_id, c.path FROM (`+sqldb.Values(len(ids), "BIGINT")+`) given
		JOIN product_category x ON x.product_id = given.column1 JOIN category c ON c.id = x.category_id`, sqldb.Any(ids)...)
	return out, err
}
