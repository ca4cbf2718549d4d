package importer

import (
	"context"
	"fmt"
	"strings"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/store"
)

// branches finds categories by their path of names and creates those missing.
type branches struct {
	pi   *productImport
	tree *catalog.Tree
	tx   *sqldb.Tx
	ids  map[string]int64 // by parent and name
	made int
}

func newBranches(pi *productImport, tree *catalog.Tree, tx *sqldb.Tx) *branches {
	b := &branches{pi: pi, tree: tree, tx: tx, ids: map[string]int64{}}
	b.note(0)
	tree.Walk(0, func(c *catalog.Category) { b.note(c.ID) })
	return b
}

// note remembers the children of a category by name; of two with one name the
// first.
func (b *branches) note(parent int64) {
	for _, c := range b.tree.Children(parent) {
		if key := below(parent, c.Name(0)); b.ids[key] == 0 {
			b.ids[key] = c.ID
		}
	}
}

func below(parent int64, name string) string {
	return fmt.Sprintf("%d/%s", parent, strings.TrimSpace(name))
}

// find returns the category at a path of names. The first name is a root's: the
// one of that name, else the root of the websites' store, since shops call
// theirs differently.
func (b *branches) find(ctx context.Context, path []string, websites []store.Website) (int64, error) {
	id, err := b.root(ctx, path[0], websites)
	if err != nil {
		return 0, err
	}
	for i := range path[1:] {
		if id, err = b.child(ctx, id, path[:i+2]); err != nil {
			return 0, err
		}
	}
	return id, nil
}

func (b *branches) root(ctx context.Context, name string, websites []store.Website) (int64, error) {
	ours := b.pi.scope.maps.ours(MapCategory, name)
	if id := b.ids[below(0, ours)]; id != 0 {
		return id, nil
	}
	if ours != name {
		return 0, inColumn("categories", "there is no root category %q to map %q to", ours, name)
	}
	for _, w := range websites {
		if st, ok := b.pi.scope.tree.Store(w.DefaultStoreID); ok && b.tree.Get(st.RootCategoryID) != nil {
			return st.RootCategoryID, nil
		}
	}
	return b.child(ctx, 0, []string{name})
}

// child returns the category below another one at the end of a path, creating it
// if there is none. A dry run counts it and gives it an id that no category has.
func (b *branches) child(ctx context.Context, parent int64, path []string) (int64, error) {
	name := path[len(path)-1]
	key := below(parent, name)
	if id := b.ids[key]; id != 0 {
		return id, nil
	}
	if b.tx == nil {
		b.pi.planned[strings.Join(path, "\x00")] = true
		b.ids[key] = -int64(len(b.ids)) - 1
		return b.ids[key], nil
	}
	id, err := b.pi.im.catalog.CreateCategoryTx(ctx, b.tx, &catalog.Category{
		ParentID: parent, Active: true, InMenu: true,
		Texts: map[int64]catalog.CategoryText{0: {Name: name}},
	})
	if err != nil {
		return 0, renamed(err, categoryColumns)
	}
	b.ids[key] = id
	b.made++
	return id, nil
}
