package app_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/cart"
	"github.com/storehand/storehand/internal/checkout"
	"github.com/storehand/storehand/internal/demo"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/seal"
	"github.com/storehand/storehand/internal/sqldb"
)

const (
	deskCrashEnv = "STOREHAND_TEST_DESK_CRASH" // DSN for a node that is going to be killed
	deskKeyEnv   = "STOREHAND_TEST_DESK_KEY"   // key that seals the log
	deskPlantEnv = "STOREHAND_TEST_DESK_PLANT" // a fault built in on purpose
	deskNodeEnv  = "STOREHAND_TEST_DESK_NODE"

	// plantLateLog records a change after it was committed.
	plantLateLog = "late log"
)

const deskVerifier = "a-verifier-of-43-characters-or-a-little-more"

// crashDesk is one node: agents who begin, enter, fill the cart, order and end,
// each code presented twice at once, beside a customer who gives and takes
// consent, and the sealer.
type crashDesk struct {
	*app.App
	node string
	view cart.Owner
	site string
	n    atomic.Int64
	out  sync.Mutex
}

func (d *crashDesk) say(kind, what string) {
	d.out.Lock()
	defer d.out.Unlock()
	os.Stdout.WriteString("done " + kind + " " + what + "\n")
}

func openDesk(ctx context.Context) (*crashDesk, error) {
	a, err := app.Open(ctx, app.Options{
		DSN: os.Getenv(deskCrashEnv), AdminURL: demo.AdminURL(8080), MailFolder: os.TempDir(), CheapPasswords: true,
		AuditKey: os.Getenv(deskKeyEnv),
	})
	if err != nil {
		return nil, err
	}
	tree, err := a.Stores.Tree(ctx)
	if err != nil {
		return nil, err
	}
	view, _ := tree.ViewByCode("english")
	if os.Getenv(deskPlantEnv) == plantLateLog {
		a.DB.Hooks(a.Assist.Guard, func(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
			late := *e
			tx.After(func() {
				ctx := context.WithoutCancel(ctx)
				go func() {
					_ = a.DB.Upkeep(ctx, "late log", func(ctx context.Context, tx *sqldb.Tx) error { return audit.Record(ctx, tx, &late) })
				}()
			})
			return nil
		})
	}
	owner := cart.Owner{CustomerID: 1, WebsiteID: view.WebsiteID, ViewID: view.ID, GroupID: 2, Currency: "USD"}
	return &crashDesk{App: a, node: os.Getenv(deskNodeEnv), view: owner, site: strings.TrimSuffix(demo.BaseURL("english", 8080), "/")}, nil
}

