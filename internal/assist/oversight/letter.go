package oversight

import (
	"context"
	"strconv"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/mail"
	"github.com/storehand/storehand/internal/sqldb"
)

// letter is a mail to staff; the Admin speaks English.
func (s *Service) letter(ctx context.Context, tx *sqldb.Tx, to []string, l mail.Letter) error {
	scope := config.Scope{}
	l.Locale, l.StoreName, l.StoreURL = i18n.For("en"), s.Config.Text(ctx, config.StoreName, scope), s.AdminURL+"/"
	l.Footer, l.Keep = l.StoreName+", Login as Customer", true
	from := mail.Address(s.Config.Text(ctx, config.SenderName, scope), s.Config.Text(ctx, config.SenderEmail, scope))
	for _, address := range to {
		m, err := l.Message(address, from)
		if err != nil {
			return err
		}
		if err := s.Outbox.EnqueueTx(ctx, tx, m); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) mailAlert(ctx context.Context, tx *sqldb.Tx, set settings, a Alert) error {
	return s.letter(ctx, tx, set.mailTo, mail.Letter{
		Kind: "assist_alert", Subject: "Alert: " + a.Kind.Label(), Greeting: "Hello,", Lines: []string{a.Summary},
		Link: mail.Link{Text: "Open the alert", URL: s.AdminURL + AlertPath(a.ID)},
	})
}

// AlertPath is an alert's page in the Admin.
func AlertPath(id int64) string { return "/assist/alerts/" + strconv.FormatInt(id, 10) }

// mostTold is how many people a request for approval is mailed to.
const mostTold = 20

// approval tells who may approve that somebody asks, and who asked what was
// answered.
func (s *Service) approval(ctx context.Context, tx *sqldb.Tx, e *sqldb.Entry) error {
	if len(e.Objects) == 0 {
		return nil
	}
	request, err := strconv.ParseInt(e.Objects[0].ID, 10, 64)
	if err != nil {
		return err
	}
	type row struct {
		admin, website                       int64
		name, customer, reason, by, note, to string
	}
	a, found, err := sqldb.Found(sqldb.One(ctx, tx, func(r sqldb.Scanner) (a row, err error) {
		err = r.Scan(&a.admin, &a.website, &a.name, &a.customer, &a.reason, &a.by, &a.note, &a.to)
		return a, err
	}, `SELECT a.admin_user_id, a.website_id, a.admin_name, a.customer_name, a.reason, a.decided_by, a.note, COALESCE((SELECT u.email FROM admin_user u WHERE u.id = a.admin_user_id AND u.active), '')
		FROM assist_approval a WHERE a.id = $1`, request))
	if err != nil || !found {
		return err
	}
	l := mail.Letter{Kind: "assist_approval", Greeting: "Hello,", Link: mail.Link{Text: "Open the request", URL: s.AdminURL + "/assist/approvals/" + strconv.FormatInt(request, 10)}}
	var to []string
	switch {
	case e.Action == assist.ActionApprovalAsked:
		l.Subject = a.name + " asks to log in as a customer"
		l.Lines = []string{a.name + " asks for a second person's approval to log in as " + a.customer + ".", "Reason: " + a.reason}
		to, err = approvers(ctx, tx, a.admin, a.website)
	case a.to != "":
		l.Subject = "Approved: Login as Customer"
		l.Lines = []string{a.by + " has approved that you log in as " + a.customer + "."}
		if e.Action == assist.ActionApprovalDeclined {
			l.Subject = "Declined: Login as Customer"
			l.Lines = []string{a.by + " has declined that you log in as " + a.customer + "."}
		}
		if a.note != "" {
			l.Lines = append(l.Lines, "Note: "+a.note)
		}
		to = []string{a.to}
	}
	if err != nil {
		return err
	}
	return s.letter(ctx, tx, to, l)
}

// approvers are the addresses of Admin users who may approve on a website, but
// for the one who asks.
func approvers(ctx context.Context, q sqldb.Querier, asker, website int64) ([]string, error) {
	return sqldb.All(ctx, q, sqldb.Value[string], `SELECT u.email FROM admin_user u JOIN admin_role r ON r.id = u.role_id
		WHERE u.active AND u.id <> $1
		AND (r.all_resources OR EXISTS (SELECT 1 FROM admin_role_resource p WHERE p.role_id = r.id AND p.resource = $2))
		AND (r.all_websites OR EXISTS (SELECT 1 FROM admin_role_website w WHERE w.role_id = r.id AND w.website_id = $3))
		ORDER BY u.id LIMIT $4`, asker, string(acl.AssistApprove), website, mostTold)
}
