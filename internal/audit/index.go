package audit

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// The report's index over words and rare filters: the log is cut into blocks of
// blockSize ids, and audit_term says which terms occur in which block. It is
// written after the fact by one node, so that recording stays as cheap as it
// is; what is not indexed yet is looked through.
const blockSize = 512

// indexAfter is how old a block's newest row must be: on PostgreSQL a row may be
// committed after one with a later id.
const indexAfter = 2 * time.Minute

// Index adds the blocks that are complete.
func (s *Service) Index(ctx context.Context) error {
	for ctx.Err() == nil {
		more, err := s.indexNext(ctx)
		if err != nil || !more {
			return err
		}
	}
	return ctx.Err()
}

// indexNext adds the next block that has rows and is complete.
func (s *Service) indexNext(ctx context.Context) (bool, error) {
	q := s.db.Reader()
	from, err := tailBegins(ctx, q)
	if err != nil {
		return false, err
	}
	first, newest, err := bounds(ctx, q, from)
	if err != nil || first == 0 {
		return false, err
	}
	block := first / blockSize
	if newest < (block+1)*blockSize {
		return false, nil
	}
	b, err := readBlock(ctx, q, block)
	if err != nil || b.lastAt > sqldb.Micros(s.db.Now().Add(-indexAfter)) {
		return false, err
	}
	return true, s.db.Upkeep(ctx, "audit.index", func(ctx context.Context, tx *sqldb.Tx) error { return b.write(ctx, tx) })
}

// tailBegins is the first id that no block has.
func tailBegins(ctx context.Context, q sqldb.Querier) (int64, error) {
	last, found, err := sqldb.Found(sqldb.One(ctx, q, sqldb.Value[int64], `SELECT block FROM audit_block ORDER BY block DESC LIMIT 1`))
	if err != nil || !found {
		return 0, err
	}
	return (last + 1) * blockSize, nil
}

// bounds are the first id from one on, 0 for none, and the newest.
func bounds(ctx context.Context, q sqldb.Querier, from int64) (first, newest int64, err error) {
	err = q.QueryRow(ctx, `SELECT COALESCE((SELECT MIN(id) FROM audit_log WHERE id >= $1), 0), COALESCE((SELECT MAX(id) FROM audit_log), 0)`, from).Scan(&first, &newest)
	return first, newest, err
}

// block is what is to be known of a stretch of ids.
type block struct {
	number          int64
	firstAt, lastAt int64
	terms           map[string]bool
}

func readBlock(ctx context.Context, q sqldb.Querier, number int64) (block, error) {
	b := block{number: number, terms: map[string]bool{}}
	rows, err := sqldb.All(ctx, q, scanEntry, `SELECT `+allColumns+` FROM audit_log WHERE id >= $1 AND id < $2`, number*blockSize, (number+1)*blockSize)
	for i, e := range rows {
		at := sqldb.Micros(e.At)
		if i == 0 {
			b.firstAt, b.lastAt = at, at
		}
		b.firstAt, b.lastAt = min(b.firstAt, at), max(b.lastAt, at)
		for _, t := range e.terms() {
			b.terms[t] = true
		}
	}
	return b, err
}

func (b block) write(ctx context.Context, tx *sqldb.Tx) error {
	n, err := tx.Exec(ctx, `INSERT INTO audit_block (block, first_at, last_at) VALUES ($1, $2, $3) ON CONFLICT (block) DO NOTHING`, b.number, b.firstAt, b.lastAt)
	if err != nil || n == 0 {
		return err
	}
	terms := make([]string, 0, len(b.terms))
	for t := range b.terms {
		terms = append(terms, t)
	}
	slices.Sort(terms)
	for part := range slices.Chunk(terms, 400) {
		_, err := tx.Exec(ctx, `INSERT INTO audit_term (term, block) SELECT v.column1, CAST($`+strconv.Itoa(len(part)+1)+` AS BIGINT) FROM (`+
			sqldb.Values(len(part), "TEXT")+`) v WHERE TRUE ON CONFLICT (term, block) DO NOTHING`, append(sqldb.Any(part), b.number)...)
		if err != nil {
			return err
		}
	}
	return nil
}

// The kinds of term, by their first letter.
const (
	termGroup  = "g:"
	termAction = "a:"
	termResult = "r:"
	termKind   = "k:"
	termActor  = "u:"
	termView   = "v:"
	termIP     = "i:"
	termRoute  = "f:"
	termWord   = "w:"
)

// terms are what the entry can be found by.
func (e Entry) terms() []string {
	all := []string{termGroup + e.ReportGroup, termAction + string(e.Action), termKind + string(e.ActorKind), actorTerm(string(e.ActorKind), e.ActorID),
		termView + strconv.FormatInt(e.StoreViewID, 10)}
	if e.Failed() {
		all = append(all, termResult+e.Result)
	}
	for _, p := range stems(e.IP, ".:") {
		all = append(all, termIP+p)
	}
	for _, p := range stems(fullName(e), " /.") {
		all = append(all, termRoute+p)
	}
	for _, text := range e.texts() {
		for _, w := range wordsOf(text) {
			all = append(all, termWord+w)
		}
	}
	return all
}

func actorTerm(kind string, id int64) string {
	return termActor + kind + ":" + strconv.FormatInt(id, 10)
}

// fullName is the Full Action Name: the route, and without one the action.
func fullName(e Entry) string {
	if e.Route == "" {
		return string(e.Action)
	}
	return e.Route
}

// texts are what Full Details is looked for in.
func (e Entry) texts() []string {
	all := []string{e.Details}
	for _, o := range e.Objects {
		all = append(all, o.Kind, o.ID)
	}
	for _, n := range e.Notes {
		all = append(all, n.Key, n.Value)
	}
	for _, c := range e.Changes {
		all = append(all, c.Field, c.Before, c.After)
	}
	return all
}

// stems are the beginnings of a text that end before one of the signs, and the
// whole: "post", "post /cart", "post /cart/items".
func stems(text, signs string) []string {
	text = strings.ToLower(text)
	var all []string
	for i := 1; i < len(text); i++ {
		if strings.ContainsRune(signs, rune(text[i])) {
			all = append(all, text[:i])
		}
	}
	if text != "" {
		all = append(all, text)
	}
	return all
}

// stem is the longest beginning of what was typed that a term can stand for; ""
// if there is none.
func stem(typed, signs string) string {
	typed = strings.ToLower(typed)
	return typed[:max(strings.LastIndexAny(typed, signs), 0)]
}

// dataTexts are the words of a row's data, as Full Details reads them.
func dataTexts(data string) string {
	var p parts
	if data == "" || json.Unmarshal([]byte(data), &p) != nil {
		return ""
	}
	var b strings.Builder
	for _, x := range p.Objects {
		b.WriteString(x[0] + " " + x[1] + " ")
	}
	for _, x := range p.Notes {
		b.WriteString(x[0] + " " + x[1] + " ")
	}
	for _, x := range p.Changes {
		b.WriteString(x[0] + " " + x[1] + " " + x[2] + " ")
	}
	return b.String()
}
