package admin

import (
	"net/http"
	"slices"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/promotion"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

// promotionForm gathers what the editor shows beside the rule.
func (a *App) promotionForm(r *http.Request) (*promotionForm, error) {
	v := mustView(r.Context())
	f := &promotionForm{Grant: v.Grant, Token: web.CSRF(r.Context())}
	var err error
	if f.Tree, err = a.Stores.Tree(r.Context()); err != nil {
		return nil, err
	}
	if f.Categories, err = a.Catalog.Tree(r.Context()); err != nil {
		return nil, err
	}
	if f.All, err = a.Customers.Groups(r.Context()); err != nil {
		return nil, err
	}
	if r.PathValue("id") != "" {
		if f.Stored, err = a.pathPromotion(r); err != nil {
			return nil, err
		}
	}
	switch {
	case !v.Grant.Allows(acl.PromotionsEdit):
		f.Locked = "Your role may not change cart price rules."
	case f.Stored.ID != 0 && !covers(v.Grant, f.Stored.Websites):
		f.Locked = "This rule counts on websites that your role does not reach."
	}
	return f, nil
}

func covers(g acl.Grant, websites []int64) bool {
	return !slices.ContainsFunc(websites, func(id int64) bool { return !g.AllowsWebsite(id) })
}

// pathPromotion is the rule that the path names, if the role reaches it.
func (a *App) pathPromotion(r *http.Request) (promotion.Rule, error) {
	id, err := web.PathID(r, "id")
	if err != nil {
		return promotion.Rule{}, err
	}
	rule, err := a.Promotions.Get(r.Context(), id)
	if err == nil && !slices.ContainsFunc(rule.Websites, mustView(r.Context()).Grant.AllowsWebsite) {
		err = fault.New(fault.NotFound, "This cart price rule does not exist.")
	}
	return rule, err
}

func (a *App) promotionNew(w http.ResponseWriter, r *http.Request) error {
	f, err := a.promotionForm(r)
	if err != nil {
		return err
	}
	rule := promotion.Rule{Active: true, Coupon: promotion.NoCoupon, Discount: promotion.Percent}
	for _, g := range f.All {
		rule.Groups = append(rule.Groups, g.ID)
	}
	for _, site := range f.Tree.Websites {
		if f.Grant.AllowsWebsite(site.ID) {
			rule.Websites = append(rule.Websites, site.ID)
		}
	}
	f.show(rule)
	return a.showPromotion(w, r, http.StatusOK, f)
}

func (a *App) promotionEdit(w http.ResponseWriter, r *http.Request) error {
	f, err := a.promotionForm(r)
	if err != nil {
		return err
	}
	f.show(f.Stored)
	return a.showPromotion(w, r, http.StatusOK, f)
}

func (f *promotionForm) page() adminPage {
	p := adminPage{Title: "New Cart Price Rule", Nav: promotionGrid.Path, Header: ui.Header{Back: promotionGrid.Path}}
	if f.Stored.ID != 0 {
		p.Title = f.Stored.Name
	}
	p.Header.Crumbs = []ui.Crumb{{Text: "Marketing"}, {Text: "Cart Price Rules", Href: promotionGrid.Path}, {Text: p.Title}}
	return p
}

func (a *App) showPromotion(w http.ResponseWriter, r *http.Request, status int, f *promotionForm) error {
	p := f.page()
	if f.Locked == "" {
		p.Header.Actions = promotionActions(f)
	}
	return a.page(w, r, status, p, promotionEditor(f))
}

// promotionSave adds a rule or replaces one.
func (a *App) promotionSave(w http.ResponseWriter, r *http.Request) error {
	f, err := a.promotionForm(r)
	if err != nil {
		return err
	}
	in, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	rule := f.read(in)
	if f.Locked != "" || !covers(f.Grant, rule.Websites) {
		return fault.New(fault.Denied, "Your role does not reach all websites of this rule.")
	}
	id := int64(0)
	if err = in.Errors.Err(); err == nil {
		id, err = a.Promotions.Save(r.Context(), rule)
	}
	if refused, ok := fault.As(err); ok {
		f.Errors = refused.Fields
		if len(refused.Fields) == 0 {
			f.Refuse = refused.Message
		}
		return a.showPromotion(w, r, statusFor(refused), f)
	}
	if err != nil {
		return err
	}
	web.Flash(w, web.Good, "You saved the rule "+rule.Name+".")
	if rule.Coupon == promotion.GeneratedCoupons && f.Stored.Coupon != promotion.GeneratedCoupons {
		return web.Redirect(w, r, promotionPath(id, "/coupons"))
	}
	return web.Redirect(w, r, promotionPath(id, ""))
}

func (a *App) promotionDeleteForm(w http.ResponseWriter, r *http.Request) error {
	f, err := a.promotionForm(r)
	if err != nil {
		return err
	}
	p := adminPage{Title: "Delete " + f.Stored.Name, Nav: promotionGrid.Path, Header: ui.Header{Back: promotionPath(f.Stored.ID, "")}}
	return a.page(w, r, http.StatusOK, p, promotionDeletePage(f))
}

func (a *App) promotionDelete(w http.ResponseWriter, r *http.Request) error {
	f, err := a.promotionForm(r)
	if err != nil {
		return err
	}
	if f.Locked != "" {
		return fault.New(fault.Denied, "%s", f.Locked)
	}
	if err := a.Promotions.Delete(r.Context(), f.Stored.ID); err != nil {
		return err
	}
	web.Flash(w, web.Good, "You deleted the rule "+f.Stored.Name+".")
	return web.Redirect(w, r, promotionGrid.Path)
}
