package oversight

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/webhook"
)

const (
	alertsGroup = "Alerts"
	reviewGroup = "Review"
)

func alertField(label string, more ...config.Option) []config.Option {
	return append([]config.Option{config.In(config.AssistSection, alertsGroup), config.Label(label)}, more...)
}

// What the checks below need stands before them: fields are listed in the order
// in which they come to be.
var (
	weekdays = []string{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"}
	errHours = errors.New("Write days and times, such as Mon-Fri 08:00-18:00.")
)

// What is watched, and who is told.
var (
	Customers = config.Int("alerts.customers", alertField("Many customers: more than", config.Default(10), config.Range(0, 1000),
		config.Help("customers that one Admin user logs in as within the time below. 0 means that nobody is watched for it."))...)
	CustomersMinutes = config.Int("alerts.customers_minutes", alertField("Many customers: within", config.Default(10), config.Range(1, 1440), config.Suffix("minutes"))...)
	Colleague        = config.Bool("alerts.colleague", alertField("A colleague's account", config.Default(true),
		config.Help("If Yes, sessions in the account of somebody who works here raise an alert: a customer with an Admin user's e-mail address."))...)
	VIP = config.Bool("alerts.vip", alertField("A VIP's account", config.Default(true),
		config.Help("If Yes, sessions in accounts of a group that is marked VIP under Customers > Groups raise an alert."))...)
	NoChange = config.Int("alerts.no_change_minutes", alertField("Long session without a change: from", config.Default(30), config.Range(0, 480), config.Suffix("minutes"),
		config.Help("For sessions that could change something. 0 means never."))...)
	Refused = config.Int("alerts.refused", alertField("Refused attempts: from", config.Default(5), config.Range(0, 1000),
		config.Help("of one Admin user, or from one address, within the time below. 0 means never."))...)
	RefusedMinutes = config.Int("alerts.refused_minutes", alertField("Refused attempts: within", config.Default(10), config.Range(1, 1440), config.Suffix("minutes"))...)
	WorkingHours   = config.Text("alerts.working_hours", alertField("Working hours", config.MaxLen(40), config.Check(checkHours),
		config.Help("Sessions outside of them raise an alert. Such as Mon-Fri 08:00-18:00; empty means never."))...)
	TimeZone = config.Text("alerts.time_zone", alertField("Time zone of the working hours", config.Default("UTC"), config.Required(), config.MaxLen(60), config.Check(checkZone),
		config.Help("Such as Europe/Berlin."))...)
	MailTo = config.Text("alerts.mail", alertField("Send alerts to", config.MaxLen(500), config.Check(config.Addresses),
		config.Help("E-mail addresses with commas between them. Empty: alerts are shown in the Admin only."))...)
	WebhookURL = config.Text("alerts.webhook", alertField("Webhook", config.MaxLen(500), config.Check(checkWebhook),
		config.Help("An https address that is sent each alert, signed after the Standard Webhooks specification. The secret is given to the server, see the guide."))...)

	ReviewShare = config.Int("review.share", config.In(config.AssistSection, reviewGroup), config.Label("Sessions to review"), config.Default(10), config.Range(0, 100), config.Suffix("percent"),
		config.Help("A sample, drawn when a session ends, that somebody else looks at afterwards. Sessions with an alert are always among them."))
)

func checkWebhook(s string) error {
	if s == "" {
		return nil
	}
	return webhook.CheckURL(s)
}

// settings are the alert settings as they stand in the database.
type settings struct {
	rules   Rules
	mailTo  []string
	webhook string
	share   int
}

func readSettings(ctx context.Context, q sqldb.Querier) (settings, error) {
	v, err := config.Fresh(ctx, q, Customers, CustomersMinutes, Colleague, VIP, NoChange, Refused, RefusedMinutes, WorkingHours, TimeZone, MailTo, WebhookURL, ReviewShare)
	if err != nil {
		return settings{}, err
	}
	all := config.Everywhere
	hours, _ := parseHours(v.Text(WorkingHours, all), v.Text(TimeZone, all)) // checked when it was saved; a node without the zone takes UTC
	minutes := func(f *config.Field) time.Duration { return time.Duration(v.Int(f, all)) * time.Minute }
	return settings{
		rules: Rules{
			Customers: int(v.Int(Customers, all)), CustomersIn: minutes(CustomersMinutes), Colleague: v.Bool(Colleague, all), VIP: v.Bool(VIP, all),
			NoChange: minutes(NoChange), Refused: int(v.Int(Refused, all)), RefusedIn: minutes(RefusedMinutes), Hours: hours,
		},
		mailTo: config.SplitAddresses(v.Text(MailTo, all)), webhook: v.Text(WebhookURL, all), share: int(v.Int(ReviewShare, all)),
	}, nil
}

// Hours are the hours in which people work; the zero value are all.
type Hours struct {
	days     [7]bool // by time.Weekday
	from, to int     // minutes of the day; to is after from
	zone     *time.Location
}

// Within tells whether people work at a time.
func (h Hours) Within(at time.Time) bool {
	if h.zone == nil {
		return true
	}
	at = at.In(h.zone)
	minute := at.Hour()*60 + at.Minute()
	return h.days[at.Weekday()] && h.from <= minute && minute < h.to
}

func weekday(s string) (int, bool) {
	for i, name := range weekdays {
		if strings.EqualFold(name, s) {
			return i, true
		}
	}
	return 0, false
}

func checkHours(s string) error {
	_, err := parseHours(s, "UTC")
	return err
}

func checkZone(s string) error {
	if _, err := time.LoadLocation(s); err != nil || s == "Local" {
		return fmt.Errorf("This server does not know the time zone %q. Write its name, such as Europe/Berlin, or UTC.", s)
	}
	return nil
}

// parseHours reads "Mon-Fri 08:00-18:00"; "" are all hours.
func parseHours(s, zone string) (h Hours, err error) {
	fields := strings.Fields(s)
	if len(fields) == 0 {
		return Hours{}, nil
	}
	if len(fields) != 2 {
		return Hours{}, errHours
	}
	if err := h.parseDays(fields[0]); err != nil {
		return Hours{}, err
	}
	from, to, ok := strings.Cut(fields[1], "-")
	if h.from, err = minuteOf(from); err != nil || !ok {
		return Hours{}, errHours
	}
	if h.to, err = minuteOf(to); err != nil || h.to <= h.from {
		return Hours{}, errHours
	}
	if h.zone, err = time.LoadLocation(zone); err != nil {
		h.zone = time.UTC
	}
	return h, nil
}

func (h *Hours) parseDays(s string) error {
	first, last, many := strings.Cut(s, "-")
	if !many {
		last = first
	}
	from, ok := weekday(first)
	to, fine := weekday(last)
	if !ok || !fine {
		return errHours
	}
	for d := from; ; d = (d + 1) % 7 {
		h.days[d] = true
		if d == to {
			return nil
		}
	}
}

func minuteOf(s string) (int, error) {
	if s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, errHours
	}
	return t.Hour()*60 + t.Minute(), nil
}
