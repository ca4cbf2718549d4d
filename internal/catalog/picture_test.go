package catalog_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"github.com/storehand/storehand/internal/catalog/catalogtest"
	"github.com/storehand/storehand/internal/fault"
)

func drawing(w, h int) *image.Paletted {
	img := image.NewPaletted(image.Rect(0, 0, w, h), color.Palette{color.White, color.Black, color.RGBA{200, 10, 10, 255}})
	for i := range img.Pix {
		img.Pix[i] = uint8(i % 3)
	}
	return img
}

func encoded(t *testing.T, kind string, w, h int) []byte {
	t.Helper()
	var b bytes.Buffer
	var err error
	switch kind {
	case "png":
		err = png.Encode(&b, drawing(w, h))
	case "jpeg":
		err = jpeg.Encode(&b, drawing(w, h), nil)
	case "gif":
		err = gif.Encode(&b, drawing(w, h), nil)
	}
	check(t, err)
	return b.Bytes()
}

func TestPicturesAreDrawnAnewInTwoSizes(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		id := s.Product("p").ID
		for _, kind := range []string{"png", "jpeg", "gif"} {
			data := append(encoded(t, kind, 1600, 400), "secret behind the picture"...)
			check(t, s.AddPicture(ctx, id, data, " A "+kind+" "))
		}
		p, err := s.Service.Product(ctx, id)
		check(t, err)
		want(t, "pictures", len(p.Pictures), 3)
		want(t, "words", p.Pictures[0].Alt, "A png")
		for _, pic := range p.Pictures {
			full, err := s.Media(ctx, pic.Key)
			check(t, err)
			thumb, err := s.Media(ctx, pic.Thumb)
			check(t, err)
			want(t, "full", image.Pt(full.Width, full.Height), image.Pt(1200, 300))
			want(t, "thumb", image.Pt(thumb.Width, thumb.Height), image.Pt(480, 120))
			if bytes.Contains(full.Data, []byte("secret")) {
				t.Error("what was not picture was kept")
			}
			if cfg, _, err := image.DecodeConfig(bytes.NewReader(full.Data)); err != nil || cfg.Width != 1200 {
				t.Errorf("%s cannot be read: %v", full.ContentType, err)
			}
		}
	})
}

func TestPicturesAreMovedDescribedAndRemoved(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		id := s.Product("p").ID
		other := s.Product("q").ID
		for i := range 3 {
			check(t, s.AddPicture(ctx, id, encoded(t, "png", 40+i, 30), string(rune('a'+i))))
		}
		check(t, s.AddPicture(ctx, other, encoded(t, "png", 40, 30), "same as a"))
		order := func() string {
			p, err := s.Service.Product(ctx, id)
			check(t, err)
			var out []string
			for _, pic := range p.Pictures {
				out = append(out, pic.Alt)
			}
			return strings.Join(out, " ")
		}
		p, err := s.Service.Product(ctx, id)
		check(t, err)
		check(t, s.MovePicture(ctx, id, p.Pictures[2].ID, -1))
		want(t, "moved", order(), "a c b")
		check(t, s.MovePicture(ctx, id, p.Pictures[0].ID, 99))
		want(t, "moved to the end", order(), "c b a")
		check(t, s.DescribePicture(ctx, id, p.Pictures[1].ID, "bee"))
		check(t, s.RemovePicture(ctx, id, p.Pictures[0].ID))
		want(t, "removed", order(), "c bee")
		if _, err := s.Media(ctx, p.Pictures[0].Key); err != nil {
			t.Errorf("the other product lost its picture: %v", err)
		}
		check(t, s.RemovePicture(ctx, id, p.Pictures[1].ID))
		if _, err := s.Media(ctx, p.Pictures[1].Key); !fault.Is(err, fault.NotFound) {
			t.Errorf("what nobody shows was kept: %v", err)
		}
		if err := s.RemovePicture(ctx, other, p.Pictures[2].ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another product's picture was removed: %v", err)
		}
	})
}

func TestWhatIsNoPictureIsRefused(t *testing.T) {
	each(t, func(t *testing.T, s *catalogtest.Shop) {
		id := s.Product("p").ID
		good := encoded(t, "png", 40, 30)
		for what, data := range map[string][]byte{
			"text": []byte("<svg onload=alert(1)>"), "nothing": nil, "cut off": good[:len(good)/2], "huge": encoded(t, "gif", 9000, 9000),
		} {
			if err := s.AddPicture(ctx, id, data, "x"); fault.FieldsOf(err)["picture"] == "" {
				t.Errorf("%s: %v", what, err)
			}
		}
		if err := s.AddPicture(ctx, id, make([]byte, 9<<20), "x"); !fault.Is(err, fault.TooLarge) {
			t.Error(err)
		}
		if err := s.AddPicture(ctx, id, good, "  "); fault.FieldsOf(err)["alt"] == "" {
			t.Errorf("a picture without words: %v", err)
		}
		if err := s.AddPicture(ctx, 999, good, "x"); !fault.Is(err, fault.NotFound) {
			t.Error(err)
		}
	})
}
