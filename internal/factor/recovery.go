package factor

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"strings"

	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sqldb"
)

// codes is how many recovery codes there are at a time.
const codes = 10

// plain is Crockford's base32: no letters that are misread.
var plain = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// RenewCodes makes new recovery codes as part of a change; the old ones end. Only
// their hashes are kept: this is the one time they can be shown.
func (s *Service) RenewCodes(ctx context.Context, tx *sqldb.Tx, userID int64) ([]string, error) {
	if err := lock(ctx, tx, userID); err != nil {
		return nil, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM admin_recovery_code WHERE admin_user_id = $1`, userID); err != nil {
		return nil, err
	}
	out := make([]string, codes)
	for i := range out {
		raw := make([]byte, 10)
		_, _ = rand.Read(raw)
		text := plain.EncodeToString(raw)
		out[i] = strings.Join([]string{text[:4], text[4:8], text[8:12], text[12:]}, "-")
		if _, err := tx.Exec(ctx, `INSERT INTO admin_recovery_code (admin_user_id, code_hash) VALUES ($1, $2)`, userID, id.Hash(text)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// CodesLeft counts the recovery codes that were not used.
func (s *Service) CodesLeft(ctx context.Context, userID int64) (int, error) {
	var n int
	err := s.db.Reader().QueryRow(ctx, `SELECT COUNT(*) FROM admin_recovery_code WHERE admin_user_id = $1 AND used_at IS NULL`, userID).Scan(&n)
	return n, err
}

// useRecovery takes a recovery code once.
func useRecovery(ctx context.Context, tx *sqldb.Tx, userID int64, typed string) (bool, error) {
	n, err := tx.Exec(ctx, `UPDATE admin_recovery_code SET used_at = $3 WHERE admin_user_id = $1 AND code_hash = $2 AND used_at IS NULL`,
		userID, id.Hash(cleanCode(typed)), sqldb.Micros(tx.Now()))
	return n == 1, err
}

// cleanCode undoes what people do to a code when they type it: spaces, dashes,
// capitals, the letters that look like digits.
func cleanCode(typed string) string {
	if len(typed) > 64 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '-', ' ', '\t':
			return -1
		case 'i', 'l':
			return '1'
		case 'o':
			return '0'
		}
		return r
	}, strings.ToLower(typed))
}

// RevokeCodes makes everybody's recovery codes worthless, and what somebody was
// just being asked, as part of a change; it says how many codes were left.
func (s *Service) RevokeCodes(ctx context.Context, tx *sqldb.Tx) (int64, error) {
	if _, err := tx.Exec(ctx, `DELETE FROM admin_ceremony`); err != nil {
		return 0, err
	}
	return tx.Exec(ctx, `DELETE FROM admin_recovery_code WHERE used_at IS NULL`)
}
