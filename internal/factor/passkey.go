package factor

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"github.com/storehand/storehand/internal/sqldb"
)

// person makes an Admin user and their passkeys what the library asks for.
type person struct {
	Person
	passkeys []webauthn.Credential
}

func (p person) WebAuthnID() []byte                         { return handle(p.ID) }
func (p person) WebAuthnName() string                       { return p.Username }
func (p person) WebAuthnDisplayName() string                { return p.Name }
func (p person) WebAuthnCredentials() []webauthn.Credential { return p.passkeys }

// handle is what a passkey knows an Admin user by: no name, no address.
func handle(userID int64) []byte { return fmt.Appendf(nil, "storehand-admin-%d", userID) }

func withPasskeys(p Person, factors []Factor) (person, error) {
	out := person{Person: p}
	for _, f := range factors {
		if f.Kind != Passkey {
			continue
		}
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(f.credential), &c); err != nil {
			return out, fmt.Errorf("factor %d: %w", f.ID, err)
		}
		out.passkeys = append(out.passkeys, c)
	}
	return out, nil
}

// ceremony is what the server must remember of a question to a passkey, and what
// the browser is asked.
type ceremony struct {
	Session *webauthn.SessionData `json:"session,omitempty"`
	Options json.RawMessage       `json:"options,omitempty"`
	Secret  string                `json:"secret,omitempty"` // sealed: an app not added yet
	Carry   string                `json:"carry,omitempty"`
}

// askPasskey makes the question to the passkeys of a person, none if they have none.
func (s *Service) askPasskey(p person) (c ceremony, err error) {
	if len(p.passkeys) == 0 {
		return c, nil
	}
	options, session, err := s.rp.BeginLogin(p)
	if err != nil {
		return c, err
	}
	c.Session = session
	c.Options, err = json.Marshal(options.Response)
	return c, err
}

// offerPasskey makes the question for a new passkey.
func (s *Service) offerPasskey(p person) (c ceremony, err error) {
	known := make([]protocol.CredentialDescriptor, len(p.passkeys))
	for i, k := range p.passkeys {
		known[i] = k.Descriptor()
	}
	options, session, err := s.rp.BeginRegistration(p, webauthn.WithExclusions(known))
	if err != nil {
		return c, err
	}
	c.Session = session
	c.Options, err = json.Marshal(options.Response)
	return c, err
}

// maxAnswer bounds what a browser sends of a passkey.
const maxAnswer = 16 << 10

// verifyPasskey checks an answer and keeps the passkey's counter. An answer by a
// passkey whose counter ran backwards may come from a copy: it is refused.
func (s *Service) verifyPasskey(ctx context.Context, tx *sqldb.Tx, p person, factors []Factor, c ceremony, answer string) (Factor, bool, error) {
	if c.Session == nil || len(answer) > maxAnswer {
		return Factor{}, false, nil
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes([]byte(answer))
	if err != nil {
		return Factor{}, false, nil //nolint:nilerr // an answer that cannot be read is a wrong one
	}
	credential, err := s.rp.ValidateLogin(p, *c.Session, parsed)
	if err != nil || credential.Authenticator.CloneWarning {
		return Factor{}, false, nil //nolint:nilerr // so is one that does not hold
	}
	for _, f := range factors {
		if f.Kind != Passkey || f.credentialID() != key(credential.ID) {
			continue
		}
		kept, err := json.Marshal(credential)
		if err != nil {
			return f, false, err
		}
		return f, true, used(ctx, tx, f.ID, string(kept))
	}
	return Factor{}, false, nil
}

func (f Factor) credentialID() string {
	var c webauthn.Credential
	if json.Unmarshal([]byte(f.credential), &c) != nil {
		return ""
	}
	return key(c.ID)
}

func key(id []byte) string { return base64.RawURLEncoding.EncodeToString(id) }

// newPasskey reads a browser's answer to the offer of a new passkey.
func (s *Service) newPasskey(p person, c ceremony, answer string) (credential string, id string, ok bool) {
	if c.Session == nil || len(answer) > maxAnswer {
		return "", "", false
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes([]byte(answer))
	if err != nil {
		return "", "", false
	}
	made, err := s.rp.CreateCredential(p, *c.Session, parsed)
	if err != nil {
		return "", "", false
	}
	made.Attestation = webauthn.CredentialAttestation{}
	kept, err := json.Marshal(made)
	return string(kept), key(made.ID), err == nil
}
