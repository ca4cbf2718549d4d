package catalog

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// sqliteSearch is FTS5; a document's rowid is product id * 2^20 + store view id.
type sqliteSearch struct{}

const viewBits = 20

func (sqliteSearch) index(ctx context.Context, tx *sqldb.Tx, id int64, p *Product) error {
	if err := (sqliteSearch{}).remove(ctx, tx, id); err != nil {
		return err
	}
	return insertAll(ctx, tx, "product_search (rowid, name, sku, body)", documents(p), func(d document) []any {
		return []any{id<<viewBits | d.view, d.name, d.sku, d.body}
	})
}

func (sqliteSearch) remove(ctx context.Context, tx *sqldb.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM product_search WHERE rowid >= $1 AND rowid < $2`, id<<viewBits, (id+1)<<viewBits)
	return err
}

func (sqliteSearch) match(text, view string) string {
	return `SELECT found >> 20 AS product_id, MIN(score) AS rank FROM (
		SELECT rowid AS found, bm25(product_search, 10.0, 8.0, 1.0) AS score FROM product_search
		WHERE product_search MATCH ` + text + ` AND (rowid & 1048575) IN (0, ` + view + `) LIMIT 100000) AS hit GROUP BY found >> 20`
}

func (sqliteSearch) query(words []string) string {
	return `"` + strings.Join(words, `" AND "`) + `"*`
}
