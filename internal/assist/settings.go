package assist

import (
	"context"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
)

const (
	settingsGroup = "General Options"
	consentGroup  = "Customer Consent"
	sessionGroup  = "Sessions"
	limitsGroup   = "Limits and Approval"
)

// The section Customers > Login as Customer. Whatever decides about a stay is
// read fresh from the database: the policy reads the switch, the consent policy
// and account sharing in its own query.
var (
	Enabled = config.Bool("assist.enabled", config.In(config.AssistSection, settingsGroup), config.Label("Enable Login as Customer"),
		config.Default(false),
		config.Help("If No, the buttons, the checkboxes and the log's menu are gone, and running sessions end at their next request."))
	DisablePageCache = config.Bool("assist.disable_page_cache", config.In(config.AssistSection, settingsGroup), config.Label("Disable Page Cache for Admin User"),
		config.Default(true),
		config.Help("If Yes, an Admin user who is logged in as a customer always gets fresh, uncached data."))
	StoreView = config.Select("assist.store_view", config.In(config.AssistSection, settingsGroup), config.Label("Store View to Log in"),
		config.Default(StoreViewAutomatic),
		config.Choices(config.Choice{Value: StoreViewAutomatic, Label: "Automatic"}, config.Choice{Value: StoreViewManual, Label: "Manual Selection"}),
		config.Help("Automatic leads to the store view where the account was created. Use Manual Selection with several websites or stores, to choose each time."))

	CheckboxTitle = config.Text("assist.checkbox_title", config.In(config.AssistSection, consentGroup), config.Label("Title for the opt-in checkbox"),
		config.At(config.ViewScope), config.Default("Allow remote shopping assistance"), config.Required(), config.MaxLen(120))
	CheckboxTooltip = config.Area("assist.checkbox_tooltip", config.In(config.AssistSection, consentGroup), config.Label("Tooltip for the opt-in checkbox"),
		config.At(config.ViewScope), config.MaxLen(600),
		config.Default("Our staff can then see the shop as you see it and act in your account to help you. You see each visit under Support access, and you can end it at any time."))
	ConsentPolicy = config.Select("assist.consent_policy", config.In(config.AssistSection, consentGroup), config.Label("Consent policy"),
		config.At(config.Website), config.Default(PolicyOptIn),
		config.Choices(config.Choice{Value: PolicyOptIn, Label: "Customer must opt in"},
			config.Choice{Value: PolicyOptOut, Label: "Allowed unless the customer opts out"},
			config.Choice{Value: PolicyNotRequired, Label: "Not required"}),
		config.Warning(func(v string) string {
			if v != PolicyNotRequired {
				return ""
			}
			return "Staff may enter accounts of customers who have not agreed, or have declined. Customers are still told of each visit. Ask for legal advice before you use this."
		}))
	ConsentDays = config.Int("assist.consent_days", config.In(config.AssistSection, consentGroup), config.Label("Consent lasts"),
		config.At(config.Website), config.Default(0), config.Range(0, 3650), config.Suffix("days"),
		config.Help("0 means until it is withdrawn. Counts for consent given from now on."))
	StaffConsent = config.Bool("assist.staff_consent", config.In(config.AssistSection, consentGroup), config.Label("Staff may answer for a customer"),
		config.Default(true), config.Help("By the resource Remote shopping assistance opt-in, with a reason. The customer gets a letter about it each time."))
	Asking = config.Bool("assist.asking", config.In(config.AssistSection, consentGroup), config.Label("Staff may ask for consent"),
		config.Default(true), config.Help("For one session of one Admin user: the customer allows it on the Support access page, by the link in a letter, or by reading out a code."))
	AskHours = config.Int("assist.ask_hours", config.In(config.AssistSection, consentGroup), config.Label("A request waits for"),
		config.Default(24), config.Range(1, 168), config.Suffix("hours"), config.Help("After that the silence is a no."))

	Reason = config.Select("assist.reason", config.In(config.AssistSection, sessionGroup), config.Label("Reason"),
		config.Default(ReasonRequired),
		config.Choices(config.Choice{Value: ReasonRequired, Label: "Required"}, config.Choice{Value: ReasonOptional, Label: "Optional"}))
	SessionMinutes = config.Int("assist.session_minutes", config.In(config.AssistSection, sessionGroup), config.Label("Session length"),
		config.Default(60), config.Range(1, 240), config.Suffix("minutes"), config.Help("Never longer than the Admin session."))
	IdleMinutes = config.Int("assist.idle_minutes", config.In(config.AssistSection, sessionGroup), config.Label("Idle limit"),
		config.Default(15), config.Range(1, 240), config.Suffix("minutes"), config.Help("Without a request for so long, a session ends."))
	LongestMinutes = config.Int("assist.longest_minutes", config.In(config.AssistSection, sessionGroup), config.Label("Longest session with extensions"),
		config.Default(120), config.Range(0, 720), config.Suffix("minutes"),
		config.Help("Extend in the banner prolongs a session by one more session length, up to this in all. 0 means that sessions cannot be extended. Never longer than the Admin session."))
	NewMode = config.Select("assist.mode", config.In(config.AssistSection, sessionGroup), config.Label("Mode of a new session"),
		config.Default(string(impersonate.CanChange)),
		config.Choices(config.Choice{Value: string(impersonate.CanChange), Label: "Can change"}, config.Choice{Value: string(impersonate.ViewOnly), Label: "View only"}),
		config.Help("A session in View only can be raised to Can change with a reason, unless the role is set to View only."))
	Proposals = config.Bool("assist.proposals", config.In(config.AssistSection, sessionGroup), config.Label("Allow proposals"),
		config.Default(true), config.Help("If Yes, an Admin user can prepare changes of the cart and of addresses, also in View only, which the customer accepts or declines in their own account."))
	ProposalDays = config.Int("assist.proposal_days", config.In(config.AssistSection, sessionGroup), config.Label("Proposals can be accepted for"),
		config.Default(7), config.Range(1, 90), config.Suffix("days"))
	UndoDays = config.Int("assist.undo_days", config.In(config.AssistSection, sessionGroup), config.Label("Changes can be undone for"),
		config.Default(30), config.Range(1, 365), config.Suffix("days"),
		config.Help("So long the values from before and after each change of a session are kept, so that it can be undone. The entries of the Actions Report stay."))
	MaskPersonal = config.Bool("assist.mask", config.In(config.AssistSection, sessionGroup), config.Label("Mask personal data"),
		config.At(config.Website), config.Default(false),
		config.Help("If Yes, e-mail address, phone number and street are hidden on all pages of a session until the Admin user reveals them, which is recorded."))
	Notify = config.Select("assist.notify", config.In(config.AssistSection, sessionGroup), config.Label("Tell the customer by e-mail"),
		config.At(config.Website), config.Default(NotifyAfter),
		config.Choices(config.Choice{Value: NotifyNever, Label: "Never"}, config.Choice{Value: NotifyStart, Label: "At start"}, config.Choice{Value: NotifyAfter, Label: "After each session"}))
	ShowStaff = config.Bool("assist.show_staff", config.In(config.AssistSection, sessionGroup), config.Label("Show staff names to customers"),
		config.At(config.Website), config.Default(false),
		config.Help("If No, Support access and the e-mail name the role only. The record keeps the name either way."))
	LogPageViews = config.Bool("assist.log_page_views", config.In(config.AssistSection, sessionGroup), config.Label("Log page views"),
		config.Default(true), config.Help("If Yes, each page that is looked at during a session is an entry of the Actions Report, written before the page is answered."))
)

