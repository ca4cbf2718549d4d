package seal_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/sqldb"
)

// A second verifier that shares no code with the first: RFC 6962 as it is
// written down, on the rows as a person would read them out of the database.

func leafHash(text string) []byte {
	sum := sha256.Sum256(append([]byte{0}, text...))
	return sum[:]
}

func treeHash(leaves [][]byte) []byte {
	switch len(leaves) {
	case 0:
		sum := sha256.Sum256(nil)
		return sum[:]
	case 1:
		return leaves[0]
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	sum := sha256.Sum256(bytes.Join([][]byte{{1}, treeHash(leaves[:k]), treeHash(leaves[k:])}, nil))
	return sum[:]
}

// agrees checks every checkpoint's root by the second verifier.
func (v *vault) agrees(t testing.TB) {
	t.Helper()
	leaves, err := sqldb.All(context.Background(), v.db.Reader(), func(r sqldb.Scanner) ([]byte, error) {
		var id, at, actorID, subject, stay, site, view int64
		texts := make([]string, 14)
		err := r.Scan(&id, &at, &actorID, &subject, &stay, &site, &view, &texts[0], &texts[1], &texts[2], &texts[3], &texts[4], &texts[5], &texts[6],
			&texts[7], &texts[8], &texts[9], &texts[10], &texts[11], &texts[12], &texts[13])
		said := fmt.Sprintf("%d,%d,%d,%d,%d,%d,%d,", id, at, actorID, subject, stay, site, view)
		for _, text := range texts {
			said += fmt.Sprintf("%d:%s,", len(text), text)
		}
		return leafHash(said), err
	}, `SELECT id, at, actor_id, subject_id, impersonation_id, website_id, store_view_id, action, action_group, report_group, result, actor_kind, actor_name, subject_name,
		ip, request_id, route, object_kind, object_id, details, data FROM audit_log JOIN audit_seal ON audit_id = id ORDER BY position`)
	must(t, err)
	type point struct {
		size int
		note string
	}
	points, err := sqldb.All(context.Background(), v.db.Reader(), func(r sqldb.Scanner) (p point, err error) {
		err = r.Scan(&p.size, &p.note)
		return p, err
	}, `SELECT size, note FROM audit_checkpoint ORDER BY size`)
	must(t, err)
	if len(points) == 0 {
		t.Fatal("no checkpoint to compare")
	}
	for _, p := range points {
		lines := strings.Split(p.note, "\n")
		if want := base64.StdEncoding.EncodeToString(treeHash(leaves[:p.size])); lines[2] != want || lines[1] != fmt.Sprint(p.size) {
			t.Errorf("the checkpoint of %d rows says %q, the second verifier %q", p.size, lines[2], want)
		}
	}
}
