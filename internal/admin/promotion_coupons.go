package admin

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// couponPage is the list of a rule's generated codes, with the form that makes
// more of them.
type couponPage struct {
	*promotionForm
	List        promotion.CouponPage
	May, Export bool
}

const couponsOnPage = 50

var formats = []ui.Option{
	{Value: string(promotion.Alphanumeric), Label: "Alphanumeric"}, {Value: string(promotion.Alphabetical), Label: "Alphabetical"},
	{Value: string(promotion.Numeric), Label: "Numeric"},
}

func (a *App) coupons(w http.ResponseWriter, r *http.Request) error {
	f, err := a.promotionForm(r)
	if err != nil {
		return err
	}
	f.Values = map[string]string{"length": "12", "format": string(promotion.Alphanumeric)}
	return a.showCoupons(w, r, http.StatusOK, f)
}

func (a *App) showCoupons(w http.ResponseWriter, r *http.Request, status int, f *promotionForm) error {
	if f.Stored.Coupon != promotion.GeneratedCoupons {
		return fault.New(fault.NotFound, "This rule does not ask for generated coupons.")
	}
	v := couponPage{promotionForm: f, May: f.Grant.Allows(acl.PromotionCoupons) && covers(f.Grant, f.Stored.Websites), Export: f.Grant.Allows(acl.PromotionExport)}
	var err error
	v.List, err = a.Promotions.Coupons(r.Context(), f.Stored.ID, web.QueryInt(r, "after", 0), web.QueryInt(r, "before", 0), couponsOnPage)
	if err != nil {
		return err
	}
	p := f.page()
	p.Title = "Manage Coupon Codes"
	p.Header.Back = promotionPath(f.Stored.ID, "")
	p.Header.Crumbs = append(p.Header.Crumbs[:2:2], ui.Crumb{Text: f.Stored.Name, Href: promotionPath(f.Stored.ID, "")}, ui.Crumb{Text: p.Title})
	return a.page(w, r, status, p, couponManager(v))
}

// ruleOfCoupons is the rule that the path names, if its codes may be changed.
func (a *App) ruleOfCoupons(r *http.Request) (*promotionForm, *web.Form, error) {
	f, err := a.promotionForm(r)
	if err != nil {
		return nil, nil, err
	}
	if !covers(f.Grant, f.Stored.Websites) {
		return nil, nil, fault.New(fault.Denied, "This rule counts on websites that your role does not reach.")
	}
	in, err := web.ParseForm(r)
	return f, in, err
}

func (a *App) generateCoupons(w http.ResponseWriter, r *http.Request) error {
	f, in, err := a.ruleOfCoupons(r)
	if err != nil {
		return err
	}
	g := promotion.Generation{
		Qty: in.Int("qty"), Length: in.Int("length"), Format: promotion.Format(in.Text("format")),
		Prefix: in.Text("prefix"), Suffix: in.Text("suffix"), Dash: optionalInt(in, "dash"),
	}
	if err = in.Errors.Err(); err == nil {
		err = a.Promotions.Generate(r.Context(), f.Stored.ID, g)
	}
	if fields := fault.FieldsOf(err); fields != nil {
		f.Errors, f.Values = fields, map[string]string{}
		for name := range in.Names() {
			f.Values[name] = in.Text(name)
		}
		return a.showCoupons(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, ui.Count(int(g.Qty))+" coupon codes have been generated.")
	return web.Redirect(w, r, promotionPath(f.Stored.ID, "/coupons"))
}

func (a *App) deleteCoupons(w http.ResponseWriter, r *http.Request) error {
	f, in, err := a.ruleOfCoupons(r)
	if err != nil {
		return err
	}
	if err := a.Promotions.DeleteCoupons(r.Context(), f.Stored.ID, in.IDs("id"), in.Bool("all")); err != nil {
		return err
	}
	web.Flash(w, web.Good, "The coupon codes were deleted.")
	return web.Redirect(w, r, promotionPath(f.Stored.ID, "/coupons"))
}

func (a *App) exportCoupons(w http.ResponseWriter, r *http.Request) error {
	rule, err := a.pathPromotion(r)
	if err != nil {
		return err
	}
	if err := a.Promotions.ExportCoupons(r.Context(), rule.ID); err != nil {
		return err
	}
	return web.CSV(w, r, "coupon-codes-"+idText(rule.ID)+".csv", []string{"Coupon Code", "Created", "Used", "Times Used"}, func(row func(...string) error) error {
		return a.Promotions.EachCoupon(r.Context(), rule.ID, func(c promotion.Coupon) error {
			return row(c.Code, machineTime(c.CreatedAt), yesNoText(c.Uses > 0), strconv.FormatInt(c.Uses, 10))
		})
	})
}

// rows are the codes as a table shows them.
func (v couponPage) rows() []ui.Row {
	rows := make([]ui.Row, len(v.List.Coupons))
	for i, c := range v.List.Coupons {
		rows[i] = ui.Row{Key: idText(c.ID), Cells: []templ.Component{
			ui.Name(c.Code), ui.TimeStamp(c.CreatedAt, ""), ui.Text(yesNoText(c.Uses > 0)), ui.Text(ui.Count(int(c.Uses))),
		}}
		if v.May {
			rows[i].Menu = ui.RowMenu("Actions for "+c.Code, []ui.MenuItem{{
				Text: "Delete", Icon: ui.IconTrash, Danger: true, Post: promotionPath(v.Stored.ID, "/coupons/delete"), Token: v.Token,
				Hidden: []ui.Pair{{Name: "id", Value: idText(c.ID)}},
			}})
		}
	}
	return rows
}

func (v couponPage) pager() ui.Pager {
	path := promotionPath(v.Stored.ID, "/coupons")
	p := ui.Pager{Total: int(v.List.Total)}
	if v.List.Next != 0 {
		p.Next = path + "?after=" + idText(v.List.Next)
	}
	if v.List.Prev != 0 {
		p.Prev, p.First = path+"?before="+idText(v.List.Prev), path
	}
	return p
}
