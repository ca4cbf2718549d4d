package oversight

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"time"
)

// Kind is what an alert is about.
type Kind string

// The kinds of alert.
const (
	ManyCustomers Kind = "many_customers"
	ColleagueUsed Kind = "colleague"
	VIPUsed       Kind = "vip"
	OutOfHours    Kind = "out_of_hours"
	NothingDone   Kind = "no_change"
	ManyRefusals  Kind = "refused"
	LogSilent     Kind = "audit_silent"
	SinkFailing   Kind = "audit_sink"
	SetBack       Kind = "set_back"
	webhookTest   Kind = "test"
)

// Kinds are all kinds, for filters.
var Kinds = []Kind{ManyCustomers, ColleagueUsed, VIPUsed, OutOfHours, NothingDone, ManyRefusals, LogSilent, SinkFailing, SetBack}

var kindLabels = map[Kind]string{
	ManyCustomers: "Many customers", ColleagueUsed: "Colleague's account", VIPUsed: "VIP account", OutOfHours: "Out of hours",
	NothingDone: "Long session, no change", ManyRefusals: "Refused attempts", LogSilent: "Action log not sealed", SinkFailing: "Checkpoints not delivered",
	SetBack:     "Backup restored",
	webhookTest: "Test",
}

// Label names a kind in a few words.
func (k Kind) Label() string { return kindLabels[k] }

// Rules are what is watched; a zero turns a rule off.
type Rules struct {
	Customers   int // more than so many
	CustomersIn time.Duration
	Colleague   bool
	VIP         bool
	NoChange    time.Duration
	Refused     int // so many or more
	RefusedIn   time.Duration
	Hours       Hours
}

// Entry is what is known when an Admin user has logged in as a customer.
type Entry struct {
	At        time.Time
	Customers int // that the Admin user has been with within CustomersIn, this one too
	Colleague bool
	VIP       bool
}

// OnEntry gives what an entry is worth an alert for.
func (r Rules) OnEntry(e Entry) (found []Kind) {
	if r.Customers > 0 && e.Customers > r.Customers {
		found = append(found, ManyCustomers)
	}
	if r.Colleague && e.Colleague {
		found = append(found, ColleagueUsed)
	}
	if r.VIP && e.VIP {
		found = append(found, VIPUsed)
	}
	if !r.Hours.Within(e.At) {
		found = append(found, OutOfHours)
	}
	return found
}

// OnEnd tells whether a stay that has ended was long for one without a change.
func (r Rules) OnEnd(lasted time.Duration, changed, viewOnly bool) bool {
	return r.NoChange > 0 && !changed && !viewOnly && lasted >= r.NoChange
}

// OnRefusal tells whether so many refusals within RefusedIn are too many.
func (r Rules) OnRefusal(n int) bool { return r.Refused > 0 && n >= r.Refused }

// silent tells whether something that waits since a time has waited too long;
// since is when the watch began or something last moved.
func silent(waits, since, now time.Time) bool {
	if waits.IsZero() {
		return false
	}
	if since.After(waits) {
		waits = since
	}
	return now.Sub(waits) > silence
}

// silence is how long a row may wait to be sealed; hiccup how long a sink may
// fail before somebody is told, so that they are within a minute.
const (
	silence = 60 * time.Second
	hiccup  = 30 * time.Second
)

// failing tells whether a sink has failed for too long.
func failing(since, now time.Time) bool { return !since.IsZero() && now.Sub(since) >= hiccup }

// drawn tells whether a stay is in the sample: by its id and a secret, so that
// it is the same on every node and nobody can tell beforehand.
func drawn(secret, stay string, share int) bool {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(stay))
	return binary.BigEndian.Uint64(mac.Sum(nil))%100 < uint64(share)
}
