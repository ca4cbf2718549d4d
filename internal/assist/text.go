package assist

import "github.com/storehand/storehand/internal/fault"

// The sentences that a customer, or an Admin user in an account, may meet in the
// storefront; MessageKeys are its texts for them.
var (
	errLookOnly     = fault.New(fault.Denied, "This session may only look: nothing was changed.")
	errDownload     = fault.New(fault.Denied, "Only the customer can download this.")
	errOnlyCustomer = fault.New(fault.Denied, "Only the customer can change this, not during an assistance session.")
	errNoReceipt    = fault.New(fault.NotFound, "This receipt does not exist.")
	errNoStay       = fault.New(fault.NotFound, "This session does not exist.")
)

// MessageKeys are the storefront's texts for this package's sentences.
var MessageKeys = map[string]string{
	errOutOfScope.Message: "stay.out_of_scope", errLookOnly.Message: "stay.view_only",
	errOwnOnly.Message: "stay.refused", errDownload.Message: "stay.refused", errOnlyCustomer.Message: "stay.refused",
	errNotEntered: "handoff.refused", errNoStay.Message: "undo.unknown",
	errNoRequest.Message: "error.404.text", errNoReceipt.Message: "error.404.text",
}

// errNotEntered is the one answer to whatever is wrong with a code.
const errNotEntered = "This way in is not valid (any more). Close this tab and press Login as Customer in the Admin once more."
