// Package audit owns the record of what was done: one row for every named
// change and every refusal, written by [Record] in the change's own transaction,
// so that there is no change without its row and no row without its change.
//
// It is append-only: there is no way here to alter or remove a row. It answers
// the Actions Report and the timeline of a stay. It does not decide who may
// read it.
package audit

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// AssistGroup is the report group of everything about or during a stay.
const AssistGroup = "login_as_customer"

// Limits of what a row keeps. Longer texts are cut and carry the hash and the
// length of the whole, so that it can still be recognised.
const (
	maxShort   = 200  // names, kinds, ids, routes
	maxDetails = 500  // the line for people
	maxValue   = 2000 // a note, a value before or after
	maxParts   = 300  // objects, notes and changes of one row, each
)

const insert = `INSERT INTO audit_log (at, action, action_group, report_group, result, actor_kind, actor_id, actor_name,
 subject_id, subject_name, impersonation_id, website_id, store_view_id, ip, request_id, route, object_kind, object_id, details, data)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`

// Record inserts the row of an action; it is the after hook of every change.
func Record(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
	who, ok := actor.From(ctx)
	if !ok {
		return fmt.Errorf("audit: %s by nobody", e.Action)
	}
	data, err := encode(e)
	if err != nil {
		return err
	}
	subject := e.Subject
	if subject.ID == 0 {
		subject = who.Subject
	}
	var main sqldb.Object
	if len(e.Objects) > 0 {
		main = e.Objects[0]
	}
	group := e.Action.Group()
	stay := e.Impersonation
	if stay == 0 {
		stay = who.Impersonation
	}
	_, err = tx.Exec(ctx, insert,
		sqldb.Micros(tx.Now()), short(string(e.Action)), short(group), reportGroup(stay, group), e.Result,
		string(who.Kind), who.ID, short(who.Name), subject.ID, short(subject.Name), stay,
		who.WebsiteID, who.StoreViewID, short(who.IP), short(who.RequestID), short(who.Route),
		short(main.Kind), short(main.ID), capped(line(e, main), maxDetails), data)
	return unrecorded(err)
}

// Unrecorded is the code of the failure to write a row; nothing was done then.
const Unrecorded = "unrecorded"

func unrecorded(err error) error {
	if err == nil {
		return nil
	}
	return &fault.Error{Kind: fault.Unavailable, Code: Unrecorded, Message: "This could not be recorded, so it was not done. Please try again in a moment.", Err: err}
}

func reportGroup(stay int64, group string) string {
	if stay != 0 {
		return AssistGroup
	}
	return short(group)
}

// line is the details for people; without any, the main object stands in.
func line(e *sqldb.Entry, main sqldb.Object) string {
	switch {
	case e.Details != "":
		return strings.Join(strings.Fields(e.Details), " ")
	case main.Kind != "":
		return named(main)
	}
	return ""
}

// A random id is longID characters; the first shownID tell two apart.
const (
	longID  = 32
	shownID = 8
)

// named is an object as people write it: Customer #12, Page /cart, Impersonation 0ddefb47.
func named(o sqldb.Object) string {
	if _, err := strconv.ParseInt(o.ID, 10, 64); err == nil {
		return words(o.Kind) + " #" + o.ID
	}
	if len(o.ID) == longID && !strings.ContainsAny(o.ID, "/ ") {
		return words(o.Kind) + " " + o.ID[:shownID]
	}
	return words(o.Kind) + " " + o.ID // a path or a code
}

// parts is what a row keeps as JSON: short keys, there are many rows.
type parts struct {
	Objects []pair   `json:"o,omitempty"`
	Notes   []pair   `json:"n,omitempty"`
	Changes []triple `json:"c,omitempty"`
	Cut     int      `json:"cut,omitempty"` // how many parts did not fit
}

type (
	pair   [2]string
	triple [3]string
)

func encode(e *sqldb.Entry) (string, error) {
	if len(e.Objects) < 2 && len(e.Notes) == 0 && len(e.Changes) == 0 {
		return "", nil
	}
	var p parts
	for _, o := range limit(&p, e.Objects) {
		p.Objects = append(p.Objects, pair{short(o.Kind), short(o.ID)})
	}
	for _, n := range limit(&p, e.Notes) {
		p.Notes = append(p.Notes, pair{short(n.Key), capped(n.Value, maxValue)})
	}
	for _, c := range limit(&p, e.Changes) {
		p.Changes = append(p.Changes, triple{short(c.Field), capped(c.Before, maxValue), capped(c.After, maxValue)})
	}
	b, err := json.Marshal(p)
	return string(b), err
}

func limit[T any](p *parts, all []T) []T {
	if len(all) > maxParts {
		p.Cut += len(all) - maxParts
		return all[:maxParts]
	}
	return all
}

func short(s string) string { return capped(s, maxShort) }

// capped keeps at most n bytes of s, whole characters, and says what it cut.
func capped(s string, n int) string {
	if len(s) <= n && utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		return s
	}
	sum := sha256.Sum256([]byte(s))
	whole := len(s)
	s = strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
	mark := fmt.Sprintf("… [%d bytes, sha256 %s]", whole, hex.EncodeToString(sum[:]))
	keep := min(len(s), max(n-len(mark), 0))
	for keep > 0 && keep < len(s) && !utf8.RuneStart(s[keep]) {
		keep--
	}
	return s[:keep] + mark
}
