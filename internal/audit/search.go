package audit

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// Filter narrows the report. Zero fields do not narrow; the range is always
// there: see [Filter.Bounded].
type Filter struct {
	From, To    time.Time // From included, To not
	Group       string    // report group
	Action      sqldb.Action
	Kind        actor.Kind
	ActorID     int64 // with Kind; an Admin user unless Kind says otherwise
	Result      string
	CustomerID  int64
	Stay        int64
	StoreViewID int64
	Websites    []int64 // only what happened on these; nil: everywhere
	IP          string  // a whole address, or its beginning
	Route       string  // full action name, beginning
	Details     string  // whole words, whatever the case
	Full        string  // whole words of details, notes and values
	// Archive searches what was imported again from archives instead of the log.
	Archive bool
}

// DefaultDays is how far back the report looks unless told.
const DefaultDays = 30

// CountLimit is how far totals are exact.
const CountLimit = 10_000

// window bounds how many entries of one customer, one stay, of failures or of
// the imported archives are looked through for what no index finds.
const window = 20_000

// Bounded fills in the default range.
func (f Filter) Bounded(now time.Time) Filter {
	if f.To.IsZero() {
		f.To = now.Add(time.Minute) // nodes' clocks differ a little
	}
	if f.From.IsZero() {
		f.From = f.To.AddDate(0, 0, -DefaultDays)
	}
	return f
}

// byText reports whether there are filters that no index of the log's own serves.
func (f Filter) byText() bool {
	return f.IP != "" || f.Route != "" || f.Details != "" || f.Full != "" || f.StoreViewID != 0 || f.Websites != nil || f.Kind != "" && f.ActorID == 0
}

// narrow reports whether the filter is about few entries that an index leads to.
func (f Filter) narrow() bool {
	return f.CustomerID != 0 || f.Stay != 0 || f.Archive
}

// indexedWhole reports whether one index of the log serves the whole filter.
func (f Filter) indexedWhole() bool {
	if f.byText() {
		return false
	}
	n := 0
	for _, on := range []bool{f.Action != "", f.Result == sqldb.Failure, f.Group != "" || f.ActorID != 0} {
		if on {
			n++
		}
	}
	return n <= 1
}

// Page is a part of the report, newest first.
type Page struct {
	Entries    []Entry
	Total      int
	More       bool      // there are more than Total
	Windowed   bool      // there was too much to look through all of it
	LookedTo   time.Time // how far back was looked; zero: all the way
	Next, Prev string    // cursors, "" at the ends
}

// Search returns the page of size entries at a cursor, "" for the newest.
func (s *Service) Search(ctx context.Context, f Filter, cursor string, size int) (Page, error) {
	f = f.Bounded(s.db.Now())
	c, err := parseCursor(cursor)
	if err != nil {
		c = position{} // a cursor from elsewhere: begin at the newest
	}
	var p Page
	switch {
	case !f.narrow() && !f.indexedWhole():
		return s.byBlocks(ctx, f, c, size, false)
	case f.narrow() && len(f.words()) > 0:
		p, err = s.narrowWords(ctx, f, c, size)
	default:
		p, err = s.byIndex(ctx, f, c, size)
	}
	if err == nil && f.windowed() {
		p.Windowed, err = s.beyondWindow(ctx, f)
	}
	return p, err
}

func (s *Service) byIndex(ctx context.Context, f Filter, c position, size int) (Page, error) {
	entries, err := s.list(ctx, f, c, size+1, columns, scanLine)
	if err != nil {
		return Page{}, err
	}
	p := c.cut(entries, size)
	p.Total, p.More, err = s.count(ctx, f)
	return p, err
}

// narrowWords looks for words among the few entries of a customer, a stay or
// the imported archives.
func (s *Service) narrowWords(ctx context.Context, f Filter, c position, size int) (Page, error) {
	all, err := s.list(ctx, f, position{}, window, allColumns, scanEntry)
	if err != nil {
		return Page{}, err
	}
	all = slices.DeleteFunc(all, func(e Entry) bool { return !f.hasWords(e) })
	total := len(all)
	if c.back {
		slices.Reverse(all)
	}
	if c.id != 0 {
		all = slices.DeleteFunc(all, func(e Entry) bool { return !c.reaches(e) })
	}
	p := c.cut(all[:min(len(all), size+1)], size)
	p.Total = total
	return p, nil
}

