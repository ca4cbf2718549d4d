package seal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/sqldb"
)

const proofFormat = "storehand action log proof v1"

// A proof file is JSON Lines: a header with the newest checkpoint, then each
// entry with the hashes that lead from it to the checkpoint's root. It shows
// that its entries stood in the log that was signed, unchanged; it cannot show
// that none was left out.
type proofHeader struct {
	Format     string `json:"format"`
	Stay       int64  `json:"stay,omitempty"` // whose entries they are: each must be of it
	Customer   int64  `json:"customer,omitempty"`
	Checkpoint string `json:"checkpoint"`
	Entries    int64  `json:"entries"`
	Unsealed   int64  `json:"unsealed"` // entries that are younger than the checkpoint, and not in the file
}

type proofEntry struct {
	placed
	Proof []string `json:"proof"`
}

// History says whose entries an export has: those of a stay, or of a customer.
type History struct {
	Stay     int64
	Customer int64
}

func (h History) String() string {
	if h.Stay != 0 {
		return fmt.Sprintf("session %d", h.Stay)
	}
	return fmt.Sprintf("customer %d", h.Customer)
}

// has tells whether a row is one of its entries.
func (h History) has(r Row) bool {
	if h.Stay != 0 {
		return r.Impersonation == h.Stay
	}
	return h.Customer != 0 && r.SubjectID == h.Customer
}

func (h History) where() (string, int64) {
	if h.Stay != 0 {
		return "a.impersonation_id = $1 AND a.impersonation_id <> 0", h.Stay
	}
	return "a.subject_id = $1 AND a.subject_id <> 0", h.Customer
}

// Export writes the entries of a stay or a customer with their proofs, those in
// the log and those imported again from archives; it returns how many.
func Export(ctx context.Context, q sqldb.Querier, h History, w io.Writer) (int64, error) {
	c, err := newest(ctx, q)
	if err == nil && c.size == 0 {
		err = errors.New("the action log is not sealed: there is nothing to prove with")
	}
	if err != nil {
		return 0, err
	}
	cond, id := h.where()
	entries, err := sqldb.All(ctx, q, scanFull, `SELECT s.position, `+columns+` FROM audit_log a JOIN audit_seal s ON s.audit_id = a.id WHERE `+cond+` AND s.position < $2
		UNION SELECT s.position, `+columns+` FROM audit_restored a JOIN audit_seal s ON s.audit_id = a.id WHERE `+cond+` AND s.position < $2 ORDER BY 1`, id, c.size)
	if err != nil {
		return 0, err
	}
	head := proofHeader{Format: proofFormat, Stay: h.Stay, Customer: h.Customer, Checkpoint: c.note, Entries: int64(len(entries))}
	head.Unsealed, err = sqldb.One(ctx, q, sqldb.Value[int64], `SELECT COUNT(*) FROM audit_log a WHERE `+cond+`
		AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.audit_id = a.id AND s.position < $2)`, id, c.size)
	if err != nil {
		return 0, err
	}
	if err := writeLine(w, head); err != nil {
		return 0, err
	}
	for _, e := range entries {
		proof, err := tlog.ProveRecord(c.size, e.Position, stored(ctx, q))
		if err != nil {
			return 0, err
		}
		if err := writeLine(w, proofEntry{e, encodeAll(proof)}); err != nil {
			return 0, err
		}
	}
	return head.Entries, nil
}

func writeLine(w io.Writer, v any) error {
	b, err := jsonLine(v)
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

// Proved is what a proof file was found to show.
type Proved struct {
	About    History
	Entries  int64
	Unsealed int64
	Tree     Tree
}

// VerifyProof checks a file made by Export, without any database. Each line must
// be what Export writes, to the letter, so that nobody reads in it what was not
// checked.
func VerifyProof(r io.Reader, publicKeys []string) (p Proved, err error) {
	keys, err := verifiers(publicKeys)
	if err != nil {
		return p, err
	}
	in := bufio.NewReader(r)
	var head proofHeader
	if err := readLine(in, &head); err != nil || head.Format != proofFormat || (head.Stay == 0) == (head.Customer == 0) {
		return p, errors.Join(errors.New("this is not a proof of an action log"), err)
	}
	if p.Tree, err = open(head.Checkpoint, keys); err != nil {
		return p, fmt.Errorf("the checkpoint is not signed by a known key: %w", err)
	}
	p.About, p.Unsealed = History{Stay: head.Stay, Customer: head.Customer}, head.Unsealed
	last := int64(-1)
	for ; p.Entries < head.Entries; p.Entries++ {
		var e proofEntry
		if err := readLine(in, &e); err != nil {
			return p, fmt.Errorf("entry %d of %d: %w", p.Entries+1, head.Entries, err)
		}
		if e.Position <= last {
			return p, &errRow{e.ID, e.Position, "it stands twice or out of order"}
		}
		last = e.Position
		if err := p.check(e); err != nil {
			return p, err
		}
	}
	if _, err := in.Peek(1); err == nil {
		return p, errors.New("the file goes on behind its last entry")
	}
	return p, nil
}

// readLine reads a line that was written by writeLine. Mail may have changed how
// lines end.
func readLine(in *bufio.Reader, v any) error {
	line, err := in.ReadBytes('\n')
	if err != nil {
		return errors.New("the file is cut short")
	}
	line = append(bytes.TrimRight(line, "\r\n"), '\n')
	if err := json.Unmarshal(line, v); err != nil {
		return fmt.Errorf("this is no entry: %w", err)
	}
	if again, err := jsonLine(v); err != nil || !bytes.Equal(again, line) {
		return errors.New("the line is not as it was written")
	}
	return nil
}

func (p *Proved) check(e proofEntry) error {
	proof, err := decodeAll(e.Proof)
	if err != nil {
		return err
	}
	var buf []byte
	if e.Position >= p.Tree.Size || tlog.CheckRecord(tlog.RecordProof(proof), p.Tree.Size, p.Tree.Root, e.Position, e.hash(&buf)) != nil {
		return &errRow{e.ID, e.Position, "it is not what was sealed"}
	}
	if !p.About.has(e.Row) {
		return &errRow{e.ID, e.Position, "it is not of " + p.About.String()}
	}
	return nil
}
