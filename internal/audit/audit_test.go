package audit_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/audit"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

var maria = actor.Who{Kind: actor.Admin, ID: 2, Name: "maria", IP: "192.0.2.7", Route: "POST /customers/{id}", RequestID: "req1", WebsiteID: 1}

func inStay(who actor.Who) actor.Who {
	who.Impersonation, who.Subject, who.StoreViewID = 5, actor.Subject{ID: 9, Name: "Vera Lind"}, 3
	return who
}

func each(t *testing.T, fn func(t *testing.T, db *sqldb.DB, s *audit.Service, clock *sqldbtest.Clock)) {
	t.Helper()
	sqldbtest.EachClock(t, func(t *testing.T, db *sqldb.DB, clock *sqldbtest.Clock) {
		db.Hooks(nil, audit.Record)
		fn(t, db, audit.New(db), clock)
	})
}

func do(t testing.TB, db *sqldb.DB, who actor.Who, a sqldb.Action, describe func(tx *sqldb.Tx)) {
	t.Helper()
	err := db.Change(actor.With(context.Background(), who), a, func(_ context.Context, tx *sqldb.Tx) error {
		if describe != nil {
			describe(tx)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func search(t testing.TB, s *audit.Service, f audit.Filter) audit.Page {
	t.Helper()
	p, err := s.Search(context.Background(), f, "", 20)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestARowSaysWhoDidWhatInWhoseAccount(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, s *audit.Service, clock *sqldbtest.Clock) {
		do(t, db, inStay(maria), "cart.item_added", func(tx *sqldb.Tx) {
			tx.About("cart", "41")
			tx.About("product", "7")
			tx.Note("sku", "MUG")
			tx.Diff("Quantity", "1", "3")
			tx.Details = "MUG ×3"
		})
		p := search(t, s, audit.Filter{Group: audit.AssistGroup})
		if len(p.Entries) != 1 || p.Total != 1 {
			t.Fatalf("page = %+v", p)
		}
		got, err := s.Get(context.Background(), p.Entries[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		want := audit.Entry{ID: got.ID, At: clock.Now(), Action: "cart.item_added", Group: "cart", ReportGroup: "login_as_customer", Result: "success",
			ActorKind: actor.Admin, ActorID: 2, ActorName: "maria", SubjectID: 9, SubjectName: "Vera Lind", Stay: 5, WebsiteID: 1, StoreViewID: 3,
			IP: "192.0.2.7", RequestID: "req1", Route: "POST /customers/{id}", ObjectKind: "cart", ObjectID: "41", Details: "MUG ×3",
			Objects: []sqldb.Object{{Kind: "cart", ID: "41"}, {Kind: "product", ID: "7"}}, Notes: []sqldb.Note{{Key: "sku", Value: "MUG"}},
			Changes: []sqldb.FieldChange{{Field: "Quantity", Before: "1", After: "3"}}}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Error(d)
		}
		line := p.Entries[0]
		if line.Details != "MUG ×3" || line.Changes != nil {
			t.Errorf("line = %+v", line)
		}
		steps, err := s.Timeline(context.Background(), 5, 0, 10)
		if err != nil || len(steps) != 1 || len(steps[0].Changes) != 1 {
			t.Errorf("timeline = %+v, %v", steps, err)
		}
	})
}

func TestNoChangeWithoutItsRowAndNoRowWithoutItsChange(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, s *audit.Service, _ *sqldbtest.Clock) {
		failed := errors.New("no")
		ctx := actor.With(context.Background(), maria)
		if err := db.Change(ctx, "role.saved", func(context.Context, *sqldb.Tx) error { return failed }); !errors.Is(err, failed) {
			t.Fatal(err)
		}
		if p := search(t, s, audit.Filter{}); p.Total != 0 {
			t.Errorf("an undone change left %d rows", p.Total)
		}
		if err := db.Refuse(ctx, "login_as_customer.refused", func(e *sqldb.Entry) {
			e.Details, e.Subject = "no consent", actor.Subject{ID: 4, Name: "Noah Stern"}
		}); err != nil {
			t.Fatal(err)
		}
		p := search(t, s, audit.Filter{Result: sqldb.Failure})
		if len(p.Entries) != 1 || !p.Entries[0].Failed() || p.Entries[0].SubjectName != "Noah Stern" || p.Entries[0].ReportGroup != audit.AssistGroup {
			t.Errorf("entries = %+v", p.Entries)
		}
	})
}

func TestLongValuesAreCutAndRecognisable(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, s *audit.Service, _ *sqldbtest.Clock) {
		long := strings.Repeat("ü", 200_000)
		who := maria
		who.Name, who.Route = long, "GET /\xff\x00"
		do(t, db, who, "product.saved", func(tx *sqldb.Tx) {
			tx.Details = long
			tx.Note("text", long)
			for i := range 1000 {
				tx.Diff(fmt.Sprint("field ", i), "", long)
			}
		})
		p := search(t, s, audit.Filter{})
		e, err := s.Get(context.Background(), p.Entries[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		for name, v := range map[string]string{"name": e.ActorName, "details": e.Details, "note": e.Notes[0].Value, "change": e.Changes[0].After} {
			if !utf8.ValidString(v) || len(v) > 2000 || !strings.Contains(v, "400000 bytes, sha256 ") {
				t.Errorf("%s = %d bytes, ends %q", name, len(v), v[max(0, len(v)-120):])
			}
		}
		if len(e.Changes) != 300 || e.Cut != 700 {
			t.Errorf("%d changes, %d cut", len(e.Changes), e.Cut)
		}
		if !utf8.ValidString(e.Route) || strings.Contains(e.Route, "\x00") {
			t.Errorf("route = %q", e.Route)
		}
	})
}

func TestFiltersNarrowTheReport(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, s *audit.Service, clock *sqldbtest.Clock) {
		tom := actor.Who{Kind: actor.Admin, ID: 3, Name: "tom", IP: "198.51.100.1", Route: "POST /system/roles"}
		vera := actor.Who{Kind: actor.Customer, ID: 2, Name: "Vera Lind", Subject: actor.Subject{ID: 2, Name: "Vera Lind"}, Route: "POST /cart/items"}
		do(t, db, tom, "role.saved", func(tx *sqldb.Tx) { tx.Details = "Role 100%_Support" })
		clock.Advance(40 * 24 * time.Hour)
		do(t, db, tom, "role.saved", func(tx *sqldb.Tx) { tx.Details = "Role Audit" })
		do(t, db, maria, "customer.saved", nil)
		do(t, db, inStay(maria), "cart.item_added", func(tx *sqldb.Tx) { tx.Note("Größe", "Blue 1234"); tx.Diff("Qty", "", "Ärmel") })
		do(t, db, vera, "cart.item_added", nil)
		if err := db.Refuse(actor.With(context.Background(), tom), "role.deleted", func(e *sqldb.Entry) { e.Details = "in use" }); err != nil {
			t.Fatal(err)
		}
		long := audit.Filter{From: clock.Now().AddDate(-1, 0, 0)}
		with := func(change func(*audit.Filter)) audit.Filter { f := long; change(&f); return f }
		for name, c := range map[string]struct {
			f    audit.Filter
			want int
		}{
			"the last 30 days":       {audit.Filter{}, 5},
			"a year":                 {long, 6},
			"a group":                {with(func(f *audit.Filter) { f.Group = "role" }), 3},
			"an action":              {with(func(f *audit.Filter) { f.Action = "cart.item_added" }), 2},
			"an action in a group":   {with(func(f *audit.Filter) { f.Action, f.Group = "cart.item_added", audit.AssistGroup }), 1},
			"an Admin user":          {with(func(f *audit.Filter) { f.ActorID = 2 }), 2},
			"user and group":         {with(func(f *audit.Filter) { f.ActorID, f.Group = 2, "customer" }), 1},
			"a customer as actor":    {with(func(f *audit.Filter) { f.ActorID, f.Kind = 2, actor.Customer }), 1},
			"customers":              {with(func(f *audit.Filter) { f.Kind = actor.Customer }), 1},
			"failures":               {with(func(f *audit.Filter) { f.Result = sqldb.Failure }), 1},
			"failures of a group":    {with(func(f *audit.Filter) { f.Result, f.Group = sqldb.Failure, "cart" }), 0},
			"successes":              {with(func(f *audit.Filter) { f.Result = sqldb.Success }), 5},
			"a customer's account":   {with(func(f *audit.Filter) { f.CustomerID = 9 }), 1},
			"a stay":                 {with(func(f *audit.Filter) { f.Stay = 5 }), 1},
			"a store view":           {with(func(f *audit.Filter) { f.StoreViewID = 3 }), 1},
			"the beginning of an IP": {with(func(f *audit.Filter) { f.IP = "198.51." }), 3},
			"a route":                {with(func(f *audit.Filter) { f.Route = "post /CART" }), 1},
			"details anywhere":       {with(func(f *audit.Filter) { f.Details = "role" }), 2},
			"details by words":       {with(func(f *audit.Filter) { f.Details = "support, 100" }), 1},
			"words are whole":        {with(func(f *audit.Filter) { f.Details = "supp" }), 0},
			"a sign is no wildcard":  {with(func(f *audit.Filter) { f.Details = "r%e" }), 0},
			"a whole address":        {with(func(f *audit.Filter) { f.IP = "198.51.100.1" }), 3},
			"not a longer one":       {with(func(f *audit.Filter) { f.IP = "198.51.100.10" }), 0},
			"a value in the notes":   {with(func(f *audit.Filter) { f.Full = "blue 1234" }), 1},
			"notes are no details":   {with(func(f *audit.Filter) { f.Details = "blue" }), 0},
			"parts of a route":       {with(func(f *audit.Filter) { f.Route = "POST /system" }), 3},
			"parts are whole":        {with(func(f *audit.Filter) { f.Route = "POST /system/ro" }), 0},
			"an action as a route":   {with(func(f *audit.Filter) { f.Route = "post /system/roles" }), 3},
			"a customer and words":   {with(func(f *audit.Filter) { f.CustomerID, f.Full = 9, "blue" }), 1},
			"everything at once": {audit.Filter{Group: audit.AssistGroup, Action: "cart.item_added", ActorID: 2, Result: sqldb.Success,
				CustomerID: 9, Stay: 5, StoreViewID: 3, IP: "192.", Route: "post", Details: ""}, 1},
		} {
			if p := search(t, s, c.f); p.Total != c.want || len(p.Entries) != c.want {
				t.Errorf("%s: %d of %d, want %d", name, len(p.Entries), p.Total, c.want)
			}
		}
		choices, err := s.Choices(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		want := audit.Choices{Groups: []string{"cart", "customer", "login_as_customer", "role"}, Actions: []sqldb.Action{"cart.item_added", "customer.saved", "role.deleted", "role.saved"}}
		if d := cmp.Diff(want, choices); d != "" {
			t.Error(d)
		}
	})
}

func TestPagesLeadThroughAllAndBack(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, s *audit.Service, clock *sqldbtest.Clock) {
		for i := range 23 {
			if i%3 == 0 { // several at the same moment
				clock.Advance(time.Second)
			}
			do(t, db, maria, "customer.saved", nil)
		}
		ctx := context.Background()
		var pages [][]int64
		var cursors []string
		seen, cursor := map[int64]bool{}, ""
		for {
			p, err := s.Search(ctx, audit.Filter{}, cursor, 5)
			if err != nil {
				t.Fatal(err)
			}
			var ids []int64
			for _, e := range p.Entries {
				if seen[e.ID] {
					t.Errorf("entry %d twice", e.ID)
				}
				seen[e.ID] = true
				ids = append(ids, e.ID)
			}
			if p.Total != 23 {
				t.Errorf("total = %d", p.Total)
			}
			pages, cursors = append(pages, ids), append(cursors, p.Prev)
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if len(seen) != 23 || len(pages) != 5 {
			t.Fatalf("%d entries on %d pages", len(seen), len(pages))
		}
		for i := len(pages) - 1; i > 0; i-- {
			p, err := s.Search(ctx, audit.Filter{}, cursors[i], 5)
			if err != nil {
				t.Fatal(err)
			}
			var ids []int64
			for _, e := range p.Entries {
				ids = append(ids, e.ID)
			}
			if d := cmp.Diff(pages[i-1], ids); d != "" {
				t.Errorf("back from page %d: %s", i+1, d)
			}
			if (p.Prev == "") != (i == 1) || p.Next == "" {
				t.Errorf("back on page %d: prev %q, next %q", i, p.Prev, p.Next)
			}
		}
		p, err := s.Search(ctx, audit.Filter{}, "nonsense", 5)
		if err != nil || len(p.Entries) != 5 {
			t.Errorf("a cursor from elsewhere: %v, %v", p, err)
		}
		var exported []int64
		if err := s.Export(ctx, audit.Filter{}, func(e audit.Entry) error { exported = append(exported, e.ID); return nil }); err != nil {
			t.Fatal(err)
		}
		if len(exported) != 23 || exported[0] != pages[0][0] {
			t.Errorf("exported %d", len(exported))
		}
	})
}

