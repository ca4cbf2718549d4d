package admin_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func TestACartPriceRuleIsMadeChangedAndDeleted(t *testing.T) {
	d := openDesk(t)
	tab := d.as("admin", "/marketing/rules")
	tab.MustContain("SAVE10")
	tab = tab.Click("Add New Rule").Form("#rule-form").Set("name", " ").Set("amount", "a lot").Set("condition_0_attribute", "subtotal").
		Set("condition_0_operator", "ge").Set("condition_0", "fifty").Submit("Save")
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("Enter a percentage from 0 to 100")
	tab.MustContain("Enter an amount such as 50.00")
	if typed := tab.Form("#rule-form").Value("condition_0"); typed != "fifty" {
		t.Errorf("what was typed is lost: %q", typed)
	}
	tab = tab.Form("#rule-form").Untick("websites").Set("name", "Autumn").Set("amount", "12.5").Set("coupon", "specific").Set("code", "save10").
		Set("condition_0", "50").Set("until", "2027-10-31").Submit("Save")
	tab.MustContain("Choose at least one website.")
	tab = tab.Form("#rule-form").Tick("websites").Submit("Save")
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("different currencies")
	tab = tab.Form("#rule-form").Set("condition_0_attribute", "total_qty").Set("condition_0", "2").Submit("Save")
	tab.MustContain("Another rule has a coupon with this code.")
	tab = tab.Form("#rule-form").Set("code", "Autumn26").Set("label_0", "Autumn 12.5%").Submit("Save")
	tab.MustContain("You saved the rule Autumn.")
	rules, err := d.Promotions.List(sqldbtest.Ctx())
	if err != nil || len(rules) != 2 {
		t.Fatal(rules, err)
	}
	r := rules[0]
	if r.Amount != 125_000 || r.Code != "Autumn26" || len(r.Websites) != 2 || len(r.Conditions) != 1 || r.Label(1) != "Autumn 12.5%" {
		t.Errorf("%+v", r)
	}
	form := tab.Form("#rule-form")
	if form.Value("until") != "2027-10-31" || form.Value("amount") != "12.5" || form.Value("condition_0") != "2" {
		t.Errorf("shown again: %q %q %q", form.Value("until"), form.Value("amount"), form.Value("condition_0"))
	}
	tab = form.Set("active", "0").Submit("Save")
	tab.MustContain("You saved the rule Autumn.")
	form.Set("active", "1").Submit("Save").MustStatus(http.StatusConflict)
	tab = tab.Visit(d.Admin("/marketing/rules?status=0"))
	tab.MustContain("Autumn")
	tab.MustNotContain("SAVE10")
	path := "/marketing/rules/" + itoa(r.ID)
	tab.Visit(d.Admin(path + "/delete")).Form(path + "/delete").Submit("Delete rule").MustContain("You deleted the rule Autumn.")
}

func TestCouponCodesAreGeneratedListedExportedAndDeleted(t *testing.T) {
	d := openDesk(t)
	id, err := d.Promotions.Save(sqldbtest.Ctx(), promotion.Rule{Name: "Letters", Active: true, Websites: []int64{1}, Groups: []int64{1},
		Coupon: promotion.GeneratedCoupons, Discount: promotion.Percent, Amount: 100_000})
	if err != nil {
		t.Fatal(err)
	}
	path := "/marketing/rules/" + itoa(id) + "/coupons"
	tab := d.as("admin", path)
	tab.MustContain("No coupon codes yet")
	tab = tab.Form(path).Set("qty", "many").Set("prefix", "A B").Submit("Generate")
	tab.MustStatus(http.StatusUnprocessableEntity)
	tab.MustContain("Enter a whole number.")
	tab = tab.Form(path).Set("qty", "60").Set("prefix", "AUT-").Set("dash", "4").Submit("Generate")
	tab.MustContain("60 coupon codes have been generated.")
	file := tab.Form(path + "/export").Submit("Export CSV")
	if lines := strings.Count(file.Body, "AUT-"); lines != 60 {
		t.Errorf("%d codes in the file", lines)
	}
	tab = tab.Visit(d.Admin(path)).Form(path + "/delete").Submit("Delete all")
	tab.MustContain("No coupon codes yet")
}

func TestMariaDoesNotSeeCartPriceRules(t *testing.T) {
	d := openDesk(t)
	d.as("maria", "/marketing/rules").MustStatus(http.StatusForbidden)
	d.as("maria", "/marketing/rules/1/coupons").MustStatus(http.StatusForbidden)
}
