package catalog

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/draw"
	_ "image/gif" // the formats a shop is given pictures in
	"image/jpeg"
	"image/png"

	xdraw "golang.org/x/image/draw"
	_ "golang.org/x/image/webp"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/sqldb"
)

// The limits of a picture.
const (
	MaxPictureBytes  = 8 << 20
	maxPicturePixels = 40_000_000
	fullSize         = 1200 // longest side as shown on a product's page
	thumbSize        = 480  // in lists
)

// Media is one stored picture. Its key is made from its content, so a key never
// means anything else and may be cached for ever.
type Media struct {
	Key, ContentType string
	Width, Height    int
	Data             []byte
}

// Media returns a stored picture.
func (s *Service) Media(ctx context.Context, key string) (Media, error) {
	m, ok, err := sqldb.Found(sqldb.One(ctx, s.db.Reader(), func(r sqldb.Scanner) (m Media, err error) {
		err = r.Scan(&m.Key, &m.ContentType, &m.Width, &m.Height, &m.Data)
		return m, err
	}, `SELECT key, content_type, width, height, data FROM media WHERE key = $1`, key))
	if err == nil && !ok {
		err = fault.New(fault.NotFound, "This picture does not exist.")
	}
	return m, err
}

// drawn is a picture made ready to store: as shown, and small.
type drawn struct{ full, thumb Media }

// decode reads an uploaded picture and draws it anew, so that nothing but
// pixels is kept: no location, no camera, no bytes behind the picture.
func (s *Service) decode(ctx context.Context, data []byte) (drawn, error) {
	select {
	case s.images <- struct{}{}:
		defer func() { <-s.images }()
	case <-ctx.Done():
		return drawn{}, ctx.Err()
	}
	if len(data) > MaxPictureBytes {
		return drawn{}, fault.New(fault.TooLarge, "A picture has at most %d MB.", MaxPictureBytes>>20)
	}
	cfg, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return drawn{}, badPicture("This is not a picture that can be read: use JPEG, PNG, GIF or WebP.")
	}
	if cfg.Width < 1 || cfg.Height < 1 || int64(cfg.Width)*int64(cfg.Height) > maxPicturePixels {
		return drawn{}, badPicture("This picture has too many pixels.")
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return drawn{}, badPicture("This picture is damaged.")
	}
	full, err := encode(fit(img, fullSize))
	if err != nil {
		return drawn{}, err
	}
	thumb, err := encode(fit(img, thumbSize))
	return drawn{full, thumb}, err
}

func badPicture(sentence string) error {
	return &fault.Error{Kind: fault.Invalid, Message: sentence, Fields: map[string]string{"picture": sentence}}
}

// fit draws a picture so that its longest side is at most n.
func fit(img image.Image, n int) *image.RGBA {
	b := img.Bounds()
	w, h := b.Dx(), b.Dy()
	if longest := max(w, h); longest > n {
		w, h = max(1, w*n/longest), max(1, h*n/longest)
	}
	out := image.NewRGBA(image.Rect(0, 0, w, h))
	if w == b.Dx() && h == b.Dy() {
		draw.Draw(out, out.Bounds(), img, b.Min, draw.Src)
	} else {
		xdraw.ApproxBiLinear.Scale(out, out.Bounds(), img, b, xdraw.Src, nil)
	}
	return out
}

// encode writes JPEG, or PNG where something shines through or PNG is smaller,
// as it is for drawings.
func encode(img *image.RGBA) (Media, error) {
	m := Media{Width: img.Rect.Dx(), Height: img.Rect.Dy(), ContentType: "image/png"}
	var small bytes.Buffer
	if img.Opaque() {
		if err := jpeg.Encode(&small, img, &jpeg.Options{Quality: 85}); err != nil {
			return m, err
		}
		m.ContentType = "image/jpeg"
	} else if err := png.Encode(&small, img); err != nil {
		return m, err
	}
	m.Data = small.Bytes()
	sum := sha256.Sum256(m.Data)
	m.Key = hex.EncodeToString(sum[:16]) + map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}[m.ContentType]
	return m, nil
}

// store keeps a picture; the same content is kept once.
func (m Media) store(ctx context.Context, tx *sqldb.Tx) error {
	_, err := tx.Exec(ctx, `INSERT INTO media (key, content_type, width, height, data, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (key) DO NOTHING`, m.Key, m.ContentType, m.Width, m.Height, m.Data, sqldb.Micros(tx.Now()))
	return err
}