func TestLatestFindsTheLastSave(t *testing.T) {
	each(t, func(t *testing.T, db *sqldb.DB, s *audit.Service, clock *sqldbtest.Clock) {
		ctx := context.Background()
		if _, ok, err := s.Latest(ctx, "config.saved", "config_section", "a/b"); ok || err != nil {
			t.Fatal(ok, err)
		}
		for _, section := range []string{"a/b", "a/b", "c/d"} {
			clock.Advance(time.Minute)
			do(t, db, maria, "config.saved", func(tx *sqldb.Tx) { tx.About("config_section", section); tx.Diff("X", "1", section) })
		}
		e, ok, err := s.Latest(ctx, "config.saved", "config_section", "a/b")
		if err != nil || !ok || !e.At.Equal(clock.Now().Add(-time.Minute)) || e.Changes[0].After != "a/b" {
			t.Errorf("latest = %+v, %v, %v", e, ok, err)
		}
	})
}

func TestAMissingEntryIsNotFound(t *testing.T) {
	each(t, func(t *testing.T, _ *sqldb.DB, s *audit.Service, _ *sqldbtest.Clock) {
		if _, err := s.Get(context.Background(), 1); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}

func TestLabelsReadLikeTheManual(t *testing.T) {
	for got, want := range map[string]string{
		audit.GroupLabel("login_as_customer"):    "Login As Customer",
		audit.GroupLabel("gift_card"):            "Gift card",
		audit.ActionLabel("cart.item_added"):     "Item added",
		audit.ActionLabel("bare"):                "Bare",
		audit.ActionLabel("config.saved"):        "Configuration saved",
		audit.ResultLabel(sqldb.Failure):         "Failure",
		audit.KindLabel(actor.Admin):             "Admin user",
		audit.GroupLabel(""):                     "",
		audit.ActionLabel("session.signed.in_1"): "Signed in 1",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
