package seal

import (
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/sqldb"
)

// columns are everything a row of the log says, in the order in which it is
// hashed. A new column goes to the end, under a new origin.
const columns = `a.id, a.at, a.action, a.action_group, a.report_group, a.result, a.actor_kind, a.actor_id, a.actor_name, a.subject_id, a.subject_name,
 a.impersonation_id, a.website_id, a.store_view_id, a.ip, a.request_id, a.route, a.object_kind, a.object_id, a.details, a.data`

// row is a row of the log with the hash of what it says.
type row struct {
	id, at int64
	hash   tlog.Hash
}

// scanner reads rows and hashes them in one buffer.
type scanner struct{ buf []byte }

// scan reads a row of columns, with more columns before it.
func (s *scanner) scan(r sqldb.Scanner, before ...any) (row, error) {
	var n [7]int64 // id, at, actor_id, subject_id, impersonation_id, website_id, store_view_id
	var t [14]string
	err := r.Scan(append(before, &n[0], &n[1], &t[0], &t[1], &t[2], &t[3], &t[4], &n[2], &t[5], &n[3], &t[6],
		&n[4], &n[5], &n[6], &t[7], &t[8], &t[9], &t[10], &t[11], &t[12], &t[13])...)
	if err != nil {
		return row{}, err
	}
	s.buf = s.buf[:0]
	for _, v := range n {
		s.buf = strconv.AppendInt(s.buf, v, 10)
		s.buf = append(s.buf, ',')
	}
	// Each text with its length before it, so that nothing can move between them.
	for _, v := range t {
		s.buf = strconv.AppendInt(s.buf, int64(len(v)), 10)
		s.buf = append(s.buf, ':')
		s.buf = append(s.buf, v...)
		s.buf = append(s.buf, ',')
	}
	return row{id: n[0], at: n[1], hash: tlog.RecordHash(s.buf)}, nil
}
