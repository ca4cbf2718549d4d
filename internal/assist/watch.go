package assist

import (
	"context"
	"sync"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/fault"
)

// The watch tells pages that stay open who comes into a customer's account and
// when a stay is over: whatever ended it, on whichever node, as the same
// function sees it that every request asks. One look at all live stays serves
// every open page of a node, so their number costs the database nothing.
const (
	lookEvery   = 400 * time.Millisecond
	lookTime    = 2 * time.Second // longer than a look may take
	perPerson   = 8               // open pages of one customer, or of one stay, a node
	perNode     = 4000            // open pages of a node
	lostLooksOK = 2               // looks that may fail before open pages are let go
)

// Live is what an open page is told.
type Live struct {
	Inside string            // public id of the stay that is in the customer's account, "" for none
	Over   impersonate.Cause // why the watched stay is over, "" while it goes on
}

// Watch is a node's look at the live stays.
type Watch struct {
	s       *Service
	mu      sync.Mutex
	open    map[*Watcher]bool
	running bool
	closed  bool
	wake    chan struct{} // a further page wants to know now
}

func newWatch(s *Service) *Watch {
	return &Watch{s: s, open: map[*Watcher]bool{}, wake: make(chan struct{}, 1)}
}

// Watcher is one open page.
type Watcher struct {
	watch    *Watch
	customer int64 // who is told of stays in their account …
	stay     int64 // … or the stay that is watched
	last     *Live
	news     chan Live
}

// News has the state of things whenever it has changed, the latest only, and is
// closed when the page should ask anew.
func (x *Watcher) News() <-chan Live { return x.news }

// Close ends the watching.
func (x *Watcher) Close() {
	x.watch.mu.Lock()
	defer x.watch.mu.Unlock()
	x.watch.drop(x)
}

// WatchCustomer watches for stays in a customer's account; false where too many
// pages are open already.
func (s *Service) WatchCustomer(id int64) (*Watcher, bool) {
	return s.watch.add(&Watcher{customer: id})
}

// WatchStay watches one stay.
func (s *Service) WatchStay(id int64) (*Watcher, bool) { return s.watch.add(&Watcher{stay: id}) }

// StopWatching lets every open page go: the node is stopping.
func (s *Service) StopWatching() {
	w := s.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	for x := range w.open {
		w.drop(x)
	}
}

func (w *Watch) add(x *Watcher) (*Watcher, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	same := 0
	for o := range w.open {
		if o.customer == x.customer && o.stay == x.stay {
			same++
		}
	}
	if w.closed || same >= perPerson || len(w.open) >= perNode {
		return nil, false
	}
	x.watch, x.news = w, make(chan Live, 1)
	w.open[x] = true
	if !w.running {
		w.running = true
		go w.run()
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
	return x, true
}

// drop needs the lock.
func (w *Watch) drop(x *Watcher) {
	if w.open[x] {
		delete(w.open, x)
		close(x.news)
	}
}

// run looks as long as a page is open.
func (w *Watch) run() {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	lost := 0
	for {
		select {
		case <-tick.C:
		case <-w.wake:
		}
		stays, err := w.look()
		if lost++; err == nil {
			lost = 0
		}
		if !w.tell(stays, err == nil, lost > lostLooksOK) {
			return
		}
	}
}

// look reads every stay without an end, with why it is over if it is.
func (w *Watch) look() (map[int64]seenStay, error) {
	ctx, cancel := context.WithTimeout(context.Background(), lookTime)
	defer cancel()
	live, now, err := w.s.lookAtAll(ctx)
	stays := make(map[int64]seenStay, len(live))
	for _, r := range live {
		stays[r.ID] = seenStay{r.PublicID, r.CustomerID, !r.EnteredAt.IsZero(), w.s.over(ctx, r.Stay, r.facts, now)}
	}
	return stays, err
}

type seenStay struct {
	publicID string
	customer int64
	entered  bool
	over     impersonate.Cause
}

// tell passes on what was seen; it reports whether somebody is still there.
func (w *Watch) tell(stays map[int64]seenStay, known, lost bool) bool {
	inside := map[int64]string{}
	for _, s := range stays {
		if s.entered && s.over == "" {
			inside[s.customer] = s.publicID
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for x := range w.open {
		switch {
		case lost:
			w.drop(x)
		case !known:
		case x.stay != 0:
			s, there := stays[x.stay]
			if !there {
				s.over = impersonate.AlreadyEnded
			}
			x.hear(Live{Over: s.over})
		default:
			x.hear(Live{Inside: inside[x.customer]})
		}
	}
	w.running = len(w.open) > 0
	return w.running
}

// hear keeps the latest news for whoever reads slowly.
func (x *Watcher) hear(l Live) {
	if x.last != nil && *x.last == l {
		return
	}
	x.last = &l
	select {
	case <-x.news:
	default:
	}
	x.news <- l
}

// Still asks everything again about a stay whose answer is about to leave: one
// look-up by keys. The error is Gone for one that has ended meanwhile.
func (s *Service) Still(ctx context.Context, stay Stay) error {
	r, now, found, err := s.look(ctx, stayByIDAndFacts, stay.ID)
	if err != nil {
		return err
	}
	if !found {
		return fault.New(fault.NotFound, "This assistance session does not exist.")
	}
	if cause := s.over(ctx, r.Stay, r.facts, now); cause != "" {
		return s.bury(ctx, r.Stay, cause)
	}
	return nil
}

var stayByIDAndFacts = `SELECT ` + prefixed(liveColumns) + `, ` + factsColumns + ` FROM impersonation i` + factsJoins + ` WHERE i.id = $1`
