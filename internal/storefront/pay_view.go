package storefront

import (
	"io"
	"net/http"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/payment"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web"
)

// payView is the page of a payment link: one order, no signing in.
type payView struct {
	S                    *Shopper
	Action, Token        string
	Number, Amount, Name string
	Instructions         []string
	Online               bool   // leads to the provider's page
	Done                 string // why there is nothing to do
	Problem              string
	Demo                 bool // the page of the demo's provider
	Back                 string
}

// payOrder is the order of the link in the path. A link that is not valid any
// more says so.
func (a *App) payOrder(r *http.Request) (o sales.Order, err error) {
	o, err = a.Payments.ByToken(r.Context(), r.PathValue("token"))
	if e, ok := fault.As(err); ok && e.Kind == fault.NotFound {
		key := "pay.unknown"
		if e.Code == "link_expired" {
			key = "pay.expired"
		}
		err = fault.New(fault.NotFound, "%s", shopper(r.Context()).T(key))
	}
	return o, err
}

func (a *App) payPage(w http.ResponseWriter, r *http.Request) error {
	o, err := a.payOrder(r)
	if err != nil {
		return err
	}
	v, err := a.payViewOf(r, o)
	if err != nil {
		return err
	}
	return a.showPay(w, r, http.StatusOK, v)
}

func (a *App) showPay(w http.ResponseWriter, r *http.Request, status int, v payView) error {
	return a.page(w, r, status, shopPage{Title: v.S.T("pay.title"), Path: "/", Personal: true}, payBody(v))
}

func (a *App) payViewOf(r *http.Request, o sales.Order) (payView, error) {
	s := shopper(r.Context())
	v := payView{
		S: s, Action: s.URL("/pay/" + r.PathValue("token")), Token: web.CSRF(r.Context()), Number: o.Number,
		Amount: s.amount(o.Due(), o.Currency), Name: s.methodName(o.PaymentMethod, o.PaymentTitle, payment.DefaultTitle(o.PaymentMethod)),
	}
	switch {
	case !payment.CanLink(o):
		v.Done = s.T("pay.nothing")
	case o.State == sales.PendingPayment && a.Payments.NeedsPayer(o.PaymentMethod):
		v.Online = true
	case a.Payments.NeedsPayer(o.PaymentMethod):
		v.Done = s.T("pay.promised")
	}
	text, err := a.Payments.Instructions(r.Context(), o)
	for line := range strings.Lines(text) {
		v.Instructions = append(v.Instructions, strings.TrimSpace(line))
	}
	return v, err
}

// payStart leads the payer to the provider's page.
func (a *App) payStart(w http.ResponseWriter, r *http.Request) error {
	o, err := a.payOrder(r)
	if err != nil {
		return err
	}
	here := "/pay/" + r.PathValue("token")
	if o.State != sales.PendingPayment || !a.Payments.NeedsPayer(o.PaymentMethod) {
		return a.redirect(w, r, here)
	}
	return a.startPayment(w, r, o, here, here)
}

// demoPayment is the page that stands where a real provider has its card form.
func (a *App) demoPayment(w http.ResponseWriter, r *http.Request) error {
	v, _, err := a.demoView(r)
	if err != nil {
		return err
	}
	return a.showPay(w, r, http.StatusOK, v)
}

func (a *App) demoView(r *http.Request) (v payView, amount int64, err error) {
	if a.DemoPayments == nil {
		return v, 0, fault.New(fault.NotFound, "")
	}
	s := shopper(r.Context())
	number, amount, currency, ok := a.DemoPayments.Asked(r.PathValue("reference"))
	if !ok {
		return v, 0, fault.New(fault.NotFound, "")
	}
	back := web.LocalPath(r.URL.Query().Get("back"), s.URL("/"))
	return payView{
		S: s, Demo: true, Number: number, Amount: s.amount(amount, currency), Token: web.CSRF(r.Context()), Back: back,
		Action: s.URL(payment.FakePath+"/"+r.PathValue("reference")) + "?" + query("back", back),
	}, amount, nil
}

// demoAnswer does what a provider does: it sends its message, signed, and leads
// the payer back.
func (a *App) demoAnswer(w http.ResponseWriter, r *http.Request) error {
	f, err := web.ParseForm(r)
	if err != nil {
		return err
	}
	v, amount, err := a.demoView(r)
	if err != nil {
		return err
	}
	kind, ok := map[string]payment.EventKind{"pay": payment.Authorized, "decline": payment.Failed, "review": payment.Review}[f.Text("result")]
	if !ok {
		return a.showPay(w, r, http.StatusUnprocessableEntity, v)
	}
	ref := r.PathValue("reference")
	body, signature := a.DemoPayments.Message(payment.Event{ID: string(kind) + "-" + ref, Kind: kind, Reference: ref, Amount: amount})
	if err := a.Payments.Receive(r.Context(), payment.FakeCode, body, signature); err != nil {
		return err
	}
	return web.Redirect(w, r, v.Back)
}

// payHook takes a provider's message.
func (a *App) payHook(w http.ResponseWriter, r *http.Request) error {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return fault.New(fault.TooLarge, "That was too much for one message.")
	}
	provider := r.PathValue("provider")
	header := a.Payments.SignatureHeader(provider)
	if header == "" {
		return fault.New(fault.NotFound, "")
	}
	if err := a.Payments.Receive(r.Context(), provider, body, r.Header.Get(header)); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
