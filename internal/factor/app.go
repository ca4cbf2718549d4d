package factor

import (
	"context"
	"strings"
	"time"

	"github.com/boombuler/barcode/qr"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"
	"github.com/pquerna/otp/totp"

	"github.com/storehand/storehand/internal/sqldb"
)

// period is how long a code of an app is shown (RFC 6238, section 5.2); one step
// of clock error is forgiven either way.
const (
	period = 30 * time.Second
	skew   = 1
)

var appCode = hotp.ValidateOpts{Digits: otp.DigitsSix, Algorithm: otp.AlgorithmSHA1}

// step counts the periods since 1970.
func step(now time.Time) int64 { return now.Unix() / int64(period/time.Second) }

// matches gives the step whose code was typed, later than one used before; 0 if
// there is none.
func matches(secret, code string, now time.Time, after int64) int64 {
	for s := step(now) - skew; s <= step(now)+skew; s++ {
		if s <= after || s < 0 {
			continue
		}
		if ok, err := hotp.ValidateCustom(code, uint64(s), secret, appCode); err == nil && ok {
			return s
		}
	}
	return 0
}

// digits leaves the digits of what was typed: people write codes in two halves.
func digits(typed string) string {
	if len(typed) > 32 {
		return ""
	}
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, typed)
}

// newApp makes the secret of an app that is not added yet.
func (s *Service) newApp(p Person) (*otp.Key, error) {
	return totp.Generate(totp.GenerateOpts{Issuer: s.issuer, AccountName: p.Username, SecretSize: 20})
}

// verifyApp takes a code once: the step is spent by the condition of the update.
func (s *Service) verifyApp(ctx context.Context, tx *sqldb.Tx, userID int64, f Factor, code string) (bool, error) {
	secret, err := s.keys.open(userID, f.secret)
	if err != nil {
		return false, errNoKey
	}
	at := matches(secret, code, tx.Now(), f.lastStep)
	if at == 0 {
		return false, nil
	}
	n, err := tx.Exec(ctx, `UPDATE admin_factor SET last_step = $2, last_used_at = $3 WHERE id = $1 AND last_step < $2`,
		f.ID, at, sqldb.Micros(tx.Now()))
	return n == 1, err
}

// Picture is a QR code as rows of squares.
type Picture struct {
	Size int
	Path string // of an SVG with one unit a square
}

// picture draws text as a QR code (ISO/IEC 18004, correction level M).
func picture(text string) (Picture, error) {
	code, err := qr.Encode(text, qr.M, qr.Auto)
	if err != nil {
		return Picture{}, err
	}
	p := Picture{Size: code.Bounds().Dx()}
	var path strings.Builder
	for y := range p.Size {
		for x := range p.Size {
			if r, _, _, _ := code.At(x, y).RGBA(); r == 0 {
				path.WriteString(square(x, y))
			}
		}
	}
	p.Path = path.String()
	return p, nil
}
