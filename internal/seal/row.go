package seal

import (
	"strconv"

	"golang.org/x/mod/sumdb/tlog"

	"github.com/storehand/storehand/internal/sqldb"
)

// columns are everything a row of the log says. A new column goes to the end,
// under a new origin.
const columns = `a.id, a.at, a.action, a.action_group, a.report_group, a.result, a.actor_kind, a.actor_id, a.actor_name, a.subject_id, a.subject_name,
 a.impersonation_id, a.website_id, a.store_view_id, a.ip, a.request_id, a.route, a.object_kind, a.object_id, a.details, a.data`

// Row is a row of the log as it is written to archives and proofs.
type Row struct {
	ID            int64  `json:"id"`
	At            int64  `json:"at"`
	Action        string `json:"action"`
	Group         string `json:"action_group"`
	ReportGroup   string `json:"report_group"`
	Result        string `json:"result"`
	ActorKind     string `json:"actor_kind"`
	ActorID       int64  `json:"actor_id"`
	ActorName     string `json:"actor_name"`
	SubjectID     int64  `json:"subject_id"`
	SubjectName   string `json:"subject_name"`
	Impersonation int64  `json:"impersonation_id"`
	WebsiteID     int64  `json:"website_id"`
	StoreViewID   int64  `json:"store_view_id"`
	IP            string `json:"ip"`
	RequestID     string `json:"request_id"`
	Route         string `json:"route"`
	ObjectKind    string `json:"object_kind"`
	ObjectID      string `json:"object_id"`
	Details       string `json:"details"`
	Data          string `json:"data"`
}

// dest are the row's fields in the order of columns.
func (r *Row) dest() []any {
	return []any{
		&r.ID, &r.At, &r.Action, &r.Group, &r.ReportGroup, &r.Result, &r.ActorKind, &r.ActorID, &r.ActorName, &r.SubjectID, &r.SubjectName,
		&r.Impersonation, &r.WebsiteID, &r.StoreViewID, &r.IP, &r.RequestID, &r.Route, &r.ObjectKind, &r.ObjectID, &r.Details, &r.Data,
	}
}

// values are the row's fields in the order of columns.
func (r *Row) values() []any {
	return []any{
		r.ID, r.At, r.Action, r.Group, r.ReportGroup, r.Result, r.ActorKind, r.ActorID, r.ActorName, r.SubjectID, r.SubjectName,
		r.Impersonation, r.WebsiteID, r.StoreViewID, r.IP, r.RequestID, r.Route, r.ObjectKind, r.ObjectID, r.Details, r.Data,
	}
}

// hash is the leaf that stands for the row in the tree; buf is used again.
func (r *Row) hash(buf *[]byte) tlog.Hash {
	b := (*buf)[:0]
	for _, v := range [...]int64{r.ID, r.At, r.ActorID, r.SubjectID, r.Impersonation, r.WebsiteID, r.StoreViewID} {
		b = strconv.AppendInt(b, v, 10)
		b = append(b, ',')
	}
	// Each text with its length before it, so that nothing can move between them.
	for _, v := range [...]string{r.Action, r.Group, r.ReportGroup, r.Result, r.ActorKind, r.ActorName, r.SubjectName,
		r.IP, r.RequestID, r.Route, r.ObjectKind, r.ObjectID, r.Details, r.Data} {
		b = strconv.AppendInt(b, int64(len(v)), 10)
		b = append(b, ':')
		b = append(b, v...)
		b = append(b, ',')
	}
	*buf = b
	return tlog.RecordHash(b)
}

// row is a row of the log with the hash of what it says.
type row struct {
	id, at int64
	hash   tlog.Hash
}

// scanner reads rows and hashes them in one buffer.
type scanner struct {
	buf  []byte
	row  Row
	dest []any
}

// scan reads a row of columns, with more columns before it.
func (s *scanner) scan(r sqldb.Scanner, before ...any) (row, error) {
	if s.dest == nil {
		s.dest = s.row.dest()
	}
	dest := s.dest
	if len(before) > 0 {
		dest = append(before, s.dest...)
	}
	if err := r.Scan(dest...); err != nil {
		return row{}, err
	}
	return row{id: s.row.ID, at: s.row.At, hash: s.row.hash(&s.buf)}, nil
}

// scanFull reads a row of the log with its position before it.
func scanFull(r sqldb.Scanner) (p placed, err error) {
	err = r.Scan(append([]any{&p.Position}, p.Row.dest()...)...)
	return p, err
}

// placed is a row with its place in the sealed order.
type placed struct {
	Position int64 `json:"position"`
	Row
}
