package sales

import (
	"github.com/storehand/storehand/internal/config"
)

// letterGroup is the settings of one kind of letter, in Sales > Sales Emails.
type letterGroup struct{ enabled, sender, copyTo, copyBy *config.Field }

const (
	senderGeneral = "general"
	senderSales   = "sales"
	senderService = "service"

	copyBcc      = "bcc"
	copySeparate = "separate"
)

// declareLetters declares a group. sender is the label of the sender's field,
// what is in the labels of the others.
func declareLetters(kind LetterKind, group, sender, what string) letterGroup {
	path := "sales_email." + string(kind)
	at := func(name, label string, more ...config.Option) (string, []config.Option) {
		return path + "." + name, append([]config.Option{config.In(config.SalesEmails, group), config.Label(label), config.At(config.ViewScope)}, more...)
	}
	var g letterGroup
	name, options := at("enabled", "Enabled", config.Default(true))
	g.enabled = config.Bool(name, options...)
	name, options = at("sender", sender, config.Default(senderSales), config.Choices(
		config.Choice{Value: senderGeneral, Label: "General Contact"}, config.Choice{Value: senderSales, Label: "Sales Representative"},
		config.Choice{Value: senderService, Label: "Customer Support"}))
	g.sender = config.Select(name, options...)
	name, options = at("copy_to", "Send "+what+" Email Copy To", config.Check(config.Addresses), config.Help("Put commas between several addresses."))
	g.copyTo = config.Text(name, options...)
	name, options = at("copy_method", "Send "+what+" Email Copy Method", config.Default(copyBcc), config.Choices(
		config.Choice{Value: copyBcc, Label: "Bcc"}, config.Choice{Value: copySeparate, Label: "Separate Email"}))
	g.copyBy = config.Select(name, options...)
	return g
}

var letterGroups = func() map[LetterKind]letterGroup {
	groups := map[LetterKind]letterGroup{}
	for _, g := range []struct {
		kind                LetterKind
		group, sender, what string
	}{
		{LetterOrder, "Order", "New Order Confirmation Email Sender", "Order"},
		{LetterUpdate, "Order Comments", "Order Comment Email Sender", "Order Comment"},
		{LetterInvoice, "Invoice", "Invoice Email Sender", "Invoice"},
		{LetterShipment, "Shipment", "Shipment Email Sender", "Shipment"},
		{LetterMemo, "Credit Memo", "Credit Memo Email Sender", "Credit Memo"},
	} {
		groups[g.kind] = declareLetters(g.kind, g.group, g.sender, g.what)
	}
	return groups
}()
