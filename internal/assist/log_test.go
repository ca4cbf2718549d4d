package assist

import (
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// history makes five ended stays of Admin users 1 to 5 and a running one of 6,
// each a minute after the other, with as many changes as their number.
func (s *shop) history(clock *sqldbtest.Clock) {
	s.t.Helper()
	for k := int64(1); k <= 6; k++ {
		in := s.entered(k, k)
		for range k {
			if err := s.buy(s.within(in.Stay)); err != nil {
				s.t.Fatal(err)
			}
		}
		if k < 6 {
			s.ends(s.within(in.Stay), in.Stay)
		}
		clock.Advance(time.Minute)
	}
}

func admins(stays []LoggedStay) (ids []int64) {
	for _, stay := range stays {
		ids = append(ids, stay.AdminUserID)
	}
	return ids
}

func same(a, b []int64) bool {
	if len(a) != len(b) {
		return false
	}
	for k := range a {
		if a[k] != b[k] {
			return false
		}
	}
	return true
}

func TestTheLogIsPagedBothWays(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		s.history(clock)
		page := func(cursor string) LogPage {
			t.Helper()
			p, err := s.Log(t.Context(), LogQuery{Size: 2, Cursor: cursor})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		first := page("")
		second := page(first.Next)
		third := page(second.Next)
		back := page(third.Prev)
		start := page(back.Prev)
		for name, test := range map[string]struct {
			page       LogPage
			want       []int64
			next, prev bool
		}{
			"first":          {first, []int64{6, 5}, true, false},
			"second":         {second, []int64{4, 3}, true, true},
			"third":          {third, []int64{2, 1}, false, true},
			"back to second": {back, []int64{4, 3}, true, true},
			"back to first":  {start, []int64{6, 5}, true, false},
		} {
			if !same(admins(test.page.Stays), test.want) || (test.page.Next != "") != test.next || (test.page.Prev != "") != test.prev || test.page.Total != 6 {
				t.Errorf("%s: %v, next %v, prev %v, of %d", name, admins(test.page.Stays), test.page.Next != "", test.page.Prev != "", test.page.Total)
			}
		}
		if got := first.Stays[0]; got.Actions != 6 || got.View != "German" || got.Website != "Main Website" {
			t.Errorf("the newest is %+v", got)
		}
		if p := page("broken"); len(p.Stays) != 2 || p.Prev != "" {
			t.Errorf("a broken cursor gives %v", admins(p.Stays))
		}
	})
}

func TestTheLogIsFiltered(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		start := clock.Now()
		s.history(clock)
		for name, test := range map[string]struct {
			query LogQuery
			want  []int64
		}{
			"by customer":         {LogQuery{CustomerID: 3}, []int64{3}},
			"by customer's name":  {LogQuery{Customer: "VERA LIND2"}, []int64{2}},
			"by e-mail":           {LogQuery{Customer: "vera4@"}, []int64{4}},
			"by Admin user":       {LogQuery{AdminUserID: 5}, []int64{5}},
			"by user name":        {LogQuery{AdminUser: "maria6"}, []int64{6}},
			"by dates":            {LogQuery{From: start.Add(time.Minute), Until: start.Add(3 * time.Minute)}, []int64{3, 2}},
			"running":             {LogQuery{State: impersonate.Entered}, []int64{6}},
			"by cause":            {LogQuery{Cause: impersonate.ClosedByActor, Size: 1}, []int64{5}},
			"by view":             {LogQuery{StoreViewID: outlet}, nil},
			"by reason":           {LogQuery{Reason: "help with an ord", AdminUserID: 1}, []int64{1}},
			"by ticket":           {LogQuery{Reason: "t-1", AdminUserID: 1}, []int64{1}},
			"by preset":           {LogQuery{ReasonCode: "cart"}, nil},
			"of no website":       {LogQuery{Websites: []int64{}}, nil},
			"of another website":  {LogQuery{Websites: []int64{outletSite}}, nil},
			"of a role's website": {LogQuery{Websites: []int64{mainSite, outletSite}, AdminUserID: 2}, []int64{2}},
		} {
			p, err := s.Log(t.Context(), test.query)
			if err != nil || !same(admins(p.Stays), test.want) {
				t.Errorf("%s: %v, %v; want %v", name, admins(p.Stays), err, test.want)
			}
		}
	})
}