// Who is limited, and who needs a second person.
var (
	Approvals = config.Select("assist.approval", config.In(config.AssistSection, limitsGroup), config.Label("Second approval"),
		config.Default(ApprovalNever),
		config.Choices(config.Choice{Value: ApprovalNever, Label: "Never"}, config.Choice{Value: ApprovalVIP, Label: "For customers of VIP groups"},
			config.Choice{Value: ApprovalEveryone, Label: "For every customer"}),
		config.Help("Who needs it can log in once another Admin user with Approve Login as Customer has agreed. Sessions without an approval end when it becomes necessary. Groups are marked VIP under Customers > Groups."))
	ApprovalMinutes = config.Int("assist.approval_minutes", config.In(config.AssistSection, limitsGroup), config.Label("An approval holds"),
		config.Default(30), config.Range(1, 480), config.Suffix("minutes"), config.Help("From the answer on; sessions end with it. It is for one Admin user, one customer and the reason that was given."))
	StepUp = config.Select("assist.step_up", config.In(config.AssistSection, limitsGroup), config.Label("Confirm before a session"),
		config.Default(StepUpNever),
		config.Choices(config.Choice{Value: StepUpNever, Label: "Never"},
			config.Choice{Value: StepUpOnce, Label: "Before the first session after signing in"},
			config.Choice{Value: StepUpOften, Label: "Before a session, if it is 15 minutes ago"}),
		config.Help("Admin users show that it is them: by their second factor, or by their password if they have none. Signing in with a second factor counts."))
	QuotaHour = config.Int("assist.quota_hour", config.In(config.AssistSection, limitsGroup), config.Label("Sessions per Admin user and hour"),
		config.Default(20), config.Range(0, 10000), config.Help("0 means no limit."))
	QuotaDay = config.Int("assist.quota_day", config.In(config.AssistSection, limitsGroup), config.Label("Sessions per Admin user and day"),
		config.Default(60), config.Range(0, 100000), config.Help("Within 24 hours. 0 means no limit."))
)

