package app

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"

	"github.com/storehand/storehand/internal/mail"
)

// smtpSender reads a mail server's address: smtp://account:password@host:587
// (STARTTLS), smtps:// for TLS from the start, smtp+plain:// for a relay on a
// trusted network.
func smtpSender(address string) (mail.Sender, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" {
		return nil, errors.New("the mail server's address: want smtp://account@host:587 (--smtp)")
	}
	security, ok := map[string]string{"smtp": "starttls", "smtps": "tls", "smtp+plain": "none"}[u.Scheme]
	if !ok {
		return nil, fmt.Errorf("the mail server's address begins with %q: want smtp, smtps or smtp+plain (--smtp)", u.Scheme)
	}
	s := mail.Server{Host: u.Hostname(), Username: u.User.Username(), Security: security}
	s.Password, _ = u.User.Password()
	if p := u.Port(); p != "" {
		if s.Port, err = strconv.Atoi(p); err != nil {
			return nil, err
		}
	}
	return mail.SMTP(s)
}
