package admin

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/store"
	"github.com/storehand/storehand/internal/web/ui"
)

// promotionGrid is the grid of Marketing > Cart Price Rules. A shop has few, so
// it is one page.
var promotionGrid = gridSpec{
	Path: "/marketing/rules", Caption: "Cart price rules", Placeholder: "Part of a rule's name or coupon code", Sort: "-id",
	Columns: []gridColumn{
		{Key: "id", Label: "ID", Sortable: true, Narrow: true},
		{Key: "name", Label: "Rule", Sortable: true, Strong: true},
		{Key: "code", Label: "Coupon Code"},
		{Key: "from", Label: "Start"},
		{Key: "until", Label: "End"},
		{Key: "status", Label: "Status"},
		{Key: "websites", Label: "Web Site"},
		{Key: "priority", Label: "Priority", Sortable: true, Numeric: true},
		{Key: "updated", Label: "Last saved", Extra: true},
	},
	Filters: []gridFilter{
		{Name: "status", Label: "Status", Show: func(v string) string { return labelOf(promotionStatuses, v) }},
		{Name: "coupon", Label: "Coupon", Show: func(v string) string { return labelOf(couponKinds, v) }},
	},
}

var (
	promotionStatuses = []ui.Option{{Value: "1", Label: "Active"}, {Value: "0", Label: "Inactive"}}
	couponKinds       = []ui.Option{
		{Value: string(promotion.NoCoupon), Label: "No Coupon"}, {Value: string(promotion.SpecificCoupon), Label: "Specific Coupon"},
		{Value: string(promotion.GeneratedCoupons), Label: "Auto Generated Coupons"},
	}
)

func promotionPath(id int64, more string) string { return promotionGrid.Path + "/" + idText(id) + more }

func (a *App) promotions(w http.ResponseWriter, r *http.Request) error {
	all, err := a.Promotions.List(r.Context())
	if err != nil {
		return err
	}
	tree, err := a.Stores.Tree(r.Context())
	if err != nil {
		return err
	}
	grant, g := mustView(r.Context()).Grant, promotionGrid.read(r)
	all = slices.DeleteFunc(all, func(p promotion.Rule) bool {
		return !slices.ContainsFunc(p.Websites, grant.AllowsWebsite) || !g.matches(p)
	})
	slices.SortStableFunc(all, g.comparePromotions)
	p := gridPage{
		Total: len(all), Filters: promotionFilters(g.Filters),
		Empty: ui.EmptyState{Icon: ui.IconTag, Title: "No cart price rules yet", Text: "A rule takes something off carts that meet its conditions, with or without a coupon."},
	}
	for _, rule := range all {
		p.Rows = append(p.Rows, ui.Row{
			Key: idText(rule.ID), Muted: !rule.Active, Cells: g.cells(func(key string) templ.Component { return promotionCell(rule, key, tree) }),
			Menu: ui.RowMenu("Actions for "+rule.Name, []ui.MenuItem{{Text: "Edit", Href: promotionPath(rule.ID, ""), Icon: ui.IconEdit}}),
		})
	}
	page := adminPage{Title: "Cart Price Rules", Nav: promotionGrid.Path}
	if grant.Allows(acl.PromotionsEdit) {
		page.Header.Actions = ui.Button(ui.Btn{Text: "Add New Rule", Href: promotionGrid.Path + "/new", Icon: ui.IconPlus, Variant: ui.Primary})
	}
	return a.page(w, r, http.StatusOK, page, ui.Grid(g.args(p)))
}

func (g gridState) matches(p promotion.Rule) bool {
	q := strings.ToLower(g.Q)
	return (q == "" || strings.Contains(strings.ToLower(p.Name), q) || strings.Contains(strings.ToLower(p.Code), q)) &&
		(g.Filters["status"] == "" || g.Filters["status"] == yesNo(p.Active)) &&
		(g.Filters["coupon"] == "" || g.Filters["coupon"] == string(p.Coupon))
}

func (g gridState) comparePromotions(a, b promotion.Rule) int {
	n := int(a.ID - b.ID)
	switch g.Sort {
	case "name":
		n = strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	case "priority":
		n = int(a.Priority - b.Priority)
	}
	if g.Desc {
		return -n
	}
	return n
}

func promotionCell(p promotion.Rule, key string, tree *store.Tree) templ.Component {
	switch key {
	case "id":
		return ui.Text(idText(p.ID))
	case "name":
		return ui.Link(p.Name, promotionPath(p.ID, ""))
	case "code":
		if p.Coupon == promotion.GeneratedCoupons {
			return ui.Text("Auto generated")
		}
		return ui.Name(p.Code)
	case "from":
		return ui.Text(dateText(p.From))
	case "until":
		return ui.Text(lastDay(p))
	case "status":
		if p.Active {
			return ui.Badge(ui.Success, "Active")
		}
		return ui.Badge(ui.Neutral, "Inactive")
	case "websites":
		var names []string
		for _, id := range p.Websites {
			if w, ok := tree.Website(id); ok {
				names = append(names, w.Name)
			}
		}
		return ui.Text(strings.Join(names, ", "))
	case "priority":
		return ui.Text(strconv.FormatInt(p.Priority, 10))
	case "updated":
		return ui.TimeStamp(p.UpdatedAt, "")
	}
	return nil
}

// lastDay is the last day on which a rule counts.
func lastDay(p promotion.Rule) string {
	if p.Until.IsZero() {
		return ""
	}
	return dateText(p.Until.AddDate(0, 0, -1))
}
