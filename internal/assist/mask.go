package assist

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/sqldb"
)

// hidden stands for what a masked value does not show; its length says nothing.
const hidden = "•••••"

// MaskEmail shows the first character of an e-mail address and of its host.
func MaskEmail(email string) string {
	name, host, ok := strings.Cut(email, "@")
	if !ok {
		return MaskText(email)
	}
	end := ""
	if at := strings.LastIndexByte(host, '.'); at > 0 {
		end = host[at:]
	}
	return first(name) + hidden + "@" + first(host) + hidden + end
}

// MaskPhone shows the last two digits of a phone number.
func MaskPhone(phone string) string {
	if phone == "" {
		return ""
	}
	digits := strings.Map(func(r rune) rune {
		if unicode.IsDigit(r) {
			return r
		}
		return -1
	}, phone)
	runes := []rune(digits)
	return hidden + string(runes[max(len(runes)-2, len(runes)/2):])
}

// MaskText shows nothing of a street or a birthday but that there is one.
func MaskText(text string) string {
	if text == "" {
		return ""
	}
	return hidden
}

// IsMasked tells a text that was masked, or was typed around one.
func IsMasked(text string) bool { return strings.Contains(text, "•") }

func first(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || len(s) == n {
		return ""
	}
	return string(r)
}

// Reveal shows the customer's personal data for the rest of the stay in the
// context. It is on the record; doing it again changes nothing.
func (s *Service) Reveal(ctx context.Context) error {
	return s.inStay(ctx, ActionRevealed, func(ctx context.Context, tx *sqldb.Tx, stay Stay, _ facts) error {
		n, err := tx.Exec(ctx, `UPDATE impersonation SET revealed_at = $2 WHERE id = $1 AND revealed_at IS NULL`, stay.ID, sqldb.Micros(tx.Now()))
		if n == 0 {
			tx.Skip()
		}
		tx.Details = "E-mail address, phone numbers and streets"
		return err
	})
}
