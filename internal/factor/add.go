package factor

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// maxName is how long the name of a factor may be, in characters.
const maxName = 60

// Offer is a factor a person adds: the name they give it, and the app's first
// code or the browser's answer as JSON.
type Offer struct {
	Name    string
	Code    string
	Passkey string
}

// AddApp ends the ceremony of an app by its first code, as part of a change.
// What is wrong is told beside the field "code" or "name".
func (s *Service) AddApp(ctx context.Context, tx *sqldb.Tx, userID int64, token string, n Offer) error {
	name, err := cleanName(n.Name, "Authenticator app")
	if err != nil {
		return err
	}
	r, c, err := find(ctx, tx, AddApp, token, tx.Now())
	if err != nil {
		return err
	}
	if r.userID != userID || c.Secret == "" {
		return errOver
	}
	secret, err := s.keys.open(userID, c.Secret)
	if err != nil {
		return err
	}
	at := matches(secret, digits(n.Code), tx.Now(), 0)
	if at == 0 {
		return fault.Fields{"code": "This is not the code the app shows now. Check that the clock of your phone is right."}.Err()
	}
	if err := s.spend(ctx, tx, r); err != nil {
		return err
	}
	return add(ctx, tx, userID, Factor{Kind: App, Name: name, secret: c.Secret, lastStep: at}, nil)
}

// AddPasskey ends the ceremony of a passkey by the browser's answer.
func (s *Service) AddPasskey(ctx context.Context, tx *sqldb.Tx, p Person, token string, n Offer) error {
	name, err := cleanName(n.Name, "Passkey")
	if err != nil {
		return err
	}
	r, c, err := find(ctx, tx, AddPasskey, token, tx.Now())
	if err != nil {
		return err
	}
	factors, err := of(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	who, err := withPasskeys(p, factors)
	if err != nil {
		return err
	}
	credential, id, ok := s.newPasskey(who, c, n.Passkey)
	if r.userID != p.ID || !ok {
		return fault.Fields{"passkey": "The browser gave no passkey that can be used here. Please try again."}.Err()
	}
	if err := s.spend(ctx, tx, r); err != nil {
		return err
	}
	return add(ctx, tx, p.ID, Factor{Kind: Passkey, Name: name, credential: credential}, &id)
}

func (s *Service) spend(ctx context.Context, tx *sqldb.Tx, r row) error {
	n, err := tx.Exec(ctx, `DELETE FROM admin_ceremony WHERE id = $1`, r.id)
	if err == nil && n == 0 {
		return errOver
	}
	return err
}

func cleanName(typed, usual string) (string, error) {
	name := strings.Join(strings.Fields(typed), " ")
	if name == "" {
		return usual, nil
	}
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > maxName {
		return "", fault.Fields{"name": fmt.Sprintf("At most %d characters.", maxName)}.Err()
	}
	return name, nil
}

// appLink is what a QR code carries (the key URI format that apps share).
func appLink(issuer, account, secret string) string {
	q := url.Values{"secret": {secret}, "issuer": {issuer}, "algorithm": {"SHA1"}, "digits": {"6"}, "period": {"30"}}
	return "otpauth://totp/" + url.PathEscape(issuer+":"+account) + "?" + q.Encode()
}

func square(x, y int) string { return fmt.Sprintf("M%d %dh1v1h-1z", x, y) }
