package app_test

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/customer"
	"github.com/storehand/storehand/internal/web/webtest"
)

// figures are what a test did, in words of its own.
type figures struct {
	*desk
	days     []string                  // as the report writes them
	stays    map[string]map[string]int // day, outcome
	lengths  map[string][]int          // day, seconds
	orders   map[string][]int64        // day, cents
	refusals map[string]int
	given    map[string]int // consents by day
	taken    map[string]int
	allowed  int // customers who agree, more than before
	denied   int
	unset    int
}

func newFigures(d *desk) *figures {
	return &figures{desk: d, stays: map[string]map[string]int{}, lengths: map[string][]int{}, orders: map[string][]int64{}, refusals: map[string]int{}, given: map[string]int{}, taken: map[string]int{}}
}

// nextMorning begins a further day.
func (l *figures) nextMorning() {
	now := l.Clock.Now().UTC()
	l.Clock.Advance(now.Truncate(24*time.Hour).AddDate(0, 0, 1).Add(9 * time.Hour).Sub(now))
	l.days = append(l.days, l.today())
	l.stays[l.today()] = map[string]int{}
}

func (l *figures) today() string { return l.Clock.Now().UTC().Format("2 Jan 2006") }

// agrees is a new customer, who allows assistance.
func (l *figures) agrees() customer.Customer {
	l.given[l.today()]++
	l.allowed++
	return l.customer("english")
}

// visit is a stay of so many seconds that ends in some way, counted as outcome.
func (l *figures) visit(seconds int, outcome string, end func(s *stay)) {
	l.t.Helper()
	s := l.helping(l.agrees())
	l.Clock.Advance(time.Duration(seconds) * time.Second)
	if end != nil {
		end(s)
		l.lengths[l.today()] = append(l.lengths[l.today()], seconds)
	}
	l.stays[l.today()][outcome]++
}

func (l *figures) refused(tab *webtest.Tab, path, cause string) {
	l.t.Helper()
	tab.Visit("/").Form("/logout").Action(path).Submit().MustStatus(http.StatusForbidden)
	l.refusals[cause]++
}

func (l *figures) firstDay() {
	l.nextMorning()
	closed := func(s *stay) { s.send(l.two, http.MethodPost, "/assist/close", url.Values{}) }
	l.visit(40, "Closed by the agent", closed)
	l.visit(200, "Closed by the agent", closed)
	l.visit(260, "Ended by the customer", func(s *stay) {
		l.shopping(s.of, "english", "/account/assistance").Form("form[action$='" + s.id + "/end']").Submit().MustStatus(http.StatusOK)
	})
	l.visit(620, "Ended by others", func(s *stay) {
		l.in("admin", "/assist/sessions").Form("/assist/sessions/end").Submit().MustContain("You ended 1 session.")
	})
	l.visit(901, "Time was up", func(*stay) { // idle
		if err := l.Assist.Sweep(systemCtx); err != nil {
			l.t.Fatal(err)
		}
	})
	h := &handOff{desk: l.desk, b: webtest.New(l.t)}
	h.b.Scripts = false
	h.admin = signIn(h.b, l.Shop, "maria")
	h.again(1) // nobody goes on from here, and another takes its place
	l.stays[l.today()]["Never entered"]++
	h.again(1)
	l.stays[l.today()]["Never entered"]++
	l.Clock.Advance(5 * time.Minute)
	if err := l.Assist.Sweep(systemCtx); err != nil {
		l.t.Fatal(err)
	}
}

func (l *figures) secondDay() {
	l.nextMorning()
	l.buys(75)
	l.buys(130)
	agent, b := l.agent("Support desk"), webtest.New(l.t)
	tab := signIn(b, l.Shop, agent.Username)
	l.refused(tab, "/customers/2/assist", "No consent")
	l.refused(tab, "/customers/2/assist", "No consent")
	l.configure(config.Edit{Field: assist.QuotaHour, Value: "1"})
	c := l.agrees()
	path := fmt.Sprintf("/customers/%d/assist", c.ID)
	l.enter(b, tab, agent, c, "english")
	l.stays[l.today()]["Ended by others"]++ // by the stop below
	l.lengths[l.today()] = append(l.lengths[l.today()], 0)
	l.refused(tab, path, "Too many sessions within an hour")
	l.configure(config.Edit{Field: assist.QuotaHour, Value: "0"})
	boss := l.in("admin", "/assist/stop")
	boss.Form("/assist/stop").Set("reason", "A drill").Submit().MustContain("Sessions that ended: 1.")
	l.refused(tab, path, "Emergency stop")
	boss.Visit("/assist/stop").Form("/assist/stop/resume").Submit()

	own := l.shopping(c, "english", "/account/edit")
	own.Form("form[action$='account/edit']").Untick("assistance_allowed").Submit().MustStatus(http.StatusOK)
	l.taken[l.today()]++
	l.allowed, l.denied = l.allowed-1, l.denied+1
	noah := shopIn(webtest.New(l.t), merchant{l.Shop, l.t}, "noah@example.com").Visit(l.Store("english", "/account/edit"))
	noah.Form("form[action$='account/edit']").Tick("assistance_allowed").Submit().MustStatus(http.StatusOK)
	l.given[l.today()]++
	l.allowed, l.unset = l.allowed+1, l.unset-1
	l.visit(0, "Running", nil)
	l.answers("/approve", l.given)
	l.answers("/refuse", l.taken)
}

