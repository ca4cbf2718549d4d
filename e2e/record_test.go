package e2e

import (
	"context"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
)

// exported sends the form of an export as its button does and keeps the file.
const exported = `(format) => { const form = [...document.forms].find((f) => f.elements.format && f.elements.format.value === format);
	fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then((a) => a.text()).then((text) => { window.file = text }); return ""; }`

func TestAnAuditorFindsKeepsAndTakesAlongWhatHappened(t *testing.T) {
	story(t)
	s := open(t)
	boss := s.staff(s.person(), "admin").Visit(s.admin("/config/general/general"))
	boss.In("Store Name").Tick("Use system value", false)
	boss.Fill("Store Name", "=Lindgren at the harbour").Click("Save Config").See("saved")

	tom := s.staff(s.person(), "tom").Click("Report").Select("Action Group", "Configuration").Fill("Full Details", "harbour").Click("Search")
	tom.See("1 record", "Configuration saved", "admin").Click("View")
	tom.See("Value Before Change", "Value After Change", "=Lindgren at the harbour").Back()

	tom.Click("Save filter").See("1 record") // a name is needed
	tom.Fill("Save this search as", "At the harbour").Click("Save filter").See("You saved the filter At the harbour.")
	tom.Click("Reset").See("Signed in").Click("At the harbour").See("1 record", "Active filters")
	tom.Eval("(" + exported + `)("csv")`)
	tom.Until("the CSV file", `window.file && window.file.includes("Lindgren at the harbour") && !window.file.includes("Signed in")`)
	tom.Eval("(" + exported + `)("jsonl")`)
	tom.Until("the JSON Lines", `window.file && window.file.startsWith("{") && JSON.stringify(JSON.parse(window.file.trim())).includes("Lindgren at the harbour")`)

	tom.Visit(s.admin("/system/actions?action=audit.exported")).See("2 records", "Report exported", "tom")
	tom.Visit(s.admin("/system/actions?action=audit.entry_viewed")).See("1 record", "Log entry viewed")
}

const unrecorded = "This could not be recorded"

// upkeep runs a statement that no application does.
func (s *shop) upkeep(statement string) {
	s.t.Helper()
	err := s.DB.Upkeep(context.Background(), "story", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, statement)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestWhatCannotBeRecordedIsNotDoneAndGuestsShopOn(t *testing.T) {
	story(t)
	s := open(t)
	maria := s.person()
	s.staff(maria, "maria")
	front := s.assist(maria, "vera@example.com").Visit(s.store("english", "/p/item-2")).See("Linen Bag")
	s.upkeep(`CREATE TRIGGER broken BEFORE INSERT ON audit_log BEGIN SELECT RAISE(ABORT, 'no space'); END`)
	front.Click("Add to cart").See(unrecorded).Misses("Linen Bag is in your cart")
	front.Visit(s.store("english", "/account")).See(unrecorded)
	s.person().Open(s.store("english", "/p/item-2")).See("Linen Bag")
	s.upkeep(`DROP TRIGGER broken`)
	front.Visit(s.store("english", "/cart")).See("You are logged in as Vera Lind").Misses("Linen Bag")
}
