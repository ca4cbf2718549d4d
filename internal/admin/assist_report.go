package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const reportPath = "/assist/report"

// usualReport is how many days the report is of unless others are asked for.
const usualReport = 30

// reportQuery reads the days from the address, today included, within the
// websites of the role; wrong days are errors by field.
func (a *App) reportQuery(r *http.Request) (assist.ReportQuery, error) {
	from, until, wrong := r.URL.Query().Get("from"), r.URL.Query().Get("until"), fault.Fields{}
	tomorrow := a.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	q := assist.ReportQuery{From: dateOf(from), Until: dayAfter(until), Websites: scope(mustView(r.Context()).Grant)}
	if until != "" && q.Until.IsZero() {
		wrong.Add("until", "Enter a day like %s.", a.Now().UTC().Format(dateLayout))
	}
	if from != "" && q.From.IsZero() {
		wrong.Add("from", "Enter a day like %s.", a.Now().UTC().Format(dateLayout))
	}
	if q.Until.IsZero() || q.Until.After(tomorrow) {
		q.Until = tomorrow
	}
	first := q.Until.Add(-assist.ReportLimit)
	switch {
	case q.From.IsZero():
		q.From = q.Until.AddDate(0, 0, -usualReport)
	case !q.From.Before(q.Until):
		wrong.Add("from", "The first day comes after the last one, %s.", q.Until.AddDate(0, 0, -1).Format(dateLayout))
	case q.From.Before(first):
		wrong.Add("from", "A report is of 366 days at most: up to that last day it can begin on %s.", first.Format(dateLayout))
	}
	return q, wrong.Err()
}

// assistReport shows what Login as Customer is used for, in figures.
func (a *App) assistReport(w http.ResponseWriter, r *http.Request) error {
	page := adminPage{Title: "Assistance Report", Nav: reportPath, Header: ui.Header{Lead: "How customers are helped: figures without names. Days are in UTC."}}
	q, err := a.reportQuery(r)
	if wrong := fault.FieldsOf(err); wrong != nil {
		typed := reportView{From: r.URL.Query().Get("from"), Until: r.URL.Query().Get("until"), Errors: wrong}
		return a.page(w, r, http.StatusUnprocessableEntity, page, reportPage(typed))
	}
	found, err := a.Assist.Report(r.Context(), q)
	if err != nil {
		return err
	}
	return a.page(w, r, http.StatusOK, page, reportPage(newReportView(found, q)))
}

// reportPart is a part of the report: a table, a drawing, and a file.
type reportPart struct {
	Code, Title, Lead string
	Columns           []ui.Column
	Cells             [][]string
	Chart             *ui.Chart
	Shares            []int64 // for parts with a bar in each row, instead of a drawing
	Of                int64
	Export            string
}

// reportView is the page.
type reportView struct {
	From, Until string
	Errors      map[string]string // of the days; there are no figures then
	Figures     []ui.Figure
	Parts       []reportPart
}

func newReportView(r assist.Report, q assist.ReportQuery) reportView {
	v := reportView{From: q.From.Format(dateLayout), Until: q.Until.AddDate(0, 0, -1).Format(dateLayout), Figures: reportFigures(r)}
	v.Parts = []reportPart{staysPart(r), ordersPart(r), lengthPart(r), endPart(r), refusalsPart(r), coveragePart(r), answersPart(r)}
	for i := range v.Parts {
		v.Parts[i].Export = fmt.Sprintf("%s/%s.csv?from=%s&until=%s", reportPath, v.Parts[i].Code, v.From, v.Until)
	}
	return v
}

func reportFigures(r assist.Report) []ui.Figure {
	stays, refused := 0, 0
	for _, d := range r.Days {
		stays += d.All()
	}
	for _, c := range r.Refusals {
		refused += c.N
	}
	s, ninth := orderSums(r), ""
	if r.Ninth > 0 {
		ninth = "nine of ten within " + lengthText(r.Ninth)
	}
	return []ui.Figure{
		{Label: "Sessions", Value: ui.Count(stays), Note: ui.Count(refused) + " refused", Icon: ui.IconAssist},
		{Label: "Median length", Value: orElse(lengthText(r.Median), "–"), Note: ninth, Icon: ui.IconClock},
		{Label: "Ordered in sessions", Value: s.text(), Note: plural(int(s.orders), "order"), Icon: ui.IconCart},
		{Label: "Consent coverage", Value: percent(r.Consent.Allowed, r.Consent.All()), Note: ui.Count(r.Consent.Allowed) + " of " + plural(r.Consent.All(), "customer"), Icon: ui.IconUsers},
	}
}