// reaches reports whether an entry is on the far side of the position.
func (p position) reaches(e Entry) bool {
	at := sqldb.Micros(e.At)
	if p.back {
		return at > p.at || at == p.at && e.ID > p.id
	}
	return at < p.at || at == p.at && e.ID < p.id
}

// Export calls fn for every entry that matches, newest first, with everything it
// says. It reads in portions, so that a long download holds nothing open; what
// is recorded meanwhile is not in it.
func (s *Service) Export(ctx context.Context, f Filter, fn func(Entry) error) error {
	f = f.Bounded(s.db.Now())
	if !f.narrow() && !f.indexedWhole() {
		return s.exportBlocks(ctx, f, fn)
	}
	var c position
	for {
		query, args := f.whole(c, portion)
		entries, err := sqldb.All(ctx, s.db.Reader(), scanEntry, query, args...)
		if err != nil {
			return err
		}
		for _, e := range entries {
			if !f.hasWords(e) {
				continue
			}
			if err := fn(e); err != nil {
				return err
			}
		}
		if len(entries) < portion {
			return nil
		}
		last := entries[len(entries)-1]
		c = position{at: sqldb.Micros(last.At), id: last.ID}
	}
}

// portion is how many entries an export reads at once.
const portion = 1000

func (s *Service) exportBlocks(ctx context.Context, f Filter, fn func(Entry) error) error {
	var c position
	for {
		p, err := s.byBlocks(ctx, f, c, portion, true)
		if err != nil {
			return err
		}
		for _, e := range p.Entries {
			if err := fn(e); err != nil {
				return err
			}
		}
		if p.Next == "" {
			return nil
		}
		if c, err = parseCursor(p.Next); err != nil {
			return err
		}
	}
}

// position is a place in the list: after (older than) an entry, or before it.
type position struct {
	at, id int64
	back   bool
}

func (p position) String() string {
	s := strconv.FormatInt(p.at, 10) + "." + strconv.FormatInt(p.id, 10)
	if p.back {
		return "b" + s
	}
	return s
}

var errCursor = errors.New("audit: not a cursor")

func parseCursor(text string) (p position, err error) {
	if text == "" {
		return p, nil
	}
	text, p.back = strings.CutPrefix(text, "b")
	at, id, ok := strings.Cut(text, ".")
	if !ok {
		return p, errCursor
	}
	if p.at, err = strconv.ParseInt(at, 10, 64); err == nil {
		p.id, err = strconv.ParseInt(id, 10, 64)
	}
	if err != nil || p.at <= 0 || p.id <= 0 {
		return p, errCursor
	}
	return p, nil
}

// cut makes a page of up to size entries, of which one more was asked for.
func (p position) cut(entries []Entry, size int) Page {
	more := len(entries) > size
	if more {
		entries = entries[:size]
	}
	if p.back {
		slices.Reverse(entries)
	}
	out := Page{Entries: entries}
	if len(entries) == 0 {
		return out
	}
	first, last := entries[0], entries[len(entries)-1]
	if p.back || more {
		out.Next = position{at: sqldb.Micros(last.At), id: last.ID}.String()
	}
	if p.back && more || !p.back && p.id != 0 {
		out.Prev = position{at: sqldb.Micros(first.At), id: first.ID, back: true}.String()
	}
	return out
}

func (s *Service) list(ctx context.Context, f Filter, c position, limit int, cols string, scan func(sqldb.Scanner) (Entry, error)) ([]Entry, error) {
	query, args := f.query(c, cols, limit)
	return sqldb.All(ctx, s.db.Reader(), scan, query, args...)
}

func (s *Service) count(ctx context.Context, f Filter) (total int, more bool, err error) {
	query, args := f.query(position{}, "1 AS one", CountLimit+1)
	if err = s.db.Reader().QueryRow(ctx, "SELECT COUNT(*) FROM ("+query+") counted", args...).Scan(&total); total > CountLimit {
		total, more = CountLimit, true
	}
	return total, more, err
}

// beyondWindow reports whether not everything was looked through.
func (s *Service) beyondWindow(ctx context.Context, f Filter) (bool, error) {
	bare := Filter{From: f.From, To: f.To, CustomerID: f.CustomerID, Stay: f.Stay, Archive: f.Archive}
	var n int
	query, args := bare.query(position{}, "1 AS one", window+1)
	err := s.db.Reader().QueryRow(ctx, "SELECT COUNT(*) FROM ("+query+") counted", args...).Scan(&n)
	return n > window, err
}
