package session

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// OnlineWithin is how lately somebody was seen who is called online.
const OnlineWithin = 15 * time.Minute

// OnlineLimit is how many customers Online lists at most.
const OnlineLimit = 500

// Online is a customer who is on the storefront now.
type Online struct {
	CustomerID          int64
	FirstName, LastName string
	Email               string
	WebsiteID           int64 // where they are signed in
	Since               time.Time
	LastSeenAt          time.Time
	LastPath            string
	IP                  string
}

// Online lists the customers seen lately in a session of their own, each once,
// the latest seen first. Stays of staff are not among them. Websites limits it
// to customers of these; nil means all.
func (s *Service) Online(ctx context.Context, websites []int64) ([]Online, error) {
	if websites != nil && len(websites) == 0 {
		return nil, nil
	}
	now := s.db.Now()
	var w sqldb.Where
	w.And("s.last_seen_at > ? AND s.ended_at IS NULL AND s.expires_at > ?", sqldb.Micros(now.Add(-OnlineWithin)), sqldb.Micros(now))
	w.And("c.active AND s.created_at >= c.sessions_valid_after")
	if websites != nil {
		w.Among("c.website_id", websites)
	}
	all, err := sqldb.All(ctx, s.db.Reader(), scanOnline, `SELECT c.id, c.first_name, c.last_name, c.email, s.website_id,
		s.created_at, s.last_seen_at, s.last_path, s.ip
		FROM customer_session s JOIN customer c ON c.id = s.customer_id`+w.SQL()+` ORDER BY s.last_seen_at DESC, s.id DESC LIMIT 1000`, w.Args()...)
	return onceEach(all), err
}

func scanOnline(r sqldb.Scanner) (o Online, err error) {
	err = r.Scan(&o.CustomerID, &o.FirstName, &o.LastName, &o.Email, &o.WebsiteID,
		sqldb.Into(&o.Since), sqldb.Into(&o.LastSeenAt), &o.LastPath, &o.IP)
	return o, err
}

// onceEach keeps the latest session of each customer.
func onceEach(all []Online) []Online {
	seen := map[int64]bool{}
	var kept []Online
	for _, o := range all {
		if !seen[o.CustomerID] && len(kept) < OnlineLimit {
			seen[o.CustomerID] = true
			kept = append(kept, o)
		}
	}
	return kept
}