func orderSums(r assist.Report) sums {
	s := sums{total: map[string]int64{}}
	for _, o := range r.Orders {
		if _, ok := s.total[o.Currency]; !ok {
			s.currencies = append(s.currencies, o.Currency)
		}
		s.total[o.Currency] += o.Value
		s.orders += int64(o.Orders)
	}
	return s
}

// lengthText is a length of time as people say it: "4:05"; nothing for none.
func lengthText(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return clockText(d)
}

func percent(n, of int) string {
	if of == 0 {
		return "–"
	}
	return strconv.FormatFloat(float64(n)*100/float64(of), 'f', 1, 64) + " %"
}

// axisLayout writes days below a drawing, with the year where there is more than one.
func axisLayout(r assist.Report) string {
	if n := len(r.Days); n > 0 && r.Days[0].Day.Year() != r.Days[n-1].Day.Year() {
		return "2 Jan 2006"
	}
	return "2 Jan"
}

func dayText(t time.Time) string { return t.Format("2 Jan 2006") }

func heads(first string, rest ...string) []ui.Column {
	all := []ui.Column{{Label: first, Strong: true}}
	for _, label := range rest {
		all = append(all, ui.Column{Label: label, Numeric: true})
	}
	return all
}

// staysPart is the sessions of each day by how they ended.
func staysPart(r assist.Report) reportPart {
	axis := axisLayout(r)
	p := reportPart{Code: "sessions", Title: "Sessions per day by outcome", Columns: heads("Day")}
	c := ui.Chart{}
	for o := range assist.Outcomes {
		label := assist.Outcome(o).Label()
		p.Columns = append(p.Columns, ui.Column{Label: label, Numeric: true})
		c.Series = append(c.Series, ui.Series{Label: label, Tone: o + 1})
	}
	p.Columns = append(p.Columns, ui.Column{Label: "All", Numeric: true})
	all := 0
	for _, d := range r.Days {
		cells, col := []string{dayText(d.Day)}, ui.ChartColumn{Label: d.Day.Format(axis), Note: plural(d.All(), "session")}
		for _, n := range d.Stays {
			cells, col.Values = append(cells, strconv.Itoa(n)), append(col.Values, int64(n))
		}
		p.Cells = append(p.Cells, append(cells, strconv.Itoa(d.All())))
		c.Columns = append(c.Columns, col)
		all += d.All()
	}
	return p.drawn(c, 1, plural(all, "session")+" in "+plural(len(r.Days), "day"), func(top int64) string { return plural(int(top), "session") })
}

// drawn adds a drawing, with a line at the top that people can read: a round
// number of units. Where there is nothing to draw it adds none.
func (p reportPart) drawn(c ui.Chart, unit int64, summary string, top func(int64) string) reportPart {
	for _, col := range c.Columns {
		sum := int64(0)
		for _, v := range col.Values {
			sum += v
		}
		c.Max = max(c.Max, sum)
	}
	if c.Max == 0 {
		return p
	}
	units := ui.RoundUp((c.Max + unit - 1) / unit)
	c.Max = units * unit
	c.ID, c.Top, c.Summary = "plot-"+p.Code, top(units), p.Title+": "+summary+"."
	p.Chart = &c
	return p
}

// ordersPart is what was ordered in the sessions of each day; drawn in the
// currency that has the most orders, because amounts of different ones never mix.
func ordersPart(r assist.Report) reportPart {
	axis := axisLayout(r)
	s := orderSums(r)
	p := reportPart{Code: "orders", Title: "Orders placed in sessions", Columns: heads("Day", "Orders", "Value", "Currency")}
	count, best := map[string]int{}, "USD"
	for _, o := range r.Orders {
		if count[o.Currency] += o.Orders; count[o.Currency] > count[best] {
			best = o.Currency
		}
		p.Cells = append(p.Cells, []string{dayText(o.Day), strconv.Itoa(o.Orders), plainCash(o.Value, o.Currency), o.Currency})
	}
	c := ui.Chart{Series: []ui.Series{{Label: "Value", Tone: 1}}}
	for _, d := range r.Days {
		col := ui.ChartColumn{Label: d.Day.Format(axis), Note: "nothing", Values: []int64{0}}
		for _, o := range r.Orders {
			if o.Day.Equal(d.Day) && o.Currency == best {
				col.Values[0], col.Note = o.Value, plural(o.Orders, "order")+", "+cash(o.Value, best)
			}
		}
		c.Columns = append(c.Columns, col)
	}
	p.Lead = "By the day on which the session began, without what was canceled"
	if len(s.currencies) > 1 {
		p.Lead += "; drawn in " + best
	}
	return p.drawn(c, 1, plural(int(s.orders), "order")+", "+s.text(), func(top int64) string { return cash(top, best) })
}

