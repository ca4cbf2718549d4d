package customer_test

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func elm() customer.Address {
	return customer.Address{FirstName: "Vera", LastName: "<Lind>", Street: "Elm Street 1", City: "Berlin", Postcode: "10115", Country: "DE"}
}

func TestEveryChangeOfTheAddressBookIsToldToTheCustomer(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := h.register(t).Customer
		h.letters(t)
		a := elm()
		id, err := h.s.SaveAddress(own(c), c.ID, a)
		must(t, err)
		a.ID, a.Street = id, "Oak Street 2"
		_, err = h.s.SaveAddress(stay(c), c.ID, a)
		must(t, err)
		_, err = h.s.SaveAddress(own(c), c.ID, a)
		must(t, err) // nothing changed: nothing to tell
		must(t, h.s.DeleteAddress(own(c), c.ID, id))
		_, err = h.s.SaveAddress(sqldbtest.Ctx(), c.ID, elm())
		must(t, err) // as an import does
		box := h.letters(t)
		if len(box) != 3 {
			t.Fatalf("%d letters", len(box))
		}
		for i, says := range [][]string{
			{"address_added", "was added", "Elm Street 1", "10115 Berlin", "Germany", "From your account"},
			{"address_changed", "It is now", "Oak Street 2", "By our staff"},
			{"address_removed", "was removed", "Oak Street 2", "From your account"},
		} {
			m := box[i]
			if m.Kind != says[0] || m.To != c.Email || !strings.Contains(m.HTML, "Vera &lt;Lind&gt;") {
				t.Errorf("letter %d is %s to %s", i, m.Kind, m.To)
			}
			for _, text := range says[1:] {
				if !strings.Contains(m.Text, text) || !strings.Contains(m.HTML, text) {
					t.Errorf("%s does not say %q:\n%s", m.Kind, text, m.Text)
				}
			}
			if strings.Contains(m.Text, "maria") {
				t.Errorf("%s names the Admin user", m.Kind)
			}
		}
	})
}

func TestTheLettersAboutAddressesCanBeSwitchedOff(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := h.register(t).Customer
		h.letters(t)
		off := []config.Edit{{Field: customer.AddressLetters, Value: "0"}}
		must(t, h.config.Save(sqldbtest.Ctx(), acl.Everything(), config.Everywhere, customer.AddressLetters.Section, off))
		h.clock.Advance(2 * sqldb.RecheckAfter)
		_, err := h.s.SaveAddress(own(c), c.ID, elm())
		must(t, err)
		if box := h.letters(t); len(box) != 0 {
			t.Errorf("%d letters", len(box))
		}
	})
}

func TestALetterExistsExactlyWhenItsChangeDoes(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		c := h.register(t).Customer
		h.letters(t)
		a := elm()
		a.City = ""
		if _, err := h.s.SaveAddress(own(c), c.ID, a); err == nil {
			t.Fatal("an address without a city was kept")
		}
		if err := h.s.DeleteAddress(own(c), c.ID, 999); err == nil {
			t.Fatal("what is not there was deleted")
		}
		if box := h.letters(t); len(box) != 0 {
			t.Errorf("%d letters about nothing", len(box))
		}
	})
}

func TestTheLettersOfAnAccountAreInItsLanguage(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		must(t, h.db.Upkeep(context.Background(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE store_view SET locale = 'ar-EG' WHERE id = 1`)
			return err
		}))
		h.clock.Advance(2 * sqldb.RecheckAfter)
		c := h.register(t).Customer
		_, err := h.s.SaveAddress(own(c), c.ID, elm())
		must(t, err)
		must(t, h.s.SendReset(own(c), c.ID))
		for _, m := range h.letters(t) {
			if !strings.Contains(m.HTML, `dir="rtl"`) || strings.Contains(m.Text, "mail.") || strings.ContainsAny(m.Text+m.Subject, "{}") || strings.Contains(m.Text, "Hello") {
				t.Errorf("%s:\n%s", m.Kind, m.Text)
			}
		}
	})
}

var confirmLink = regexp.MustCompile(`/confirm\?token=(\S+)`)

func TestWhereAddressesMustBeConfirmedAnAccountSignsInAfterwardsOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		on := []config.Edit{{Field: customer.RequireConfirmation, Value: "1"}}
		must(t, h.config.Save(sqldbtest.Ctx(), acl.Everything(), config.Everywhere, customer.RequireConfirmation.Section, on))
		h.clock.Advance(2 * sqldb.RecheckAfter)
		in := h.register(t)
		if in.Secret != "" || in.Customer.Confirmed() {
			t.Fatalf("registered as %+v", in)
		}
		first := h.letters(t)
		if len(first) != 1 || first[0].Kind != "confirmation" {
			t.Fatalf("letters: %+v", first)
		}
		if _, err := h.signIn("vera@example.com", "wrong password", 1); fault.FieldsOf(err) != nil || !strings.Contains(err.Error(), "not right") {
			t.Errorf("a wrong password: %v", err)
		}
		if _, err := h.signIn("vera@example.com", good, 1); err == nil || !strings.Contains(err.Error(), "confirm your e-mail address") {
			t.Errorf("before it is confirmed: %v", err)
		}
		again := h.letters(t)
		if len(again) != 1 || again[0].Kind != "confirmation" {
			t.Fatalf("letters: %+v", again)
		}
		old, link := confirmLink.FindStringSubmatch(first[0].Text)[1], confirmLink.FindStringSubmatch(again[0].Text)[1]
		if _, err := h.s.Confirm(guest(), old); !fault.Is(err, fault.Gone) {
			t.Errorf("the earlier link: %v", err)
		}
		_, err := h.s.Confirm(guest(), link)
		must(t, err)
		if _, err := h.s.Confirm(guest(), link); !fault.Is(err, fault.Gone) {
			t.Errorf("the link twice: %v", err)
		}
		if box := h.letters(t); len(box) != 1 || box[0].Kind != "welcome" {
			t.Errorf("letters: %+v", box)
		}
		if in, err := h.signIn("vera@example.com", good, 1); err != nil || in.Secret == "" {
			t.Errorf("confirmed: %v", err)
		}
	})
}
