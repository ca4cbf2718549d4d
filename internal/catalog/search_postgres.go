package catalog

import (
	"context"
	"fmt"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// postgresSearch is tsvector. Words arrive folded, so the configuration is 'simple'.
type postgresSearch struct{}

func (postgresSearch) index(ctx context.Context, tx *sqldb.Tx, id int64, p *Product) error {
	if err := (postgresSearch{}).remove(ctx, tx, id); err != nil {
		return err
	}
	var text strings.Builder
	args := []any{id}
	text.WriteString(`INSERT INTO product_search (product_id, store_view_id, doc)
		SELECT CAST($1 AS BIGINT), d.view_id, setweight(to_tsvector('simple', d.name), 'A') ||
			setweight(to_tsvector('simple', d.sku), 'A') || setweight(to_tsvector('simple', d.body), 'D') FROM (VALUES `)
	for i, d := range documents(p) {
		if i > 0 {
			text.WriteByte(',')
		}
		n := len(args)
		fmt.Fprintf(&text, "(CAST($%d AS BIGINT), CAST($%d AS TEXT), CAST($%d AS TEXT), CAST($%d AS TEXT))", n+1, n+2, n+3, n+4)
		args = append(args, d.view, d.name, d.sku, d.body)
	}
	text.WriteString(`) AS d(view_id, name, sku, body)`)
	_, err := tx.Exec(ctx, text.String(), args...)
	return err
}

func (postgresSearch) remove(ctx context.Context, tx *sqldb.Tx, id int64) error {
	_, err := tx.Exec(ctx, `DELETE FROM product_search WHERE product_id = $1`, id)
	return err
}

func (postgresSearch) match(text, view string) string {
	return `SELECT product_id, MIN(-ts_rank(doc, to_tsquery('simple', ` + text + `))) AS rank FROM product_search
		WHERE doc @@ to_tsquery('simple', ` + text + `) AND store_view_id IN (0, ` + view + `) GROUP BY product_id`
}

func (postgresSearch) query(words []string) string {
	return "'" + strings.Join(words, "' & '") + "':*"
}
