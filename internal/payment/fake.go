package payment

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/id"
	"github.com/storehand/storehand/internal/sales"
)

// Fake is a payment provider that moves no money, for tests and the demo shop:
// a page of our own stands where a real one has its card form. What it promised
// is written in its references, signed, so that it needs no memory of its own
// but for calls that are repeated.
type Fake struct {
	secret []byte

	mu       sync.Mutex
	answered map[string]string // by key
	moved    map[string]int64  // captured, by reference
	trouble  error
	hang     bool
}

// FakeCode is the method's code.
const FakeCode = "demo_card"

// FakeTitle is what people read.
const FakeTitle = "Card (demo, no money moves)"

// FakePath is where its page is, on every store view.
const FakePath = "/pay/demo"

// NewFake returns a fake provider whose signatures are made with secret.
func NewFake(secret string) *Fake {
	return &Fake{secret: []byte(secret), answered: map[string]string{}, moved: map[string]int64{}}
}

// Code implements Provider.
func (f *Fake) Code() string { return FakeCode }

// Title implements Provider.
func (f *Fake) Title() string { return FakeTitle }

// SignatureHeader implements Provider.
func (f *Fake) SignatureHeader() string { return "X-Demo-Signature" }

// Can implements Provider.
func (f *Fake) Can() sales.PaymentCan {
	return sales.PaymentCan{Capture: true, Refund: true, PartialRefund: true, Void: true, Review: true}
}

// Trouble makes the next calls fail, until it is called with nil.
func (f *Fake) Trouble(err error) { f.mu.Lock(); f.trouble = err; f.mu.Unlock() }

// Hang makes calls wait until their deadline.
func (f *Fake) Hang(on bool) { f.mu.Lock(); f.hang = on; f.mu.Unlock() }

// answer runs a call once for each key.
func (f *Fake) answer(ctx context.Context, key string, fn func() (string, error)) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.hang {
		f.mu.Unlock()
		<-ctx.Done()
		f.mu.Lock()
		return "", ctx.Err()
	}
	if f.trouble != nil {
		return "", f.trouble
	}
	if ref, ok := f.answered[key]; ok {
		return ref, nil
	}
	ref, err := fn()
	if err == nil {
		f.answered[key] = ref
	}
	return ref, err
}

// Authorize implements Provider. The reference says how much was asked for.
func (f *Fake) Authorize(ctx context.Context, b Begin) (Started, error) {
	ref, err := f.answer(ctx, b.Key, func() (string, error) {
		bare := b.OrderNo + "." + strconv.FormatInt(b.Amount, 10) + "." + b.Currency + "." + f.sign(b.Key)[:8]
		return bare + "." + f.sign(bare)[:16], nil
	})
	return Started{Reference: ref, URL: FakePath + "/" + ref + "?" + url.Values{"back": {b.Back}}.Encode()}, err
}

// Asked reads a reference: for which order, how much.
func (f *Fake) Asked(ref string) (orderNo string, amount int64, currency string, ok bool) {
	cut := strings.LastIndexByte(ref, '.')
	if cut < 0 || !hmac.Equal([]byte(f.sign(ref[:cut])[:16]), []byte(ref[cut+1:])) {
		return "", 0, "", false
	}
	parts := strings.Split(ref[:cut], ".")
	amount, err := strconv.ParseInt(parts[1], 10, 64)
	return parts[0], amount, parts[2], err == nil
}

// Capture implements Provider.
func (f *Fake) Capture(ctx context.Context, m Move) (string, error) {
	return f.answer(ctx, m.Key, func() (string, error) {
		_, amount, _, ok := f.Asked(m.Reference)
		if !ok || f.moved[m.Reference]+m.Amount > amount {
			return "", errors.New("fake: not authorized")
		}
		f.moved[m.Reference] += m.Amount
		return "cap_" + id.New(), nil
	})
}

// Refund implements Provider.
func (f *Fake) Refund(ctx context.Context, m Move) (string, error) {
	return f.answer(ctx, m.Key, func() (string, error) { return "ref_" + id.New(), nil })
}

// Void implements Provider.
func (f *Fake) Void(ctx context.Context, m Move) error {
	_, err := f.answer(ctx, m.Key, func() (string, error) { return "", nil })
	return err
}

// fakeEvent is a message on the wire.
type fakeEvent struct {
	ID        string    `json:"id"`
	Kind      EventKind `json:"type"`
	Reference string    `json:"payment"`
	Amount    int64     `json:"amount"`
	Why       string    `json:"reason,omitempty"`
}

// Message writes a signed message, as the provider would send it.
func (f *Fake) Message(e Event) (body []byte, signature string) {
	body, err := json.Marshal(fakeEvent(e))
	if err != nil {
		panic(err) // plain data
	}
	return body, f.sign(string(body))
}

// ParseWebhook implements Provider.
func (f *Fake) ParseWebhook(body []byte, signature string) (Event, error) {
	if !hmac.Equal([]byte(f.sign(string(body))), []byte(signature)) {
		return Event{}, fault.New(fault.Denied, "The message is not signed by the payment provider.")
	}
	var e fakeEvent
	if err := json.Unmarshal(body, &e); err != nil || e.ID == "" || e.Reference == "" {
		return Event{}, &fault.Error{Kind: fault.Invalid, Message: "The message could not be read.", Err: err}
	}
	return Event(e), nil
}

func (f *Fake) sign(text string) string {
	mac := hmac.New(sha256.New, f.secret)
	fmt.Fprint(mac, "fake payment ", text)
	return hex.EncodeToString(mac.Sum(nil))
}

var _ Provider = (*Fake)(nil)
