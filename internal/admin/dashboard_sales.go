package admin

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/sales"
	"github.com/storehand/storehand/internal/web/ui"
)

// chartDays is how far back the Dashboard's figures go, today included.
const chartDays = 30

// salesToday is what the Dashboard says about sales.
type salesToday struct {
	Figures []ui.Figure
	Chart   salesChart
	Last    templ.Component
	Nothing bool // was ever ordered
}

// salesToday adds up the last days, within the websites of the role; nil for a
// role that may not see orders.
func (a *App) salesToday(r *http.Request, v Viewer) (*salesToday, error) {
	if !v.Grant.Allows(acl.OrdersView) {
		return nil, nil
	}
	today := a.Now().UTC().Truncate(24 * time.Hour)
	days, err := a.Sales.Figures(r.Context(), scope(v.Grant), today.AddDate(0, 0, 1-chartDays))
	if err != nil {
		return nil, err
	}
	s := &salesToday{Figures: figuresOf(days, today), Chart: chartOf(days, today)}
	found, err := a.Sales.Grid(r.Context(), sales.OrderFilter{Websites: scope(v.Grant), Size: lastOrders})
	if err != nil {
		return nil, err
	}
	s.Nothing = len(found.Rows) == 0
	rows, err := a.ordersOf(r, found.Rows, listedKeys)
	s.Last = lastOrdersCard(rows, listedKeys, "/sales/orders", "No orders yet.")
	return s, err
}

// sums adds up days by currency, in the order in which the currencies come.
type sums struct {
	currencies []string
	total      map[string]int64
	orders     int64
}

func sumOf(days []sales.DayFigure, since time.Time) sums {
	s := sums{total: map[string]int64{}}
	for _, d := range days {
		if d.Day.Before(since) {
			continue
		}
		if _, ok := s.total[d.Currency]; !ok {
			s.currencies = append(s.currencies, d.Currency)
		}
		s.total[d.Currency] += d.Total
		s.orders += d.Orders
	}
	return s
}

// text writes the sums of all currencies: amounts of different currencies never mix.
func (s sums) text() string {
	parts := make([]string, len(s.currencies))
	for i, c := range s.currencies {
		parts[i] = cash(s.total[c], c)
	}
	return orElse(strings.Join(parts, " + "), "–")
}

func figuresOf(days []sales.DayFigure, today time.Time) []ui.Figure {
	now, month := sumOf(days, today), sumOf(days, today.AddDate(0, 0, 1-chartDays))
	return []ui.Figure{
		{Label: "Sales today", Value: now.text(), Note: plural(int(now.orders), "order"), Icon: ui.IconCart, Href: "/sales/orders?from=" + today.Format(dateLayout)},
		{Label: "Sales in 30 days", Value: month.text(), Note: plural(int(month.orders), "order"), Icon: ui.IconCart, Href: "/sales/orders?from=" + today.AddDate(0, 0, 1-chartDays).Format(dateLayout)},
		{Label: "Average order in 30 days", Value: averageText(days, month.currencies), Icon: ui.IconReport},
	}
}

func averageText(days []sales.DayFigure, currencies []string) string {
	parts := make([]string, len(currencies))
	for i, c := range currencies {
		var total, orders int64
		for _, d := range days {
			if d.Currency == c {
				total, orders = total+d.Total, orders+d.Orders
			}
		}
		parts[i] = cash((total+orders/2)/max(orders, 1), c)
	}
	return orElse(strings.Join(parts, " · "), "–")
}

// salesChart is a column for each day, in the currency that has the most orders.
type salesChart struct {
	ui.Chart
	Currency string
	Sold     bool       // anything in these days
	Days     []salesDay // the newest first, as in the table below
}

type salesDay struct{ Day, Value, Orders string }

func chartOf(days []sales.DayFigure, today time.Time) salesChart {
	c := salesChart{Currency: mostUsed(days)}
	totals, orders := map[time.Time]int64{}, map[time.Time]int64{}
	top, all := int64(0), int64(0)
	for _, d := range days {
		if d.Currency == c.Currency {
			totals[d.Day], orders[d.Day] = d.Total, d.Orders
			top, all = max(top, d.Total), all+d.Total
		}
	}
	c.Sold = top > 0
	scale := ui.RoundUp(top)
	c.Chart = ui.Chart{
		ID: "sales-per-day", Series: []ui.Series{{Label: "Sales", Tone: 1}}, Max: scale, Top: cash(scale, c.Currency),
		Summary: "Sales per day over the last 30 days: " + cash(all, c.Currency) + " in all, at most " + cash(top, c.Currency) + " on one day.",
	}
	for i := range chartDays {
		day := today.AddDate(0, 0, i+1-chartDays)
		d := salesDay{Day: day.Format("Mon 2 Jan"), Value: cash(totals[day], c.Currency), Orders: plural(int(orders[day]), "order")}
		c.Days = append(c.Days, d)
		c.Columns = append(c.Columns, ui.ChartColumn{Label: d.Day, Note: d.Value + ", " + d.Orders, Values: []int64{totals[day]}})
	}
	slices.Reverse(c.Days)
	return c
}

func mostUsed(days []sales.DayFigure) (currency string) {
	count := map[string]int64{}
	for _, d := range days {
		if count[d.Currency] += d.Orders; currency == "" || count[d.Currency] > count[currency] {
			currency = d.Currency
		}
	}
	return orElse(currency, "USD")
}

const orderHitsShown = 3

// orderHits finds orders by the beginning of their number, with or without its
// zeros and a hash sign.
func (a *App) orderHits(r *http.Request, v Viewer, query string) ([]ui.Row, error) {
	digits := strings.TrimPrefix(query, "#")
	if digits == "" || strings.Trim(digits, "0123456789") != "" || !v.Grant.Allows(acl.OrdersView) {
		return nil, nil
	}
	found, err := a.Sales.Grid(r.Context(), sales.OrderFilter{Number: digits, Websites: scope(v.Grant), Size: orderHitsShown})
	if err != nil {
		return nil, err
	}
	return a.ordersOf(r, found.Rows, listedKeys)
}