// The values of Second approval.
const (
	ApprovalNever    = "never"
	ApprovalVIP      = "vip"
	ApprovalEveryone = "everyone"
)

// The values of Store View to Log in, Reason and Tell the customer by e-mail.
const (
	StoreViewAutomatic = "automatic"
	StoreViewManual    = "manual"
	ReasonRequired     = "required"
	ReasonOptional     = "optional"
	NotifyNever        = "never"
	NotifyStart        = "at_start"
	NotifyAfter        = "after"
)

// The consent policies of a website.
const (
	PolicyOptIn       = "opt_in"       // Customer must opt in
	PolicyOptOut      = "opt_out"      // Allowed unless the customer opts out
	PolicyNotRequired = "not_required" // Not required
)

// Settings are the global ones, as they stand in the database now.
type Settings struct {
	Enabled          bool
	DisablePageCache bool // answer pages of a stay fresh, not from the page cache
	Global           bool // customer accounts are shared globally
	Manual           bool // Store View to Log in: Manual Selection
	ReasonRequired   bool
	Length, Idle     time.Duration
	Mode             impersonate.Mode // of a new stay
	LogPageViews     bool
	ApprovalMinutes  int // how long a second person's approval holds
}

// Settings reads the global settings now. The texts of the checkbox may be a
// second old: read them through config.
func (s *Service) Settings(ctx context.Context) (Settings, error) {
	return readSettings(ctx, s.db.Reader())
}

func readSettings(ctx context.Context, q sqldb.Querier) (Settings, error) {
	v, err := config.Fresh(ctx, q, Enabled, DisablePageCache, config.ShareAccounts, StoreView, Reason, SessionMinutes, IdleMinutes, NewMode, LogPageViews, ApprovalMinutes)
	if err != nil {
		return Settings{}, err
	}
	all := config.Everywhere
	return Settings{
		Enabled:          v.Bool(Enabled, all),
		DisablePageCache: v.Bool(DisablePageCache, all),
		Global:           v.Text(config.ShareAccounts, all) == config.ShareGlobal,
		Manual:           v.Text(StoreView, all) == StoreViewManual,
		ReasonRequired:   v.Text(Reason, all) == ReasonRequired,
		Length:           time.Duration(v.Int(SessionMinutes, all)) * time.Minute,
		Idle:             time.Duration(v.Int(IdleMinutes, all)) * time.Minute,
		Mode:             impersonate.Mode(v.Text(NewMode, all)),
		LogPageViews:     v.Bool(LogPageViews, all),
		ApprovalMinutes:  int(v.Int(ApprovalMinutes, all)),
	}, nil
}

// stored gives the value of a stored setting, or the declared one where there
// is none or none that the declaration allows.
func stored(f *config.Field, value *string) string {
	if value != nil {
		if clean, err := f.Clean(*value); err == nil {
			return clean
		}
	}
	return f.Declared()
}

func consentPolicy(v *string) string { return stored(ConsentPolicy, v) }
