package assist

import (
	"context"
	"strings"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
)

// Stay is one impersonation as the shop sees it: an Admin user in a customer's
// account, in a store view, for a reason.
type Stay struct {
	ID       int64  // row id, the one in actor.Who and in the record
	PublicID string // no secret: the one in URLs

	CustomerID    int64
	CustomerName  string
	CustomerEmail string

	AdminUserID    int64
	AdminName      string
	AdminUsername  string
	RoleID         int64
	RoleName       string
	AdminSessionID int64

	WebsiteID   int64 // of the store view
	StoreViewID int64
	Origin      string // of the storefront, scheme and host

	ReasonCode string // of a ReasonPreset
	Reason     string // for people: the preset's label, the words, or both
	Ticket     string

	// BackPath is the Admin page it was begun from, Back what that page shows;
	// LandPath is where on the storefront it leads.
	BackPath string
	Back     Place
	LandPath string

	IP, UserAgent string // of the Admin user at the beginning

	// RequestID is the request whose grant it rests on, 0 for the general consent;
	// Scope is what it may change.
	RequestID int64
	Scope     Scope

	Mode   impersonate.Mode
	Length time.Duration // absolute limit, from EnteredAt
	Idle   time.Duration

	BegunAt    time.Time
	EnteredAt  time.Time // zero until entered
	LastUsedAt time.Time
	ExpiresAt  time.Time // absolute limit once entered
	EndedAt    time.Time // zero while live
	Cause      impersonate.Cause
	EndedBy    string // name of who ended it, or of the task

	// FreshPages tells that this request's pages must not come from the page
	// cache. Set by Resume, as it stands in the configuration now.
	FreshPages bool
	logViews   bool // set by Resume: page views are written down

	// Masks tells that the website hides personal data from staff; RevealedAt is
	// when the Admin user chose to see it in this stay. Set by Resume.
	Masks      bool
	RevealedAt time.Time
	// CanRaise and CanPropose tell which modes are open to it. Set by Resume.
	CanRaise, CanPropose bool

	step, longest   time.Duration // of an extension, and of the stay with all of them; set by Resume
	parentExpiresAt time.Time
	code            impersonate.Code
	session         impersonate.Hash
}

// ViewOnly tells whether the stay may only look.
func (s Stay) ViewOnly() bool { return s.Mode == impersonate.ViewOnly }

// Proposing tells whether changes are prepared for the customer to decide.
func (s Stay) Proposing() bool { return s.Mode == Proposing }

// Masked tells whether personal data stays off the pages now.
func (s Stay) Masked() bool { return s.Masks && s.RevealedAt.IsZero() }

// State tells whether it is begun, entered or ended.
func (s Stay) State() impersonate.State { return s.times().State() }

// Due is when it ends by itself if nothing happens: for "time left".
func (s Stay) Due() time.Time { return s.times().Due() }

// Who gives the pair (subject, actor) for a request of this stay. The base
// brings where the request comes from and which store view it is for.
func (s Stay) Who(base actor.Who) actor.Who {
	base.Kind, base.ID, base.Name = actor.Admin, s.AdminUserID, s.AdminUsername
	base.Subject = actor.Subject{ID: s.CustomerID, Name: s.CustomerName}
	base.Impersonation, base.SessionID, base.ViewOnly = s.ID, s.AdminSessionID, s.ViewOnly()
	return base
}

// handingOff gives a context in which the stay's Admin user acts, though the
// request comes from a browser that is nobody on the storefront yet. Without
// Impersonation the guard has nothing to ask: the step itself asks.
func (s Stay) handingOff(ctx context.Context) context.Context {
	base, _ := actor.From(ctx)
	who := s.Who(base)
	who.Impersonation, who.ViewOnly = 0, false
	who.WebsiteID, who.StoreViewID = s.WebsiteID, s.StoreViewID
	return actor.With(ctx, who)
}

// times is as much of the stay as its limits need.
func (s Stay) times() impersonate.Impersonation {
	return impersonate.Impersonation{
		Idle: s.Idle, BegunAt: s.BegunAt, EnteredAt: s.EnteredAt, LastUsedAt: s.LastUsedAt,
		ExpiresAt: s.ExpiresAt, EndedAt: s.EndedAt,
	}
}

// parties is who the stay is of, in the core's words.
func (s Stay) parties() impersonate.Impersonation {
	return impersonate.Impersonation{
		ID:      s.PublicID,
		Actor:   impersonate.Party{Kind: adminKind, ID: text(s.AdminUserID), Name: s.AdminName},
		Subject: impersonate.Party{Kind: customerKind, ID: text(s.CustomerID), Name: s.CustomerName},
	}
}

// impersonation is the stay in the core's words.
func (s Stay) impersonation() impersonate.Impersonation {
	return impersonate.Impersonation{
		ID:      s.PublicID,
		Actor:   impersonate.Party{Kind: adminKind, ID: text(s.AdminUserID), Name: s.AdminName},
		Subject: impersonate.Party{Kind: customerKind, ID: text(s.CustomerID), Name: s.CustomerName},
		Parent:  text(s.AdminSessionID), ParentExpiresAt: s.parentExpiresAt,
		Audience: s.Origin, Target: text(s.StoreViewID),
		Mode: s.Mode, Reason: s.Reason,
		Attributes: map[string]string{
			attrCustomerEmail: s.CustomerEmail, attrAdminUsername: s.AdminUsername,
			attrRoleID: text(s.RoleID), attrRoleName: s.RoleName, attrWebsiteID: text(s.WebsiteID),
			attrReasonCode: s.ReasonCode, attrTicket: s.Ticket,
			attrBackPath: s.BackPath, attrBackLabel: s.Back.String(), attrLandPath: s.LandPath,
			attrIP: s.IP, attrUserAgent: s.UserAgent, attrRequestID: text(s.RequestID), attrScope: string(s.Scope),
		},
		Length: s.Length, Idle: s.Idle,
		BegunAt: s.BegunAt, EnteredAt: s.EnteredAt, LastUsedAt: s.LastUsedAt, ExpiresAt: s.ExpiresAt,
		EndedAt: s.EndedAt, Cause: s.Cause, Code: s.code, Session: s.session,
	}
}

// ReasonPreset is a reason to choose from.
type ReasonPreset struct {
	Code  string
	Label string
	// NeedsText asks for words of one's own.
	NeedsText bool
}

// Reasons are the presets, in the order of the dialog.
var Reasons = []ReasonPreset{
	{Code: "order", Label: "Help with an order"},
	{Code: "cart", Label: "Help with the cart or checkout"},
	{Code: "account", Label: "Help with the account"},
	{Code: "prices", Label: "Question about prices or availability"},
	{Code: "fault", Label: "Look into a fault on the site"},
	{Code: "other", Label: "Something else", NeedsText: true},
}

func presetOf(code string) (ReasonPreset, bool) {
	for _, p := range Reasons {
		if p.Code == code {
			return p, true
		}
	}
	return ReasonPreset{}, false
}

// reasonText is what is kept for people of a preset and words.
func reasonText(p ReasonPreset, words string) string {
	words = strings.TrimSpace(words)
	switch {
	case words == "":
		return p.Label
	case p.Label == "" || p.NeedsText:
		return words
	}
	return p.Label + ": " + words
}
