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
	IP          string  // a whole address, or its first parts
	Route       string  // full action name, or its first parts
	Details     string  // whole words, whatever the case
	Full        string  // whole words of details, notes and values
	// Archive searches what was imported again from archives instead of the log.
	Archive bool
}

// DefaultDays is how far back the report looks unless told.
const DefaultDays = 30

// CountLimit is how far totals are exact.
const CountLimit = 10_000

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

// indexedWhole reports whether an index of the log's own serves the whole filter.
func (f Filter) indexedWhole() bool {
	n := len(f.wanted())
	switch {
	case n == 0:
		return true
	case f.Archive:
		return false
	case f.Group != "" && f.ActorID != 0:
		return n == 2
	}
	return n == 1 && (f.Group != "" || f.ActorID != 0 || f.Action != "" || f.Result == sqldb.Failure || f.CustomerID != 0 || f.Stay != 0)
}

// Page is a part of the report, newest first.
type Page struct {
	Entries    []Entry
	Total      int
	More       bool      // there are more than Total
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
	if !f.indexedWhole() {
		return s.byBlocks(ctx, f, c, size, false)
	}
	var entries []Entry
	var total int
	var more bool
	err = sqldb.Together(ctx, func(ctx context.Context) (err error) {
		entries, err = s.list(ctx, f, c, size+1, columns, scanLine)
		return err
	}, func(ctx context.Context) (err error) {
		total, more, err = s.count(ctx, f)
		return err
	})
	p := c.cut(entries, size)
	p.Total, p.More = total, more
	return p, err
}

// Export calls fn for every entry that matches, newest first, with everything it
// says. It reads in portions, so that a long download holds nothing open; what
// is recorded meanwhile is not in it.
func (s *Service) Export(ctx context.Context, f Filter, fn func(Entry) error) error {
	f = f.Bounded(s.db.Now())
	if !f.indexedWhole() {
		return s.exportBlocks(ctx, f, fn)
	}
	var c position
	for {
		entries, err := s.list(ctx, f, c, portion, allColumns, scanEntry)
		if err != nil {
			return err
		}
		for _, e := range entries {
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

// countedSingly is how many entries a total counts one by one. More are counted
// by the sets of the index of terms, which costs a fraction of that.
const countedSingly = 2_000

func (s *Service) count(ctx context.Context, f Filter) (total int, more bool, err error) {
	most := CountLimit
	if !f.Archive && len(f.wanted()) > 0 {
		most = countedSingly
	}
	query, args := f.query(position{}, "1 AS one", most+1)
	err = s.db.Reader().QueryRow(ctx, "SELECT COUNT(*) FROM ("+query+") counted", args...).Scan(&total)
	switch {
	case err != nil || total <= most:
		return total, false, err
	case most == CountLimit:
		return CountLimit, true, nil
	}
	return s.countSets(ctx, f)
}

// countSets counts by the index of terms, as far as a page may look.
func (s *Service) countSets(ctx context.Context, f Filter) (total int, more bool, err error) {
	w := &walk{s: s, f: f, budget: budget}
	err = w.run(ctx, position{})
	return min(w.total, CountLimit), !w.done || w.total > CountLimit, err
}