func TestOthersStaysNeedTheLogsResource(t *testing.T) {
	each(t, func(t *testing.T, s *shop, _ *sqldbtest.Clock) {
		mine := s.entered(maria, vera)
		s.entered(2, vera)
		if stays, all, err := s.CustomerStays(s.admin(maria), vera); err != nil || all || !same(admins(stays), []int64{maria}) {
			t.Errorf("maria sees %v, all %v, %v", admins(stays), all, err)
		}
		if stays, all, err := s.CustomerStays(s.admin(tom), vera); err != nil || !all || len(stays) != 2 {
			t.Errorf("tom sees %v, all %v, %v", admins(stays), all, err)
		}
		if _, err := s.Stay(s.admin(maria), mine.Stay.PublicID); err != nil {
			t.Errorf("one's own: %v", err)
		}
		if _, err := s.Stay(s.admin(tom), mine.Stay.PublicID); err != nil {
			t.Errorf("with the resource: %v", err)
		}
		if _, err := s.Stay(s.admin(3), mine.Stay.PublicID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another's: %v, want NotFound", err)
		}
	})
}

func TestTheCustomerSeesWhenWhyByWhichRoleAndWhatChanged(t *testing.T) {
	each(t, func(t *testing.T, s *shop, clock *sqldbtest.Clock) {
		in := s.entered(maria, vera)
		if err := s.buy(s.within(in.Stay)); err != nil {
			t.Fatal(err)
		}
		inside, err := s.Inside(t.Context(), vera)
		if err != nil || inside == nil || inside.Role != "Support desk" {
			t.Fatalf("inside is %+v, %v", inside, err)
		}
		page, err := s.Visits(s.customer(vera), "")
		if err != nil || len(page.Visits) != 1 || page.Next != "" {
			t.Fatalf("visits are %+v, %v", page, err)
		}
		v := page.Visits[0]
		deeds, more, err := s.Happened(s.customer(vera), v, 10)
		if err != nil || more || len(deeds) != 1 || deeds[0].Action != "cart.item_added" || deeds[0].Kind != Changed {
			t.Errorf("what happened is %+v, %v, %v", deeds, more, err)
		}
		german := i18n.For("de-DE")
		if !v.Live || v.By() != "Support desk" || v.Reason(german) != "Hilfe bei einer Bestellung" || v.Changes != 1 || v.Pages != 0 || v.Refused != 0 {
			t.Errorf("the visit is %+v", v)
		}
		s.ends(s.customer(vera), in.Stay)
		clock.Advance(time.Minute)
		if inside, err := s.Inside(t.Context(), vera); err != nil || inside != nil {
			t.Errorf("after End now somebody is inside: %+v, %v", inside, err)
		}
		if page, _ := s.Visits(s.customer(2), ""); len(page.Visits) != 0 {
			t.Errorf("another customer sees %+v", page)
		}
		if _, err := s.Visit(s.customer(2), v.PublicID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another customer's page of it: %v, want NotFound", err)
		}
		if err := s.AnnounceVisits(s.within(in.Stay), "", "csv"); !fault.Is(err, fault.Denied) {
			t.Errorf("a download from inside a stay: %v, want Denied", err)
		}
		helped, err := s.RecentlyHelped(s.admin(maria), 5)
		if err != nil || len(helped) != 1 || helped[0].CustomerID != vera {
			t.Errorf("last helped: %+v, %v", helped, err)
		}
	})
}
