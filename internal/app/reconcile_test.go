package app_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/acl"
	"github.com/storehand/storehand/internal/app/apptest"
	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
	"github.com/storehand/storehand/internal/staff"
)

// reshape gives a role another mode, as somebody who may.
func (d *desk) reshape(role string, mode acl.AssistMode) {
	d.t.Helper()
	r, err := acl.Get(d.t.Context(), d.DB.Reader(), d.role(role))
	if err == nil {
		r.AssistMode = mode
		_, err = d.Roles.Save(sqldbtest.Ctx(), acl.Everything(), r)
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// differs is what reconciling names.
func (d *desk) differs() []string {
	d.t.Helper()
	found, err := assist.Reconcile(d.t.Context(), d.DB.Reader())
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}

func TestReconcilingAShopAtWorkNamesNothingThatHappenedMeanwhile(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Shop) {
		d := &desk{t: t, Shop: s, two: s}
		d.stay()
		var roles, users, stays sync.Once
		ines := d.agent("Support desk")
		s.DB.Listen(func(query string, _ []any) { // between the look at the log and the one at the table
			switch {
			case strings.HasSuffix(query, `FROM admin_role ORDER BY id`):
				roles.Do(func() { d.reshape("Support desk", acl.ViewOnly) })
			case strings.Contains(query, `FROM admin_user u JOIN admin_role r`) && strings.HasSuffix(query, "ORDER BY u.id"):
				users.Do(func() {
					if err := s.Staff.Delete(sqldbtest.Ctx(), staff.System(), ines.ID); err != nil {
						t.Error(err)
					}
				})
			case strings.HasSuffix(query, `FROM impersonation ORDER BY id`):
				stays.Do(func() { d.stay() })
			}
		})
		if found := d.differs(); len(found) != 0 {
			t.Errorf("what was done in the meantime is named: %q", found)
		}
		for what, o := range map[string]*sync.Once{"a role was changed": &roles, "an account was deleted": &users, "a stay began": &stays} {
			o.Do(func() { t.Errorf("%s: it did not happen", what) })
		}
	})
}

// What stands in an archive that nobody imported is not known, nor is what came
// before it: an older archive alone does not say how things are.
func TestReconcilingDoesNotJudgeByAnOlderArchiveWhatALaterOneChanged(t *testing.T) {
	sealedEach(t, func(t *testing.T, s *apptest.Shop, _ string) {
		d := &desk{t: t, Shop: s, two: s}
		gone, stays := d.agent("Support desk"), d.agent("Audit")
		id, err := s.Roles.Save(sqldbtest.Ctx(), acl.Everything(), acl.Role{Name: "Summer desk", AllWebsites: true})
		if err != nil {
			t.Fatal(err)
		}
		d.reshape("Support desk", acl.ViewOnly)
		d.archived()
		d.reshape("Support desk", acl.AsConfigured)
		for _, err := range []error{
			s.Staff.Delete(sqldbtest.Ctx(), staff.System(), gone.ID),
			s.Roles.Delete(sqldbtest.Ctx(), acl.Everything(), id),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		d.archived()
		for _, archives := range [][]int64{nil, {1}, {2}} { // none, the older one, both
			for _, a := range archives {
				if _, err := s.Archiver.Restore(sqldbtest.Ctx(), a); err != nil {
					t.Fatal(err)
				}
			}
			if found := d.differs(); len(found) != 0 {
				t.Errorf("with the archives %d too: %q", archives, found)
			}
		}
		behind(d, `UPDATE admin_user SET active = FALSE WHERE id = $1`, stays.ID)
		if found := d.differs(); len(found) != 1 || !strings.Contains(found[0], stays.Username) {
			t.Errorf("with the whole log the account that was switched off is not named: %q", found)
		}
	})
}

// archived seals the log, lets it grow old and puts it into an archive.
func (d *desk) archived() {
	d.t.Helper()
	err := d.Sealer.Seal(sqldbtest.Ctx())
	if err == nil {
		d.Clock.Advance(100 * 24 * time.Hour)
		_, err = d.Archiver.Archive(sqldbtest.Ctx(), d.Clock.Now().AddDate(0, 0, -50))
	}
	if err != nil {
		d.t.Fatal(err)
	}
}

// behind changes the database behind the application's back.
func behind(d *desk, query string, args ...any) {
	d.t.Helper()
	err := d.DB.Upkeep(sqldbtest.Ctx(), "test", func(ctx context.Context, tx *sqldb.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
}
