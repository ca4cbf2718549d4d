package assist

// MessageKeys are the storefront's texts for this package's sentences, where a
// customer or an Admin user in an account may meet them.
var MessageKeys = map[string]string{
	errOutOfScope.Message:                              "stay.out_of_scope",
	"This session may only look: nothing was changed.": "stay.view_only",
	errOwnOnly.Message:                                 "stay.refused",
	"Only the customer can download this.":             "stay.refused",
	"Only the customer can decide this.":               "stay.refused",
	errNotEntered:                                      "handoff.refused",
	errNoRequest.Message:                               "error.404.text",
	"This receipt does not exist.":                     "error.404.text",
	"This session does not exist.":                     "undo.unknown",
	"There is nothing to send.":                        "proposal.empty",
	"Only the customer can change this, not during an assistance session.": "stay.refused",
}

// errNotEntered is the one answer to whatever is wrong with a code.
const errNotEntered = "This way in is not valid (any more). Close this tab and press Login as Customer in the Admin once more."
