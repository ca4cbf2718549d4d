package storefront_test

import (
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/web/webtest"
)

var confirmURL = regexp.MustCompile(`https?://\S+/confirm\?token=3?D?[A-Za-z0-9_-]{43}`)

func TestANewAccountIsConfirmedThroughTheLetter(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		err := d.DB.Change(sqldbtest.Ctx(), config.Saved, func(ctx context.Context, tx *sqldb.Tx) error {
			return d.Config.Put(ctx, tx, config.Everywhere, config.Edit{Field: customer.RequireConfirmation, Value: "1"})
		})
		if err != nil {
			t.Fatal(err)
		}
		d.Clock.Advance(2 * sqldb.RecheckAfter)
		tab := webtest.New(t).Open(d.at("/register")).Form("/register").Set("first_name", "Ida").Set("last_name", "Berg").
			Set("email", "ida@example.com").Set("password", "a long enough one").Set("password_again", "a long enough one").Submit()
		tab.MustBe(d.at("/login"))
		tab.MustContain("we have sent a link to ida@example.com")
		link := d.confirmLink()
		tab = tab.Form("/login").Set("email", "ida@example.com").Set("password", "a long enough one").Submit()
		tab.MustStatus(http.StatusUnprocessableEntity)
		tab.MustContain("Please confirm your e-mail address first")
		tab.Visit(link).MustStatus(http.StatusGone) // a new one is on its way
		tab.Visit(d.confirmLink()).Form("/confirm").Submit().MustContain("Your e-mail address is confirmed.")
		tab = tab.Form("/login").Set("email", "ida@example.com").Set("password", "a long enough one").Submit()
		tab.MustBe(d.at("/account"))
	})
}

// confirmLink is the address in the letter that was written last.
func (d door) confirmLink() string {
	d.t.Helper()
	if err := d.App.Mail.Deliver(context.Background()); err != nil {
		d.t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(d.Mail, "*confirmation.eml"))
	if err != nil || len(files) == 0 {
		d.t.Fatal("no letter: ", err)
	}
	text, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		d.t.Fatal(err)
	}
	return strings.Replace(confirmURL.FindString(strings.ReplaceAll(string(text), "=\r\n", "")), "=3D", "=", 1)
}
