package payment

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/sales"
)

// Provider takes money from payers on pages of its own. Its methods are called
// outside of any change and with a deadline; the same Key asks for the same
// thing, so repeating a call whose answer was lost moves no money twice.
type Provider interface {
	Code() string
	Title() string
	Can() sales.PaymentCan
	// Authorize begins a payment: the payer goes to URL and comes back to Back.
	Authorize(ctx context.Context, b Begin) (Started, error)
	// Capture takes (a part of) what was promised and returns its reference.
	Capture(ctx context.Context, m Move) (string, error)
	// Refund gives (a part of) what was taken back and returns its reference.
	Refund(ctx context.Context, m Move) (string, error)
	// Void lets the promise go.
	Void(ctx context.Context, m Move) error
	// SignatureHeader names the header in which a message's signature comes.
	SignatureHeader() string
	// ParseWebhook reads a message and refuses one whose signature is not right.
	ParseWebhook(body []byte, signature string) (Event, error)
}

// Begin is a payment to be begun.
type Begin struct {
	Key      string
	OrderNo  string
	Amount   int64
	Currency string
	Back     string // where the payer's browser returns to
	Expires  time.Time
}

// Started is a payment that was begun.
type Started struct {
	Reference string
	URL       string // the provider's page
}

// Move is money that is to be moved.
type Move struct {
	Key       string
	Reference string // of the payment
	Amount    int64
	Currency  string
}

// EventKind is what a provider tells of.
type EventKind string

// The kinds of events.
const (
	Authorized EventKind = "authorized" // the money is promised
	Paid       EventKind = "captured"   // the money is there
	Failed     EventKind = "failed"
	Review     EventKind = "review" // somebody has to look at it
)

// Event is a provider's message. The provider may send it several times, in any
// order; ID tells them apart.
type Event struct {
	ID        string
	Kind      EventKind
	Reference string
	Amount    int64
	Why       string
}