// answers has a customer who was never asked answer a request for consent.
func (l *figures) answers(with string, counted map[string]int) {
	l.t.Helper()
	c := l.newcomer("english")
	l.unset++
	agent, ask := l.agent("Support desk"), fmt.Sprintf("/customers/%d/assist/ask", c.ID)
	signIn(webtest.New(l.t), l.Shop, agent.Username).Visit(ask).Form(ask).Set("reason_code", "cart").Set("minutes", "30").Submit().MustContain("Waiting")
	l.shopping(c, "english", "/account/assistance").Form("form[action$='" + with + "']").Submit().MustStatus(http.StatusOK)
	counted[l.today()]++
}

// buys is a stay in Vera's account in which something is ordered.
func (l *figures) buys(seconds int) {
	l.t.Helper()
	_, tab := assistVera(webtest.New(l.t), l.Shop)
	tab.Visit(l.Store("english", "/p/item-1")).Form("/cart/items").Submit()
	tab = tab.Visit(l.Store("english", "/checkout")).Form("/checkout").Submit()
	tab = tab.Form("/checkout/methods").Set("payment_method", "checkmo").Submit()
	tab.Form("/checkout/place").Submit().MustContain("Thank you for your order")
	l.Clock.Advance(time.Duration(seconds) * time.Second)
	tab.Visit(l.Store("english", "/")).Form("/assist/close").Submit()
	l.orders[l.today()] = append(l.orders[l.today()], l.one(`SELECT grand_total FROM sales_order ORDER BY id DESC LIMIT 1`))
	l.stays[l.today()]["Closed by the agent"]++
	l.lengths[l.today()] = append(l.lengths[l.today()], seconds)
}

// table downloads a part of the report; without its heading.
func (l *figures) table(tom *webtest.Tab, part string) [][]string {
	l.t.Helper()
	from, until := l.Clock.Now().AddDate(0, 0, 1-len(l.days)), l.Clock.Now()
	file := tom.Visit("/assist/report/" + part + ".csv?" + url.Values{"from": {from.Format(time.DateOnly)}, "until": {until.Format(time.DateOnly)}}.Encode())
	file.MustStatus(http.StatusOK)
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(file.Body, "\ufeff"))).ReadAll()
	if err != nil {
		l.t.Fatalf("%s: %v", part, err)
	}
	return rows[1:]
}

// lower is the value that half of them do not exceed.
func lower(all []int) int {
	all = slices.Sorted(slices.Values(all))
	return all[(len(all)-1)/2]
}

func minutes(seconds int) string { return fmt.Sprintf("%02d:%02d", seconds/60, seconds%60) }

func (l *figures) same(part string, got [][]string, want ...[]string) {
	l.t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		l.t.Errorf("%s says\n%v, want\n%v", part, got, want)
	}
}

func share(n, of int) string {
	return strconv.FormatFloat(float64(n)*100/float64(of), 'f', 1, 64) + " %"
}

