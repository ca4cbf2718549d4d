package sales

import "slices"

// Status is what people call a state; several may share one.
type Status struct{ Code, Label string }

// states is the first of the two tables: each state with its statuses, its
// default one first.
var states = []struct {
	State    State
	Statuses []Status
}{
	{StateNew, []Status{{"pending", "Pending"}}},
	{PendingPayment, []Status{{"pending_payment", "Pending Payment"}}},
	{PaymentReview, []Status{{"payment_review", "Payment Review"}, {"fraud", "Suspected Fraud"}}},
	{Processing, []Status{{"processing", "Processing"}, {"fraud", "Suspected Fraud"}}},
	{Complete, []Status{{"complete", "Complete"}}},
	{Closed, []Status{{"closed", "Closed"}}},
	{Canceled, []Status{{"canceled", "Canceled"}}},
	{Holded, []Status{{"holded", "On Hold"}}},
}

// States lists the states.
func States() []State {
	all := make([]State, len(states))
	for i, s := range states {
		all[i] = s.State
	}
	return all
}

// Statuses lists the statuses of a state, its default first; of "" all.
func Statuses(state State) []Status {
	var all []Status
	for _, s := range states {
		for _, st := range s.Statuses {
			if (state == "" || s.State == state) && !slices.Contains(all, st) {
				all = append(all, st)
			}
		}
	}
	return all
}

// StatusLabel is a status as people read it.
func StatusLabel(code string) string {
	for _, st := range Statuses("") {
		if st.Code == code {
			return st.Label
		}
	}
	return code
}

// DefaultStatus is the status that the workflow gives a state.
func DefaultStatus(state State) string { return Statuses(state)[0].Code }

// Deed is something one may do to an order: a button.
type Deed string

// The deeds.
const (
	DeedEdit          Deed = "edit"
	DeedCancel        Deed = "cancel"
	DeedHold          Deed = "hold"
	DeedUnhold        Deed = "unhold"
	DeedInvoice       Deed = "invoice"
	DeedShip          Deed = "ship"
	DeedCreditMemo    Deed = "credit_memo"
	DeedVoid          Deed = "void"
	DeedAcceptPayment Deed = "accept_payment"
	DeedDenyPayment   Deed = "deny_payment"
	DeedEmail         Deed = "email"
	DeedReorder       Deed = "reorder"
	DeedPrint         Deed = "print"
	DeedComment       Deed = "comment"
)

// PaymentCan is what the payment method of an order is capable of; the zero
// value is a method without a provider.
type PaymentCan struct {
	Capture       bool // take the money when an invoice is made
	PartialRefund bool
	Refund        bool
	Void          bool
	Review        bool // flags payments for review
}

// rule says in which states a deed is possible, and on what condition.
type rule struct {
	Deed   Deed
	States []State
	Label  string // the condition, for people
	If     func(o Order, items []Item, p PaymentCan) bool
}

var open = []State{StateNew, PendingPayment, Processing}

// deeds is the second table: which button an order has.
var deeds = []rule{
	{DeedEdit, open, "nothing is invoiced or shipped", func(_ Order, items []Item, _ PaymentCan) bool { return untouched(items) }},
	{DeedCancel, open, "something is neither invoiced nor shipped", func(_ Order, items []Item, _ PaymentCan) bool { return sum(items, Item.ToCancel) > 0 }},
	{DeedHold, open, "", always},
	{DeedUnhold, []State{Holded}, "", always},
	{DeedInvoice, open, "something is left to invoice", func(_ Order, items []Item, _ PaymentCan) bool { return sum(items, Item.ToInvoice) > 0 }},
	{DeedShip, open, "something is left to ship", func(_ Order, items []Item, _ PaymentCan) bool { return sum(items, Item.ToShip) > 0 }},
	{DeedCreditMemo, []State{Processing, Complete}, "more was paid than refunded", func(o Order, _ []Item, _ PaymentCan) bool { return o.Paid > o.Refunded }},
	{DeedVoid, []State{Processing}, "the provider can void, and nothing is invoiced", func(o Order, items []Item, p PaymentCan) bool {
		return p.Void && sum(items, func(i Item) int64 { return i.Invoiced }) == 0
	}},
	{DeedAcceptPayment, []State{PaymentReview}, "the provider reviews payments", func(_ Order, _ []Item, p PaymentCan) bool { return p.Review }},
	{DeedDenyPayment, []State{PaymentReview}, "the provider reviews payments", func(_ Order, _ []Item, p PaymentCan) bool { return p.Review }},
	{DeedEmail, []State{StateNew, PendingPayment, PaymentReview, Processing, Holded, Complete, Closed}, "", always},
	{DeedReorder, []State{StateNew, PendingPayment, Processing, Complete, Closed, Canceled}, "the order has a customer", func(o Order, _ []Item, _ PaymentCan) bool { return !o.Guest() }},
	{DeedPrint, States(), "", always},
	{DeedComment, States(), "", always},
}

func always(Order, []Item, PaymentCan) bool { return true }

func sum(items []Item, of func(Item) int64) (n int64) {
	for _, i := range items {
		n += of(i)
	}
	return n
}

func untouched(items []Item) bool {
	return !slices.ContainsFunc(items, func(i Item) bool { return i.Invoiced+i.Shipped+i.CanceledQty > 0 })
}

// Allowed says which deeds an order has, whoever asks: roles and settings may
// take away more. What is not allowed is absent.
func Allowed(o Order, items []Item, p PaymentCan) map[Deed]bool {
	can := map[Deed]bool{}
	for _, r := range deeds {
		if slices.Contains(r.States, o.State) && r.If(o, items, p) {
			can[r.Deed] = true
		}
	}
	return can
}

// Event is what moves an order from one state to another.
type Event string

// The events.
const (
	EventPaid     Event = "payment received"
	EventFlagged  Event = "payment flagged for review"
	EventAccepted Event = "payment accepted"
	EventDenied   Event = "payment denied or timed out"
	EventDocument Event = "invoice, shipment, credit memo or partial cancellation"
	EventCanceled Event = "everything canceled"
	EventHeld     Event = "hold"
	EventUnheld   Event = "unhold"
)

// transition says where an event may lead; more than one state means that the
// quantities decide, see settled.
type transition struct {
	From  []State
	Event Event
	To    []State
}

// transitions is the third table.
var transitions = []transition{
	{[]State{StateNew, PendingPayment}, EventPaid, []State{Processing, Complete}},
	{[]State{StateNew, PendingPayment}, EventFlagged, []State{PaymentReview}},
	{[]State{PaymentReview}, EventAccepted, []State{Processing, Complete}},
	{[]State{PendingPayment, PaymentReview}, EventDenied, []State{Canceled}},
	{open, EventDocument, []State{Processing, Complete, Closed}},
	{[]State{Complete}, EventDocument, []State{Complete, Closed}},
	{open, EventCanceled, []State{Canceled}},
	{open, EventHeld, []State{Holded}},
	{[]State{Holded}, EventUnheld, open},
}

// settled is the state that the quantities ask for after a document: rule of
// section 2 of the reference, with zero-total orders becoming complete.
func settled(o Order, items []Item) State {
	switch {
	case o.Canceled(items):
		return Canceled
	case sum(items, Item.ToInvoice) > 0 || sum(items, Item.ToShip) > 0:
		return Processing
	case o.Refunded > 0 && o.Paid == o.Refunded:
		return Closed
	}
	return Complete
}

// Canceled reports whether every piece of the order was canceled.
func (o Order) Canceled(items []Item) bool {
	return !slices.ContainsFunc(items, func(i Item) bool { return i.CanceledQty < i.Qty })
}