// lengthPart is how long the sessions of a day took, half of them at most.
func lengthPart(r assist.Report) reportPart {
	axis := axisLayout(r)
	p := reportPart{Code: "length", Title: "Median length per day", Lead: "Of sessions that were entered and are over", Columns: heads("Day", "Median length (minutes:seconds)", "Median length (seconds)")}
	c := ui.Chart{Series: []ui.Series{{Label: "Median", Tone: 1}}}
	for _, d := range r.Days {
		c.Columns = append(c.Columns, ui.ChartColumn{Label: d.Day.Format(axis), Note: orElse(lengthText(d.Median), "none"), Values: []int64{int64(d.Median / time.Second)}})
		if d.Median > 0 {
			p.Cells = append(p.Cells, []string{dayText(d.Day), lengthText(d.Median), strconv.Itoa(int(d.Median / time.Second))})
		}
	}
	return p.drawn(c, 60, "all in all "+orElse(lengthText(r.Median), "none"), func(top int64) string { return plural(int(top), "minute") })
}

func countedPart(code, title, lead, first string, all []assist.Counted) reportPart {
	p := reportPart{Code: code, Title: title, Lead: lead, Columns: heads(first, "Number", "Share")}
	for _, c := range all {
		p.Of += int64(c.N)
	}
	for _, c := range all {
		p.Cells = append(p.Cells, []string{c.Label, strconv.Itoa(c.N), percent(c.N, int(p.Of))})
		p.Shares = append(p.Shares, int64(c.N))
	}
	return p
}

func endPart(r assist.Report) reportPart {
	return countedPart("time-to-end", "Time to end", "From entering to the end", "Length", r.Lengths)
}

func refusalsPart(r assist.Report) reportPart {
	return countedPart("refusals", "Refusals by cause", "", "Cause", r.Refusals)
}

func coveragePart(r assist.Report) reportPart {
	return countedPart("consent", "Consent coverage", "What customers say to remote shopping assistance now", "Answer", []assist.Counted{
		{Label: "Allowed", N: r.Consent.Allowed}, {Label: "Not allowed", N: r.Consent.Denied}, {Label: "Not answered", N: r.Consent.Unanswered},
	})
}

// answersPart is which answers came on each day.
func answersPart(r assist.Report) reportPart {
	axis := axisLayout(r)
	p := reportPart{Code: "answers", Title: "Consents given and withdrawn", Columns: heads("Day", "Given", "Refused or withdrawn")}
	c := ui.Chart{Series: []ui.Series{{Label: "Given", Tone: 1}, {Label: "Refused or withdrawn", Tone: 2}}}
	given, denied := 0, 0
	for _, d := range r.Days {
		given, denied = given+d.Allowed, denied+d.Denied
		c.Columns = append(c.Columns, ui.ChartColumn{Label: d.Day.Format(axis), Note: fmt.Sprintf("%d given, %d refused or withdrawn", d.Allowed, d.Denied), Values: []int64{int64(d.Allowed), int64(d.Denied)}})
		if d.Allowed+d.Denied > 0 {
			p.Cells = append(p.Cells, []string{dayText(d.Day), strconv.Itoa(d.Allowed), strconv.Itoa(d.Denied)})
		}
	}
	return p.drawn(c, 1, fmt.Sprintf("%d given, %d refused or withdrawn", given, denied), func(top int64) string { return plural(int(top), "answer") })
}

// exportReport downloads the table of one part.
func (a *App) exportReport(w http.ResponseWriter, r *http.Request) error {
	q, err := a.reportQuery(r)
	if err != nil {
		return err
	}
	code, isFile := strings.CutSuffix(r.PathValue("part"), ".csv")
	found, err := a.Assist.Report(r.Context(), q)
	if err != nil {
		return err
	}
	for _, p := range newReportView(found, q).Parts {
		if isFile && p.Code == code {
			return a.writePart(w, r, p, q)
		}
	}
	return fault.New(fault.NotFound, "The report has no such part.")
}

func (a *App) writePart(w http.ResponseWriter, r *http.Request, p reportPart, q assist.ReportQuery) error {
	if err := a.Assist.AnnounceReport(r.Context(), p.Code, q); err != nil {
		return err
	}
	header := make([]string, len(p.Columns))
	for i, c := range p.Columns {
		header[i] = c.Label
	}
	return web.CSV(w, r, "assistance-report-"+p.Code+"-"+a.Now().Format(dateLayout)+".csv", header, func(row func(...string) error) error {
		for _, cells := range p.Cells {
			if err := row(cells...); err != nil {
				return err
			}
		}
		return nil
	})
}