func (l *figures) compare(tom *webtest.Tab, before [][]string) {
	l.t.Helper()
	outcomes := []string{"Closed by the agent", "Time was up", "Ended by the customer", "Ended by others", "Never entered", "Running"}
	var sessions, orders, median, answers [][]string
	var all []int
	total, value, placed := 0, int64(0), 0
	for _, day := range l.days {
		row, sum := []string{day}, 0
		for _, o := range outcomes {
			row, sum = append(row, fmt.Sprint(l.stays[day][o])), sum+l.stays[day][o]
		}
		sessions, total = append(sessions, append(row, fmt.Sprint(sum))), total+sum
		cents := int64(0)
		for _, v := range l.orders[day] {
			cents += v
		}
		if n := len(l.orders[day]); n > 0 {
			orders = append(orders, []string{day, fmt.Sprint(n), fmt.Sprintf("%d.%02d", cents/100, cents%100), "USD"})
			placed, value = placed+n, value+cents
		}
		if m := lower(l.lengths[day]); m > 0 {
			median = append(median, []string{day, minutes(m), fmt.Sprint(m)})
		}
		answers = append(answers, []string{day, fmt.Sprint(l.given[day]), fmt.Sprint(l.taken[day])})
		all = append(all, l.lengths[day]...)
	}
	l.same("sessions", l.table(tom, "sessions"), sessions...)
	l.same("orders", l.table(tom, "orders"), orders...)
	l.same("length", l.table(tom, "length"), median...)
	l.same("answers", l.table(tom, "answers"), answers...)
	l.same("refusals", l.table(tom, "refusals"), []string{"No consent", "2", "50.0 %"}, []string{"Emergency stop", "1", "25.0 %"}, []string{"Too many sessions within an hour", "1", "25.0 %"})

	var ends [][]string
	for i, name := range []string{"under 1 minute", "1 to 5 minutes", "5 to 10 minutes", "10 to 15 minutes", "15 to 30 minutes", "30 to 60 minutes", "an hour and more"} {
		n := 0
		for _, s := range all {
			if limits := []int{0, 60, 300, 600, 900, 1800, 3600, 1 << 30}; limits[i] <= s && s < limits[i+1] {
				n++
			}
		}
		ends = append(ends, []string{name, fmt.Sprint(n), share(n, len(all))})
	}
	l.same("time to end", l.table(tom, "time-to-end"), ends...)

	var coverage [][]string
	people, change := 0, []int{l.allowed, l.denied, l.unset}
	now := make([]int, 3)
	for i, row := range before {
		n, _ := strconv.Atoi(row[1])
		now[i] = n + change[i]
		people += now[i]
	}
	for i, name := range []string{"Allowed", "Not allowed", "Not answered"} {
		coverage = append(coverage, []string{name, fmt.Sprint(now[i]), share(now[i], people)})
	}
	l.same("consent", l.table(tom, "consent"), coverage...)

	page := tom.Visit("/assist/report?from=" + l.Clock.Now().AddDate(0, 0, 1-len(l.days)).Format(time.DateOnly))
	page.MustContain("4 refused", minutes(lower(all)), fmt.Sprintf("%d orders", placed), fmt.Sprintf("%d.%02d", value/100, value%100),
		share(now[0], people), fmt.Sprintf("%d of %d customers", now[0], people), fmt.Sprintf("%d sessions in %d days", total, len(l.days)))
	if n := len(page.All("main svg.plot-area")); n != 4 {
		l.t.Errorf("%d charts", n)
	}
}

func TestTheAssistanceReportSaysWhatWasReallyDone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		l := newFigures(&desk{Shop: s, t: t, two: s})
		l.days = []string{"now"}
		before := l.table(l.in("tom", "/"), "consent")
		l.days = nil
		l.allowed = 0
		l.firstDay()
		l.secondDay()
		tom := l.in("tom", "/assist/report")
		exported := l.one(`SELECT COUNT(*) FROM audit_log WHERE action = $1`, string(assist.ActionReportExported))
		l.compare(tom, before)
		if n := l.one(`SELECT COUNT(*) FROM audit_log WHERE action = $1`, string(assist.ActionReportExported)) - exported; n != 7 {
			t.Errorf("%d downloads are on record, want 7", n)
		}
		l.in("maria", "/assist/report").MustStatus(http.StatusForbidden)
		tom.Visit("/assist/report/nothing.csv").MustStatus(http.StatusNotFound)
	})
}

func TestWrongDaysOfTheAssistanceReportComeBackBesideTheirField(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		tom := (&desk{Shop: s, t: t, two: s}).in("tom", "/assist/report")
		today := s.Clock.Now().UTC()
		day := func(n int) string { return today.AddDate(0, 0, n).Format(time.DateOnly) }
		for _, c := range []struct{ from, until, field, says string }{
			{day(-1), day(-3), "from", "The first day comes after the last one, " + day(-3)},
			{day(1), "", "from", "The first day comes after the last one, " + day(0)},
			{day(-400), day(-10), "from", "366 days at most: up to that last day it can begin on " + day(-375)},
			{"yesterday", "", "from", "Enter a day like " + day(0)},
			{day(-3), "2026-02-30", "until", "Enter a day like " + day(0)},
		} {
			address := "/assist/report?" + url.Values{"from": {c.from}, "until": {c.until}}.Encode()
			page := tom.Visit(address)
			page.MustStatus(http.StatusUnprocessableEntity)
			page.MustContain(c.says)
			page.MustHave("#f-"+c.field+"[aria-invalid=true]", "#f-from[value='"+c.from+"']", "#f-until[value='"+c.until+"']")
			page.MustNotHave(".stat")
			tom.Visit(strings.Replace(address, "?", "/sessions.csv?", 1)).MustStatus(http.StatusUnprocessableEntity)
		}
		for _, whole := range []string{"", "?from=&until=", "?from=" + day(-365) + "&until=" + day(0), "?from=" + day(0) + "&until=" + day(0), "?from=" + day(-9) + "&until=" + day(9), "?from=2020-01-01&until=2020-12-31"} {
			tom.Visit("/assist/report" + whole).MustStatus(http.StatusOK)
		}
		assistVera(webtest.New(t), s)
		year := tom.Visit("/assist/report?from=" + day(-365))
		year.MustContain(today.AddDate(0, 0, -365).Format("2 Jan 2006"), today.Format("2 Jan 2006"))
		tom.Visit("/assist/report?from=2020-01-01&until=2020-12-31").MustContain("Nothing in these days")
		tom.MustNotHave("svg.plot-area")
	})
}
