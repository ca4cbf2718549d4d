package mail

import (
	"context"
	"strings"

	"github.com/storehand/storehand/internal/i18n"
)

// Letter is what a message says, in the language of its reader: plain
// paragraphs, at most one link, and what it is about.
type Letter struct {
	Kind      string // "password_reset"
	Locale    *i18n.Locale
	StoreName string
	StoreURL  string
	Subject   string
	Greeting  string
	Lines     []string
	Link      Link
	After     []string // below the link
	Quote     Quote    // a comment that goes with it
	Sheet     *Sheet
	Footer    string

	ViewID, OrderID int64 // see Message
	Keep            bool
}

// Link is the one thing to do.
type Link struct{ Text, URL string }

// Message renders the letter as text and as HTML.
func (l Letter) Message(to, from string) (Message, error) {
	l.Subject = oneLine(l.Subject)
	var html strings.Builder
	if err := letterHTML(l).Render(context.Background(), &html); err != nil {
		return Message{}, err
	}
	return Message{
		Kind: l.Kind, To: to, From: from, Subject: l.Subject, Text: l.text(), HTML: html.String(),
		ViewID: l.ViewID, OrderID: l.OrderID, Keep: l.Keep,
	}, nil
}

func (l Letter) text() string {
	parts := append([]string{l.Greeting}, l.Lines...)
	if l.Link.URL != "" {
		parts = append(parts, l.Locale.T("mail.link", "text", l.Link.Text)+"\n"+l.Link.URL)
	}
	parts = append(parts, l.After...)
	parts = append(parts, l.Quote.text())
	parts = append(parts, l.Sheet.text()...)
	parts = append(parts, "-- \n"+l.Footer+"\n"+l.StoreURL)
	var kept []string
	for _, p := range parts {
		if strings.TrimSpace(p) != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n\n") + "\n"
}

// oneLine keeps what people typed out of the headers that follow.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// Address writes a sender: "Name <address>".
func Address(name, address string) string {
	name = strings.NewReplacer(`"`, "", `\`, "", "<", "", ">", "").Replace(oneLine(name))
	if name == "" {
		return address
	}
	return `"` + name + `" <` + address + ">"
}
