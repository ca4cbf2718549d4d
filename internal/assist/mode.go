package assist

import (
	"context"
	"strings"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/internal/actor"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// Proposing is the mode between View only and Can change: what the Admin user
// does to cart and addresses is prepared, and the customer decides.
const Proposing impersonate.Mode = "propose"

// effective is the mode in which a stay may act now. A role that may only look
// takes changing away at once; preparing a proposal changes nothing, so it stays.
func effective(kept impersonate.Mode, f facts) impersonate.Mode {
	switch {
	case kept == impersonate.CanChange && !f.roleViewOnly, kept == Proposing && f.proposals:
		return kept
	}
	return impersonate.ViewOnly
}

// The codes of why a mode is not to be had, for the storefront's own words.
const (
	CodeModeRole      = "mode_role"      // the role may only look
	CodeModeProposals = "mode_proposals" // proposals are switched off
	CodeModeScope     = "mode_scope"     // the customer has allowed to look only
	CodeModeUnknown   = "mode_unknown"
	CodeModeReason    = "mode_reason"      // raising needs a reason
	CodeModeLong      = "mode_reason_long" // a shorter one
)

// changeMode is the rule of changing a stay's mode: up to Can change with a
// reason and a role that may; down always.
func changeMode(to impersonate.Mode, reason string, f facts) error {
	switch {
	case to != impersonate.ViewOnly && to != impersonate.CanChange && to != Proposing:
		return &fault.Error{Kind: fault.Invalid, Code: CodeModeUnknown, Message: "Please choose a mode."}
	case to == impersonate.CanChange && f.roleViewOnly:
		return &fault.Error{Kind: fault.Denied, Code: CodeModeRole, Message: "Your role is set to View only."}
	case to == Proposing && !f.proposals:
		return &fault.Error{Kind: fault.Denied, Code: CodeModeProposals, Message: "Proposals are switched off."}
	case to == impersonate.CanChange && strings.TrimSpace(reason) == "":
		return &fault.Error{Kind: fault.Invalid, Code: CodeModeReason, Message: "Please say why."}
	case len([]rune(reason)) > maxReason:
		return &fault.Error{Kind: fault.Invalid, Code: CodeModeLong, Message: "Please use fewer words."}
	}
	return nil
}

// ModeLabel is a mode as the Admin names it.
func ModeLabel(m impersonate.Mode) string {
	switch m {
	case impersonate.CanChange:
		return "Can change"
	case Proposing:
		return "Proposals"
	}
	return "View only"
}

// SetMode raises or lowers the stay in the context; raising to Can change needs
// a reason. A refusal is on the record. The error is a fault with one of the
// codes above.
func (s *Service) SetMode(ctx context.Context, to impersonate.Mode, reason string) error {
	reason = strings.TrimSpace(reason)
	var refused *fault.Error
	err := s.inStay(ctx, ActionMode, func(ctx context.Context, tx *sqldb.Tx, stay Stay, f facts) error {
		err := changeMode(to, reason, f)
		if err == nil && to != impersonate.ViewOnly && f.scopeOf(stay) == LookOnly {
			err = &fault.Error{Kind: fault.Denied, Code: CodeModeScope, Message: "The customer has allowed this session to look only."}
		}
		if err != nil {
			refused, _ = fault.As(err)
			return err
		}
		if stay.Mode == to {
			tx.Skip()
			return nil
		}
		tx.Diff("mode", ModeLabel(effective(stay.Mode, f)), ModeLabel(to))
		tx.Details = ModeLabel(to)
		if reason != "" {
			tx.Note("reason", clip(reason, maxReason))
		}
		_, err = tx.Exec(ctx, `UPDATE impersonation SET mode = $2 WHERE id = $1`, stay.ID, string(to))
		return err
	})
	if refused == nil || refused.Kind != fault.Denied {
		return err
	}
	why := s.db.Refuse(ctx, ActionMode, func(e *sqldb.Entry) {
		e.Details = refused.Message
		e.Note("mode", ModeLabel(to))
	})
	if why != nil {
		return why
	}
	return err
}

// inStay runs a change of the stay in the context itself, with what is known of
// it in that transaction. The guard has asked before whether it is still one.
func (s *Service) inStay(ctx context.Context, a sqldb.Action, fn func(context.Context, *sqldb.Tx, Stay, facts) error) error {
	who, _ := actor.From(ctx)
	if !who.Impersonating() {
		return fault.New(fault.NotFound, "There is no session.")
	}
	return s.db.Change(ctx, a, func(ctx context.Context, tx *sqldb.Tx) error {
		stay, err := sqldb.One(ctx, tx, scanStay, `SELECT `+stayColumns+` FROM impersonation WHERE id = $1`, who.Impersonation)
		if err != nil {
			return err
		}
		f, err := s.loadFacts(ctx, tx, stay.AdminUserID, stay.AdminSessionID, stay.CustomerID, stay.StoreViewID)
		if err != nil {
			return err
		}
		describe(&tx.Entry, stay.parties())
		return fn(ctx, tx, stay, f)
	})
}