// TestDeskThatIsKilled is the process that is killed; it ends only by that.
func TestDeskThatIsKilled(t *testing.T) {
	if os.Getenv(deskCrashEnv) == "" {
		return // it is nobody's victim: TestKillingTheDeskLosesNothingAcknowledged runs it
	}
	d, err := openDesk(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var hands sync.WaitGroup
	for _, username := range []string{"maria", "admin"} {
		hands.Go(func() { d.agent(username) })
	}
	hands.Go(d.customer)
	hands.Go(func() {
		for d.node == "0" { // one node at a time holds the lease
			if err := d.Sealer.Seal(context.Background()); err != nil {
				fmt.Println("failed to seal:", err)
				return
			}
			time.Sleep(20 * time.Millisecond)
		}
	})
	hands.Wait()
}

// refusedHere tells what a race may well refuse: the stay was ended, the consent
// taken back, somebody else was faster.
func refusedHere(err error) bool {
	var no *assist.Refusal
	return errors.As(err, &no) || fault.Is(err, fault.Denied) || fault.Is(err, fault.Gone) || fault.Is(err, fault.Conflict) || fault.Is(err, fault.Invalid)
}

func (d *crashDesk) agent(username string) {
	ctx := context.Background()
	for {
		err := d.help(ctx, username)
		if err != nil && !refusedHere(err) {
			fmt.Println("failed", username, err)
			return
		}
	}
}

// help is one stay, from a new Admin session on.
func (d *crashDesk) help(ctx context.Context, username string) error {
	who, err := d.signedIn(ctx, username)
	if err != nil {
		return err
	}
	begun, err := d.Assist.Begin(who, assist.BeginForm{CustomerID: 1, ReasonCode: "order", Ticket: "T-1"})
	if err != nil {
		return err
	}
	grant, err := d.Assist.Authorize(who, begun.PublicID, impersonate.Challenge(deskVerifier))
	if err != nil {
		return err
	}
	in, err := d.enterTwice(begun.PublicID, grant.Code.Reveal())
	if err != nil {
		return err
	}
	for range 3 {
		if err := d.add(d.inside(in)); err != nil {
			return err
		}
	}
	if rand.IntN(3) == 0 {
		if err := d.order(d.inside(in)); err != nil {
			return err
		}
	}
	if rand.IntN(2) == 0 { // otherwise the next one replaces it
		if _, err := d.Assist.End(d.inside(in), begun.PublicID); err != nil {
			return err
		}
		d.say("ended", begun.PublicID)
	}
	return nil
}

func (d *crashDesk) signedIn(ctx context.Context, username string) (context.Context, error) {
	u, _, err := d.Staff.ByUsername(ctx, username)
	if err != nil {
		return nil, err
	}
	who := actor.Who{Kind: actor.Admin, ID: u.ID, Name: username, IP: "192.0.2.1"}
	err = d.DB.Change(actor.With(ctx, who), "staff.signed_in", func(ctx context.Context, tx *sqldb.Tx) (err error) {
		_, who.SessionID, err = d.Sessions.StartAdmin(ctx, tx, u.ID, "")
		return err
	})
	return actor.With(ctx, who), err
}

// enterTwice presents one code twice at once: one of the two may get in.
func (d *crashDesk) enterTwice(publicID, code string) (in assist.Entered, err error) {
	guest := actor.With(context.Background(), actor.Who{Kind: actor.Guest, IP: "192.0.2.1"})
	var both [2]assist.Entered
	var errs [2]error
	var wait sync.WaitGroup
	for i := range both {
		wait.Go(func() {
			both[i], errs[i] = d.Assist.Enter(guest, assist.EnterForm{Code: code, Verifier: deskVerifier, Origin: d.site})
		})
	}
	wait.Wait()
	for i := range both {
		if errs[i] == nil && both[i].Token != "" {
			d.say("entered", publicID)
			in, err = both[i], nil
		}
	}
	if in.Token == "" {
		return in, errors.Join(errs[0], errs[1])
	}
	return in, err
}

// inside is the context of a request in the stay, with a number of its own.
func (d *crashDesk) inside(in assist.Entered) context.Context {
	return actor.With(context.Background(), in.Stay.Who(actor.Who{RequestID: d.number()}))
}

// number is no other process's, on no other node.
func (d *crashDesk) number() string {
	return fmt.Sprintf("%s-%d-%d", d.node, os.Getpid(), d.n.Add(1))
}

func (d *crashDesk) add(ctx context.Context) error {
	if _, err := d.Carts.Add(ctx, d.view, "T-1", 1); err != nil {
		return err
	}
	who, _ := actor.From(ctx)
	d.say("item", who.RequestID)
	return nil
}

func (d *crashDesk) order(ctx context.Context) error {
	b := checkout.Buyer{Owner: d.view, Email: "vera@example.com", FirstName: "Vera", LastName: "Lind"}
	home := sales.Address{FirstName: "Vera", LastName: "Lind", Street: "18 Harbour Road", City: "Portland", Region: "Maine", Postcode: "04101", Country: "US"}
	if err := d.Checkout.EnterAddresses(ctx, b, checkout.AddressForm{Shipping: home, BillingSame: true}); err != nil {
		return err
	}
	v, err := d.Checkout.Look(ctx, b)
	if err != nil {
		return err
	}
	if err := d.Checkout.ChooseMethods(ctx, b, checkout.MethodForm{ShippingMethod: v.ShippingMethod, PaymentMethod: "checkmo"}); err != nil {
		return err
	}
	for try := 0; ; try++ { // another agent may fill the cart meanwhile
		if v, err = d.Checkout.Look(ctx, b); err != nil {
			return err
		}
		placed, err := d.Checkout.Place(ctx, b, checkout.PlaceForm{Key: v.Cart.PublicID, Total: v.Quote.Totals.Grand})
		if fault.Is(err, fault.Conflict) && try < 9 {
			continue
		}
		if err == nil && !placed.Already {
			d.say("order", placed.Order.Number)
		}
		return err
	}
}

// customer takes consent back now and then, and soon gives it again.
func (d *crashDesk) customer() {
	ctx := actor.With(context.Background(), actor.Who{Kind: actor.Customer, ID: 1, Name: "Vera Lind", Subject: actor.Subject{ID: 1}})
	for allow := false; ; allow = !allow {
		wait := 150 * time.Millisecond
		if allow {
			wait = 10 * time.Millisecond
		}
		time.Sleep(wait)
		changed, err := d.Assist.SetConsent(ctx, assist.ConsentForm{CustomerID: 1, Allow: allow, Channel: assist.BySelf})
		if err != nil && !refusedHere(err) {
			fmt.Println("failed to change consent:", err)
			return
		}
		if changed && err == nil {
			d.say("consent", strconv.FormatBool(allow)+"-"+d.number())
		}
	}
}

// keyFor makes the pair of keys of a log.
func keyFor(t *testing.T) (secret, public string) {
	t.Helper()
	secret, public, err := seal.NewKey("crash.test")
	if err != nil {
		t.Fatal(err)
	}
	return secret, public
}
