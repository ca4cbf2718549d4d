package sales

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/sqldb"
)

// firstView is the store view whose numbers have no prefix.
const firstView = 1

// takeNumber takes the next number of a kind of document in a store view. The
// row is held until the change ends, and what is undone gives its number back:
// there are no gaps.
func takeNumber(ctx context.Context, tx *sqldb.Tx, kind DocKind, viewID int64) (string, error) {
	n, err := tx.Insert(ctx, `INSERT INTO sales_sequence (kind, store_view_id, next) VALUES ($1, $2, 2)
		ON CONFLICT (kind, store_view_id) DO UPDATE SET next = sales_sequence.next + 1 RETURNING next - 1`, string(kind), viewID)
	return formatNumber(viewID, n), err
}

// returnNumber gives back the number just taken in this change.
func returnNumber(ctx context.Context, tx *sqldb.Tx, kind DocKind, viewID int64) error {
	_, err := tx.Exec(ctx, `UPDATE sales_sequence SET next = next - 1 WHERE kind = $1 AND store_view_id = $2`, string(kind), viewID)
	return err
}

func formatNumber(viewID, n int64) string {
	text := fmt.Sprintf("%09d", n)
	if viewID != firstView {
		text = strconv.FormatInt(viewID, 10) + text
	}
	return text
}

// shortNumber is a number as people say it: without zeros at its beginning.
func shortNumber(number string) string { return strings.TrimLeft(number, "0") }
