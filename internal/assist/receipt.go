package assist

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/seal"
)

// The answers that receipts and events state, beside consentAllowed and
// consentDenied: those to a request.
const (
	answerGranted   = "granted"
	answerRefused   = "refused"
	answerWithdrawn = "withdrawn"
)

// receiptTitle is the first line of every receipt: what was signed.
const receiptTitle = "storehand consent receipt v1"

// statement is the part of a receipt that the authorisation function holds
// against the database.
type statement struct {
	customer int64
	answer   string
	until    time.Time // zero: until withdrawn
	admin    int64     // the Admin user it is for, 0 for all with the permission
	scope    Scope
	at       time.Time
}

// String is how the statement stands at the head of a receipt.
func (s statement) String() string {
	until, admin, scope := "until withdrawn", "every Admin user with the permission", "everything"
	if !s.until.IsZero() {
		until = stamp(s.until)
	}
	if s.admin != 0 {
		admin = "Admin user " + strconv.FormatInt(s.admin, 10)
	}
	if s.scope != Everything {
		scope = string(s.scope)
	}
	return receiptTitle + "\nCustomer: " + strconv.FormatInt(s.customer, 10) + "\nAnswer: " + s.answer + "\nUntil: " + until +
		"\nFor: " + admin + "\nScope: " + scope + "\nGiven: " + stamp(s.at) + "\n"
}

const stampLayout = "2006-01-02T15:04:05.000000Z"

func stamp(t time.Time) string { return t.UTC().Format(stampLayout) }

// Receipt is what a receipt says, line by line.
type Receipt struct {
	ID       string `json:"receipt"`
	Customer string `json:"customer"` // number
	Name     string `json:"name"`
	Shop     string `json:"shop"`
	Answer   string `json:"answer"` // "allowed", "denied"; of a request "granted", "refused" or "withdrawn"
	Given    string `json:"given"`
	Until    string `json:"until"`
	For      string `json:"for"`
	Agent    string `json:"agent,omitempty"` // who asked
	Scope    string `json:"scope"`
	By       string `json:"by"`    // who answered
	Where    string `json:"where"` // the page, and the network address
	Reason   string `json:"reason,omitempty"`
	Text     string `json:"text,omitempty"` // as it was shown
}

// receiptText is a receipt as it is signed.
func receiptText(s statement, r Receipt) string {
	var b strings.Builder
	b.WriteString(s.String())
	for _, line := range [][2]string{
		{"Receipt", r.ID}, {"Name", r.Name}, {"Shop", r.Shop}, {"Agent", r.Agent}, {"By", r.By}, {"Where", r.Where}, {"Reason", r.Reason}, {"Text", r.Text},
	} {
		if line[1] != "" {
			b.WriteString(line[0] + ": " + strings.Join(strings.Fields(line[1]), " ") + "\n")
		}
	}
	return seal.Plain(b.String())
}

var errReceipt = errors.New("this is not a consent receipt of Storehand")

// ParseReceipt reads a receipt's text.
func ParseReceipt(text string) (Receipt, error) {
	var r Receipt
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	if lines[0] != receiptTitle {
		return r, errReceipt
	}
	fields := map[string]*string{
		"Receipt": &r.ID, "Customer": &r.Customer, "Name": &r.Name, "Shop": &r.Shop, "Answer": &r.Answer, "Given": &r.Given, "Until": &r.Until,
		"For": &r.For, "Agent": &r.Agent, "Scope": &r.Scope, "By": &r.By, "Where": &r.Where, "Reason": &r.Reason, "Text": &r.Text,
	}
	for _, line := range lines[1:] {
		key, value, ok := strings.Cut(line, ": ")
		if !ok || fields[key] == nil {
			return r, errReceipt
		}
		*fields[key] = value
		delete(fields, key) // a line that comes twice is not one of ours
	}
	return r, nil
}

// Lines are what the receipt says, line by line, each with its name.
func (r Receipt) Lines() [][2]string {
	var lines [][2]string
	for _, l := range [][2]string{
		{"Customer", strings.TrimPrefix(r.Name+", number "+r.Customer, ", ")}, {"Answer", r.Answer}, {"Given", r.Given}, {"Until", r.Until}, {"For", r.For}, {"Asked by", r.Agent},
		{"Scope", r.Scope}, {"Shop", r.Shop}, {"By", r.By}, {"Where", r.Where}, {"Reason", r.Reason}, {"Text", r.Text}, {"Receipt", r.ID},
	} {
		if l[1] != "" {
			lines = append(lines, l)
		}
	}
	return lines
}

// receiptFile is a receipt as a file of JSON: the fields for programs, the note
// for whoever verifies it.
type receiptFile struct {
	Receipt
	Note string `json:"note"`
}

// ReceiptJSON writes a note as a file of JSON.
func ReceiptJSON(note string) ([]byte, error) {
	text, _, _ := strings.Cut(note, "\n\n")
	r, err := ParseReceipt(text)
	if err != nil {
		return nil, err
	}
	b, err := json.MarshalIndent(receiptFile{r, note}, "", "  ")
	return append(b, '\n'), err
}

// VerifyReceipt verifies a receipt file, text or JSON, with public keys. It
// gives what the receipt says and the name of the key it was signed with.
func VerifyReceipt(file []byte, keys ...string) (Receipt, string, error) {
	note, stated := string(file), Receipt{}
	asJSON := strings.HasPrefix(strings.TrimLeft(note, "\ufeff \t\r\n"), "{")
	if asJSON {
		var f receiptFile
		if err := json.Unmarshal([]byte(strings.TrimPrefix(note, "\ufeff")), &f); err != nil {
			return Receipt{}, "", fmt.Errorf("%w: %w", errReceipt, err)
		}
		note, stated = f.Note, f.Receipt
	}
	text, by, err := seal.OpenNote(strings.ReplaceAll(strings.TrimPrefix(note, "\ufeff"), "\r\n", "\n"), keys...)
	if err != nil {
		return Receipt{}, "", err
	}
	r, err := ParseReceipt(text)
	if err == nil && asJSON && stated != r {
		err = errors.New("the fields of this file are not those that were signed")
	}
	return r, by, err
}

// byWhom names who answered, for a receipt.
func byWhom(who actor.Who) string {
	switch who.Kind {
	case actor.Customer:
		return "the customer"
	case actor.Admin:
		return "Admin user " + who.Name
	}
	return "the system (" + who.Name + ")"
}
