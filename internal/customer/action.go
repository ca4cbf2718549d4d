package customer

import (
	"strconv"

	"github.com/storehand/storehand/internal/sqldb"
)

// The changes this package makes, by name.
const (
	Created         sqldb.Action = "customer.created"
	Registered      sqldb.Action = "customer.registered"
	Saved           sqldb.Action = "customer.saved"
	Activated       sqldb.Action = "customer.activated"
	Deactivated     sqldb.Action = "customer.deactivated"
	Deleted         sqldb.Action = "customer.deleted"
	SignInForced    sqldb.Action = "customer.sign_in_forced"
	SignedIn        sqldb.Action = "customer.signed_in"
	SignedOut       sqldb.Action = "customer.signed_out"
	NameChanged     sqldb.Action = "customer.name_changed"
	EmailChanged    sqldb.Action = "customer.email_changed"
	PasswordChanged sqldb.Action = "customer.password_changed"
	ResetRequested  sqldb.Action = "customer.password_reset_requested"
	PasswordReset   sqldb.Action = "customer.password_reset"

	ConfirmationSent sqldb.Action = "customer.confirmation_sent"
	EmailConfirmed   sqldb.Action = "customer.email_confirmed"

	AddressAdded   sqldb.Action = "customer.address_added"
	AddressSaved   sqldb.Action = "customer.address_saved"
	AddressDeleted sqldb.Action = "customer.address_deleted"

	GroupSaved   sqldb.Action = "customer_group.saved"
	GroupDeleted sqldb.Action = "customer_group.deleted"

	Subscribed   sqldb.Action = "newsletter.subscribed"
	Unsubscribed sqldb.Action = "newsletter.unsubscribed"

	WishListAdded   sqldb.Action = "wish_list.item_added"
	WishListRemoved sqldb.Action = "wish_list.item_removed"
)

func aboutCustomer(tx *sqldb.Tx, c Customer) {
	tx.About("customer", strconv.FormatInt(c.ID, 10))
}
