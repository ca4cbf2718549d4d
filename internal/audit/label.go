package audit

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/sqldb"
)

// Names of groups and actions that do not read well as they are.
var groupLabels = map[string]string{
	AssistGroup:   "Login As Customer",
	"cart":        "Carts",
	"catalog":     "Catalog",
	"category":    "Categories",
	"config":      "Configuration",
	"credit_memo": "Credit Memos",
	"invoice":     "Invoices",
	"order":       "Orders",
	"shipment":    "Shipments",
	"consent":     "Remote Shopping Assistance",
	"customer":    "Customers",
	"import":      "Import",
	"mail":        "E-mail Outbox",
	"product":     "Products",
	"role":        "User Roles",
	"session":     "Sessions",
	"staff":       "Admin Users",
	"stores":      "Stores",
	"audit":       "Action Logs",
	"newsletter":  "Newsletter",
	"wish_list":   "Wish Lists",

	"customer_group": "Customer Groups",
	"payment":        "Payments",
	"promotion":      "Cart Price Rules",
	"shipping":       "Shipping",
	"store":          "Stores",
	"tax":            "Taxes",
}

var actionLabels = map[sqldb.Action]string{
	"audit.exported":                       "Report exported",
	"audit.login_as_customer_log_exported": "Login as Customer Log exported",
	"audit.assistance_report_exported":     "Assistance Report exported",
	"config.saved":                         "Configuration saved",

	"cart.cleared":     "Cart emptied",
	"cart.estimated":   "Shipping estimated",
	"cart.item_wished": "Item moved to the wish list",
	"cart.merged":      "Guest's cart merged",
	"cart.reordered":   "Order put into the cart again",

	"customer.confirmation_sent":        "Confirmation e-mail sent",
	"customer.email_changed":            "E-mail changed",
	"customer.email_confirmed":          "E-mail confirmed",
	"customer.password_reset_requested": "Password reset asked for",
	"customer.sign_in_forced":           "Sign-in forced",
	"customer.viewed":                   "Customer viewed",
	"order.viewed":                      "Order viewed",
	"invoice.viewed":                    "Invoice viewed",
	"shipment.viewed":                   "Shipment viewed",
	"credit_memo.viewed":                "Credit memo viewed",

	"import.credit_memos":     "Credit memos imported",
	"import.customers":        "Customers imported",
	"import.orders":           "Orders imported",
	"import.products":         "Products imported",
	"order.customer_assigned": "Customer assigned",
	"order.payment_review":    "Payment under review",
	"order.payment_requested": "Payment asked for",
	"store.set_up":            "Shop set up",
	"stores.base_urls_moved":  "Base URLs moved",

	Viewed:                         "Report searched",
	EntryViewed:                    "Log entry viewed",
	FilterSaved:                    "Filter saved",
	FilterDeleted:                  "Filter deleted",
	"audit.started":                "Server started",
	"audit.stopped":                "Server stopped",
	"audit.migrated":               "Database migrated",
	"audit.archived":               "Entries archived",
	"audit.archive_removed":        "Archived entries taken out of the log",
	"audit.archive_downloaded":     "Archive downloaded",
	"audit.archive_imported":       "Archive imported for search",
	"audit.archive_import_dropped": "Imported archive taken out of the search",

	"staff.password_accepted":    "Password accepted",
	"staff.factor_begun":         "Second factor begun",
	"staff.confirmed":            "Confirmed by second factor",
	"staff.confirm_asked":        "Asked to confirm",
	"staff.second_factor_failed": "Wrong second factor",
	"staff.confirm_failed":       "Confirmation failed",
	"staff.factor_added":         "Second factor added",
	"staff.factor_removed":       "Second factor removed",
	"staff.factors_reset":        "Second factors reset",
	"staff.sign_in_failed":       "Sign-in failed",

	"order.placed":           "Order placed",
	"invoice.created":        "Invoice created",
	"shipment.created":       "Shipment created",
	"credit_memo.created":    "Credit memo created",
	"order.held":             "Put on hold",
	"order.unheld":           "Taken off hold",
	"order.commented":        "Comment added",
	"order.mailed":           "E-mail sent",
	"shipment.track_added":   "Tracking number added",
	"shipment.track_removed": "Tracking number removed",

	AssistGroup + ".begun":           "Session requested",
	AssistGroup + ".authorized":      "Code issued",
	AssistGroup + ".entered":         "Logged in as customer",
	AssistGroup + ".ended":           "Session ended",
	AssistGroup + ".refused":         "Refused",
	AssistGroup + ".page_viewed":     "Page viewed",
	AssistGroup + ".consent_changed": "Remote shopping assistance changed",
	AssistGroup + ".consent_asked":   "Asked for consent", AssistGroup + ".consent_granted": "Consent to a request given",
	AssistGroup + ".consent_refused": "Consent to a request refused", AssistGroup + ".consent_withdrawn": "Consent to a request withdrawn",
	AssistGroup + ".consent_request_canceled": "Request for consent taken back", AssistGroup + ".consent_request_expired": "Request for consent over",
	AssistGroup + ".consent_code_made": "Code for consent shown", AssistGroup + ".consent_code_tried": "Code for consent entered",
	AssistGroup + ".consents_signed": "Consent signed with the first key",
	AssistGroup + ".alert_raised":    "Alert raised", AssistGroup + ".alert_acknowledged": "Alert marked as seen",
	AssistGroup + ".approval_asked": "Approval asked for", AssistGroup + ".extended": "Session extended",
	AssistGroup + ".mode_changed": "Session's mode changed", AssistGroup + ".reviewed": "Session reviewed",
	AssistGroup + ".stopped": "Login as Customer stopped for everybody", AssistGroup + ".resumed": "Login as Customer allowed again",
	AssistGroup + ".undone": "Change of a session undone", AssistGroup + ".visits_exported": "Customer's list of sessions downloaded",
	AssistGroup + ".webhook_resent": "Webhook sent again",
	AssistGroup + ".restore_found":  "Restored backup found", AssistGroup + ".restore_accepted": "Restored backup accepted",
}

// GroupLabel is a group as the report names it.
func GroupLabel(group string) string {
	if l, ok := groupLabels[group]; ok {
		return l
	}
	return words(group)
}

// ActionLabel is an action as the report names it: "Item added".
func ActionLabel(a sqldb.Action) string {
	if l, ok := actionLabels[a]; ok {
		return l
	}
	_, name, found := strings.Cut(string(a), ".")
	if !found {
		name = string(a)
	}
	return words(name)
}

// ResultLabel is Success or Failure.
func ResultLabel(result string) string { return words(result) }

// KindLabel says what kind of actor one is.
func KindLabel(k actor.Kind) string {
	if k == actor.Admin {
		return "Admin user"
	}
	return words(string(k))
}

// words turns "item_added" into "Item added".
func words(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "_", " "), ".", " ")
	first, n := utf8.DecodeRuneInString(s)
	if n == 0 {
		return ""
	}
	return string(unicode.ToUpper(first)) + s[n:]
}
