package assist

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// ActionVouched is recorded when answers from before there was a key were signed.
const ActionVouched sqldb.Action = "login_as_customer.consents_signed"

// vouchBatch is how many answers one change signs.
const vouchBatch = 200

// Vouch signs the answers in force that were given before there was a key: for
// each a further event with the same answer and a signed receipt. Whoever calls
// it knows that there was no key before: later, it would vouch for forgeries.
func (s *Service) Vouch(ctx context.Context) error {
	who, _ := actor.From(ctx)
	for last := int64(0); ; {
		answers, err := s.unsigned(ctx, last)
		if err != nil || len(answers) == 0 {
			return err
		}
		last = answers[len(answers)-1].customerID
		err = s.db.Change(ctx, ActionVouched, func(ctx context.Context, tx *sqldb.Tx) error {
			n := 0
			for _, a := range answers {
				ok, err := s.vouch(ctx, tx, who, a)
				if err != nil {
					return err
				}
				n += ok
			}
			tx.Note("answers", text(int64(n)))
			return nil
		})
		if err != nil {
			return err
		}
	}
}

// vouch signs one answer, if it is still the one in force.
func (s *Service) vouch(ctx context.Context, tx *sqldb.Tx, who actor.Who, a givenAnswer) (int, error) {
	n, err := tx.Exec(ctx, `UPDATE customer SET assistance = assistance WHERE id = $1 AND assistance = $2 AND COALESCE(assistance_until, 0) = $3`,
		a.customerID, a.value, microsOrZero(a.until))
	if err != nil || n == 0 {
		return 0, err
	}
	_, err = s.record(ctx, tx, who, a)
	return 1, err
}

func microsOrZero(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return sqldb.Micros(t)
}

// unsigned lists answers in force whose receipt is not signed, by customer.
func (s *Service) unsigned(ctx context.Context, after int64) ([]givenAnswer, error) {
	return sqldb.All(ctx, s.db.Reader(), func(r sqldb.Scanner) (a givenAnswer, err error) {
		a.channel = ByKey
		err = r.Scan(&a.customerID, &a.customerName, &a.websiteID, &a.value, sqldb.Into(&a.until), &a.label)
		return a, err
	}, `SELECT c.id, c.first_name || ' ' || c.last_name, c.website_id, c.assistance, c.assistance_until, e.label
		FROM customer c JOIN consent_event e ON e.id = (SELECT MAX(x.id) FROM consent_event x WHERE x.customer_id = c.id AND x.request_id = 0)
		WHERE c.id > $1 AND e.value = c.assistance AND COALESCE(e.until, 0) = COALESCE(c.assistance_until, 0) AND e.receipt NOT LIKE '%— %'
		ORDER BY c.id LIMIT $2`, after, vouchBatch)
}
