package audit

import (
	"context"
	"time"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/sqldb"
)

const (
	archivingGroup = "Admin Actions Log Archiving"
	loggingGroup   = "Admin Actions Logging"
)

// The settings under Advanced > System and Advanced > Admin. Changes and refusals are
// recorded whatever they say: no row, no change. What can be switched off is
// the record of looking.
var (
	LogCustomerLooks = config.Bool("audit.log_customers", config.In(config.Admin, loggingGroup), config.Label("Customers: record who looks at a customer"),
		config.Default(false), config.Help("If Yes, each look at a customer's pages in the Admin is an entry of the Actions Report, written before the page is answered. Changes and refusals are always recorded, and so is everything about Login as Customer: those cannot be switched off."))
	LogOrderLooks = config.Bool("audit.log_orders", config.In(config.Admin, loggingGroup), config.Label("Orders: record who looks at an order"),
		config.Default(false), config.Help("If Yes, each look at an order, an invoice, a shipment or a credit memo in the Admin is an entry of the Actions Report."))
	LogReportLooks = config.Bool("audit.log_report", config.In(config.Admin, loggingGroup), config.Label("Action Logs: record who looks at the Actions Report"),
		config.Default(true), config.Help("Exports are always recorded. The same search by the same Admin user within a quarter of an hour is one entry."))

	Lifetime = config.Int("audit.lifetime_days", config.In(config.System, archivingGroup), config.Label("Log Entry Lifetime, Days"),
		config.Default(400), config.Range(1, 3650), config.Suffix("days"),
		config.Warning(func(v string) string {
			if len(v) > 2 || v == "" || len(v) == 2 && v >= "90" {
				return ""
			}
			return "Card payment rules ask for three months at hand and a year in all."
		}),
		config.Help("Older entries are written to files and leave the report. They stay proven, can be downloaded and imported again for search."))
	Frequency = config.Select("audit.archive_frequency", config.In(config.System, archivingGroup), config.Label("Log Archiving Frequency"),
		config.Default(FrequencyMonthly),
		config.Choices(config.Choice{Value: FrequencyNever, Label: "Never"}, config.Choice{Value: FrequencyDaily, Label: "Daily"},
			config.Choice{Value: FrequencyWeekly, Label: "Weekly"}, config.Choice{Value: FrequencyMonthly, Label: "Monthly"}))
)

// The values of Log Archiving Frequency.
const (
	FrequencyNever   = "never"
	FrequencyDaily   = "daily"
	FrequencyWeekly  = "weekly"
	FrequencyMonthly = "monthly"
)

// ArchiveBefore is the moment before which entries are old enough to archive.
func ArchiveBefore(ctx context.Context, c *config.Service, now time.Time) time.Time {
	return now.AddDate(0, 0, -int(c.Int(ctx, Lifetime, config.Everywhere)))
}

// ArchiveDue tells whether it is time to archive, and what is old enough.
func ArchiveDue(ctx context.Context, c *config.Service, q sqldb.Querier, now time.Time) (before time.Time, due bool, err error) {
	every := map[string]time.Duration{FrequencyDaily: 24 * time.Hour, FrequencyWeekly: 7 * 24 * time.Hour, FrequencyMonthly: 30 * 24 * time.Hour}[c.Text(ctx, Frequency, config.Everywhere)]
	if every == 0 {
		return before, false, nil
	}
	last, err := sqldb.One(ctx, q, sqldb.Value[int64], `SELECT COALESCE(MAX(created_at), 0) FROM audit_archive`)
	return ArchiveBefore(ctx, c, now), err == nil && sqldb.Time(last).Add(every).Before(now), err
}
