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
	"github.com/storehand/storehand/internal/staff"
)

const (
	deskCrashEnv = "STOREHAND_TEST_DESK_CRASH" // DSN for a node that is going to be killed
	deskKeyEnv   = "STOREHAND_TEST_DESK_KEY"   // key that seals the log
	deskPlantEnv = "STOREHAND_TEST_DESK_PLANT" // a fault built in on purpose
	deskNodeEnv  = "STOREHAND_TEST_DESK_NODE"

	// plantLateLog records a change after it was committed.
	plantLateLog = "late log"
	// plantCarelessEntry reads whether a code is unspent, and spends it later.
	plantCarelessEntry = "careless entry"
	// plantCachedStay asks once whether a stay may go on, and believes it for ever.
	plantCachedStay = "cached stay"
)

const deskVerifier = "a-verifier-of-43-characters-or-a-little-more"

// crashDesk is one node: agents who begin, enter, fill the cart, order and end,
// each code presented twice at once, beside a customer who gives and takes
// consent, and the sealer.
type crashDesk struct {
	*app.App
	node  string
	plant string
	view  cart.Owner
	site  string
	n     atomic.Int64
	out   sync.Mutex
	last  atomic.Pointer[inStay] // that somebody got into

	entered atomic.Int64

	careless sync.Mutex // see enterCarelessly
}

// inStay is a stay that was entered.
type inStay struct {
	assist.Entered
	publicID string
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
	d := &crashDesk{App: a, node: os.Getenv(deskNodeEnv), plant: os.Getenv(deskPlantEnv), site: strings.TrimSuffix(demo.BaseURL("english", 8080), "/")}
	switch d.plant {
	case plantLateLog:
		a.DB.Hooks(a.Assist.Guard, d.recordLate)
	case plantCachedStay:
		a.DB.Hooks(believing(a.Assist.Guard), audit.Record)
	}
	d.view = cart.Owner{CustomerID: 1, WebsiteID: view.WebsiteID, ViewID: view.ID, GroupID: 2, Currency: "USD"}
	return d, nil
}

// recordLate writes the row in another transaction, a moment after the change.
func (d *crashDesk) recordLate(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
	late := *e
	who, _ := actor.From(ctx)
	tx.After(func() {
		go func() {
			ctx := actor.With(context.Background(), who)
			_ = d.DB.Upkeep(ctx, "late log", func(ctx context.Context, tx *sqldb.Tx) error { return audit.Record(ctx, tx, &late) })
		}()
	})
	return nil
}

// believing asks a guard once for each stay.
func believing(guard sqldb.BeforeHook) sqldb.BeforeHook {
	var good sync.Map
	return func(ctx context.Context, tx *sqldb.Tx) error {
		who, _ := actor.From(ctx)
		if _, known := good.Load(who.Impersonation); known && who.Impersonating() {
			return nil
		}
		err := guard(ctx, tx)
		if err == nil && who.Impersonating() {
			good.Store(who.Impersonation, true)
		}
		return err
	}
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
	for _, username := range []string{"early-" + d.node, "late-" + d.node} { // of this node: a stay replaces the same agent's one before
		if err := d.hire(username); err != nil {
			t.Fatal(err)
		}
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

// hire adds an Admin user of the support desk, unless an earlier process has.
func (d *crashDesk) hire(username string) error {
	ctx := actor.AsSystem(context.Background(), "crash")
	maria, _, err := d.Staff.ByUsername(ctx, "maria")
	if err != nil {
		return err
	}
	if _, there, err := d.Staff.ByUsername(ctx, username); err != nil || there {
		return err
	}
	_, err = d.Staff.Save(ctx, staff.System(), staff.Draft{
		Username: username, Email: username + "@staff.example.com", FirstName: "Agent", LastName: username,
		RoleID: maria.RoleID, Active: true, Password: demo.Password, Repeat: demo.Password,
	})
	return err
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
		return d.over(&inStay{in, begun.PublicID})
	}
	return nil
}

// over tries a change in a stay whose end was acknowledged.
func (d *crashDesk) over(in *inStay) error {
	_, err := d.Carts.Add(d.inside(in.Entered), d.view, "T-1", 1)
	if err == nil {
		d.say(servedAfterEnd, in.publicID)
	}
	if fault.Is(err, fault.Gone) {
		return nil
	}
	return err
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
	enter := d.Assist.Enter
	if d.plant == plantCarelessEntry {
		enter = d.enterCarelessly()
	}
	var both [2]assist.Entered
	var errs [2]error
	var wait sync.WaitGroup
	for i := range both {
		wait.Go(func() {
			both[i], errs[i] = enter(guest, assist.EnterForm{Code: code, Verifier: deskVerifier, Origin: d.site})
		})
	}
	wait.Wait()
	for i := range both {
		if errs[i] == nil && both[i].Token != "" {
			d.say("entered", publicID)
			in, err = both[i], nil
			d.last.Store(&inStay{in, publicID})
			d.entered.Add(1)
		}
	}
	if in.Token == "" {
		return in, errors.Join(errs[0], errs[1])
	}
	return in, err
}

// enterCarelessly is an entry for two at once that reads first and writes later:
// by then it no longer asks whether the code is unspent.
func (d *crashDesk) enterCarelessly() func(context.Context, assist.EnterForm) (assist.Entered, error) {
	var read sync.WaitGroup
	read.Add(2)
	return func(ctx context.Context, form assist.EnterForm) (assist.Entered, error) {
		code := impersonate.HashOf(impersonate.Secret(form.Code)).String()
		spent, err := sqldb.One(ctx, d.DB.Reader(), sqldb.Value[int64], `SELECT COUNT(*) FROM impersonation WHERE code_hash = $1 AND code_spent_at IS NOT NULL`, code)
		read.Done()
		read.Wait()
		if err != nil || spent > 0 {
			return assist.Entered{}, errors.Join(err, fault.New(fault.Denied, "spent"))
		}
		d.careless.Lock()
		defer d.careless.Unlock()
		err = d.DB.Upkeep(ctx, "careless", func(ctx context.Context, tx *sqldb.Tx) error {
			_, err := tx.Exec(ctx, `UPDATE impersonation SET code_spent_at = NULL, entered_at = NULL, session_hash = NULL WHERE code_hash = $1 AND ended_at IS NULL`, code)
			return err
		})
		if err != nil {
			return assist.Entered{}, err
		}
		return d.Assist.Enter(ctx, form)
	}
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
		if allow {
			time.Sleep(10 * time.Millisecond)
		} else {
			d.someEntered()
		}
		in := d.last.Load()
		changed, err := d.Assist.SetConsent(ctx, assist.ConsentForm{CustomerID: 1, Allow: allow, Channel: assist.BySelf})
		if err != nil && !refusedHere(err) {
			fmt.Println("failed to change consent:", err)
			return
		}
		if changed && err == nil {
			d.say("consent", strconv.FormatBool(allow)+"-"+d.number())
		}
		if in != nil && !allow && err == nil { // entered before, so over now
			if err := d.over(in); err != nil && !refusedHere(err) {
				fmt.Println("failed after the withdrawal:", err)
				return
			}
		}
	}
}

// someEntered waits until a few stays were entered, so that some of them come as
// far as an order, or for a while.
func (d *crashDesk) someEntered() {
	enough := d.entered.Load() + 1 + rand.Int64N(6)
	for range 50 {
		time.Sleep(20 * time.Millisecond)
		if d.entered.Load() >= enough {
			return
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
