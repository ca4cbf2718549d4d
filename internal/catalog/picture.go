package catalog

import (
	"context"
	"slices"
	"strings"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

const maxPictures = 24

// AddPicture puts a picture at the end of a product's. The words for those who
// do not see it are required.
func (s *Service) AddPicture(ctx context.Context, productID int64, data []byte, alt string) error {
	if err := checkAlt(alt); err != nil {
		return err
	}
	pic, err := s.decode(ctx, data)
	if err != nil {
		return err
	}
	return s.changePictures(ctx, productID, func(ctx context.Context, tx *sqldb.Tx, p *Product) error {
		if len(p.Pictures) >= maxPictures {
			return badPicture("A product has at most 24 pictures.")
		}
		if err := pic.full.store(ctx, tx); err != nil {
			return err
		}
		if err := pic.thumb.store(ctx, tx); err != nil {
			return err
		}
		tx.Diff("picture", "", strings.TrimSpace(alt))
		_, err := tx.Exec(ctx, `INSERT INTO product_picture (product_id, media_key, thumb_key, alt, position) VALUES ($1, $2, $3, $4, $5)`,
			productID, pic.full.Key, pic.thumb.Key, strings.TrimSpace(alt), len(p.Pictures))
		return err
	})
}

// DescribePicture changes the words of a picture.
func (s *Service) DescribePicture(ctx context.Context, productID, pictureID int64, alt string) error {
	if err := checkAlt(alt); err != nil {
		return err
	}
	return s.changePictures(ctx, productID, func(ctx context.Context, tx *sqldb.Tx, p *Product) error {
		i, err := p.picture(pictureID)
		if err != nil {
			return err
		}
		tx.Diff("picture", p.Pictures[i].Alt, strings.TrimSpace(alt))
		_, err = tx.Exec(ctx, `UPDATE product_picture SET alt = $2 WHERE id = $1`, pictureID, strings.TrimSpace(alt))
		return err
	})
}

// RemovePicture takes a picture away; its content goes when nothing shows it.
func (s *Service) RemovePicture(ctx context.Context, productID, pictureID int64) error {
	return s.changePictures(ctx, productID, func(ctx context.Context, tx *sqldb.Tx, p *Product) error {
		i, err := p.picture(pictureID)
		if err != nil {
			return err
		}
		tx.Diff("picture", p.Pictures[i].Alt, "")
		if _, err := tx.Exec(ctx, `DELETE FROM product_picture WHERE id = $1`, pictureID); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, `DELETE FROM media WHERE key IN ($1, $2)
			AND NOT EXISTS (SELECT 1 FROM product_picture x WHERE x.media_key = media.key OR x.thumb_key = media.key)`,
			p.Pictures[i].Key, p.Pictures[i].Thumb)
		return err
	})
}

// MovePicture moves a picture by some places towards the front (negative) or
// the back; the first one stands for the product in lists.
func (s *Service) MovePicture(ctx context.Context, productID, pictureID int64, by int) error {
	return s.changePictures(ctx, productID, func(ctx context.Context, tx *sqldb.Tx, p *Product) error {
		i, err := p.picture(pictureID)
		if err != nil {
			return err
		}
		order := slices.Clone(p.Pictures)
		pic := order[i]
		order = slices.Insert(slices.Delete(order, i, i+1), min(max(i+by, 0), len(order)-1), pic)
		tx.Diff("pictures", alts(p.Pictures), alts(order))
		var w sqldb.Where
		text := "UPDATE product_picture SET position = CASE id"
		for at, x := range order {
			text += w.Bind(" WHEN ? THEN ?", x.ID, at)
		}
		w.And("product_id = ?", productID)
		_, err = tx.Exec(ctx, text+" ELSE position END"+w.SQL(), w.Args()...)
		return err
	})
}

// changePictures runs a change of one product's pictures.
func (s *Service) changePictures(ctx context.Context, productID int64, fn func(context.Context, *sqldb.Tx, *Product) error) error {
	return s.db.Change(ctx, ProductSaved, func(ctx context.Context, tx *sqldb.Tx) error {
		n, err := tx.Exec(ctx, `UPDATE product SET updated_at = $2 WHERE id = $1`, productID, sqldb.Micros(tx.Now()))
		if err != nil {
			return err
		}
		if n == 0 {
			return noProduct()
		}
		p, err := loadProduct(ctx, tx, productID)
		if err != nil {
			return err
		}
		tx.About("product", number(productID))
		tx.Details = p.SKU + " " + p.Texts[0].Name
		if err := fn(ctx, tx, p); err != nil {
			return err
		}
		return tx.Bump(ctx, Topic)
	})
}

func (p *Product) picture(id int64) (int, error) {
	i := slices.IndexFunc(p.Pictures, func(x Picture) bool { return x.ID == id })
	if i < 0 {
		return 0, fault.New(fault.NotFound, "This picture is no longer there.")
	}
	return i, nil
}

func checkAlt(alt string) error {
	f := fault.Fields{}
	switch n := len(strings.TrimSpace(alt)); {
	case n == 0:
		f.Add("alt", "Describe the picture in a few words, for those who do not see it.")
	case n > maxName:
		f.Add("alt", "This description is too long.")
	}
	return f.Err()
}

func alts(ps []Picture) string {
	words := make([]string, len(ps))
	for i, p := range ps {
		words[i] = p.Alt
	}
	return strings.Join(words, ", ")
}
