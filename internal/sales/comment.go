package sales

import (
	"context"
	"strconv"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

const maxComment = 5000

// note is a comment that goes with a document.
type note struct {
	kind              DocKind
	docID             int64
	text              string
	notified, visible bool
}

// comment adds an entry to the order's history.
func (w *work) comment(ctx context.Context, tx *sqldb.Tx, n note) (Comment, error) {
	c := Comment{OrderID: w.ID, Kind: n.kind, DocumentID: n.docID, Status: w.Status, Text: n.text,
		Notified: n.notified, Visible: n.visible, By: w.by, CreatedAt: tx.Now()}
	var err error
	c.ID, err = tx.Insert(ctx, `INSERT INTO sales_comment (order_id, document_kind, document_id, status, text, notified, visible,
		actor_kind, actor_id, actor_name, impersonation_id, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
		c.OrderID, string(c.Kind), c.DocumentID, c.Status, c.Text, c.Notified, c.Visible,
		c.By.Kind, c.By.ID, c.By.Name, sqldb.NullID(c.By.Impersonation), sqldb.Micros(c.CreatedAt))
	return c, err
}

// cleanComment keeps the lines of a text and nothing that could disguise it.
func cleanComment(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), ""), "\r\n", "\n"))
}

func checkComment(text string, bad fault.Fields) {
	if len(text) > maxComment {
		bad.Add("comment", "At most %d characters.", maxComment)
	}
}

// AddComment adds a comment to an order or one of its documents, and changes the
// status among those of the order's state.
func (s *Service) AddComment(ctx context.Context, orderID int64, f CommentForm) (c Comment, err error) {
	f.Text = cleanComment(f.Text)
	if f.Kind == "" || f.Kind == OrderDoc {
		f.Kind, f.DocumentID = OrderDoc, orderID
	}
	action := OrderCommented
	if f.Text == "" && f.Status != "" {
		action = StatusChanged
	}
	err = s.db.Change(ctx, action, func(ctx context.Context, tx *sqldb.Tx) error {
		w, err := s.lock(ctx, tx, orderID)
		if err != nil {
			return err
		}
		if err := w.checkForm(f); err != nil {
			return err
		}
		if f.Status != "" {
			w.Status = f.Status
		}
		if c, err = w.comment(ctx, tx, note{f.Kind, f.DocumentID, f.Text, f.Notify, f.Visible && f.Text != ""}); err != nil {
			return err
		}
		w.describeComment(tx, f)
		if f.Notify {
			if err := s.send(ctx, tx, w.update(f)); err != nil {
				return err
			}
		}
		return w.save(ctx, tx)
	})
	return c, err
}

func (w *work) checkForm(f CommentForm) error {
	bad := fault.Fields{}
	checkComment(f.Text, bad)
	if f.Status != "" && f.Status != w.Status && !hasStatus(w.State, f.Status) {
		bad.Add("status", "This status does not belong to the order's state.")
	}
	if f.Text == "" && (f.Status == "" || f.Status == w.Status) {
		bad.Add("comment", "The comment is missing. Enter and try again.")
	}
	if !w.hasDocument(f.Kind, f.DocumentID) {
		return notFound("document")
	}
	return bad.Err()
}

func hasStatus(state State, code string) bool {
	for _, st := range Statuses(state) {
		if st.Code == code {
			return true
		}
	}
	return false
}

// hasDocument reports whether a document belongs to the order.
func (o Full) hasDocument(kind DocKind, id int64) bool {
	ok := false
	switch kind {
	case OrderDoc:
		ok = id == o.ID
	case InvoiceDoc:
		_, ok = pick(o.Invoices, func(d Invoice) int64 { return d.ID }, id)
	case ShipmentDoc:
		_, ok = pick(o.Shipments, func(d Shipment) int64 { return d.ID }, id)
	case CreditMemoDoc:
		_, ok = pick(o.Memos, func(d CreditMemo) int64 { return d.ID }, id)
	}
	return ok
}

func (w *work) describeComment(tx *sqldb.Tx, f CommentForm) {
	if f.Kind != OrderDoc {
		tx.About(string(f.Kind), strconv.FormatInt(f.DocumentID, 10))
	}
	if f.Text != "" {
		tx.Note("comment", f.Text)
	}
	tx.Note("visible to the customer", strconv.FormatBool(f.Visible))
	tx.Note("customer notified", strconv.FormatBool(f.Notify))
}

// update is the letter about a comment.
func (w *work) update(f CommentForm) Letter {
	l := Letter{Kind: LetterUpdate, Order: w.Full, Comment: f.Text}
	if !f.Visible {
		l.Comment = ""
	}
	return l
}
