package pictures

import (
	"bytes"
	"image/png"
	"testing"
)

func TestEveryDrawingIsAPictureOfItsOwnAndAlwaysTheSame(t *testing.T) {
	seen := map[string]string{}
	for _, shape := range Shapes() {
		for variant := range 2 {
			picture := PNG(shape, variant)
			decoded, err := png.Decode(bytes.NewReader(picture))
			if err != nil || decoded.Bounds().Dx() != Size || decoded.Bounds().Dy() != Size {
				t.Fatalf("%s %d: %v", shape, variant, err)
			}
			if other, twice := seen[string(picture)]; twice {
				t.Errorf("%s %d looks like %s", shape, variant, other)
			}
			seen[string(picture)] = shape
		}
		if !bytes.Equal(PNG(shape, 1), PNG(shape, 1+Variants())) {
			t.Errorf("%s is not the same twice", shape)
		}
	}
}

func TestAnUnknownShapeIsAParcel(t *testing.T) {
	if !bytes.Equal(PNG("submarine", -1), PNG("zeppelin", Variants()-1)) {
		t.Error("unknown shapes differ")
	}
}

func BenchmarkPNG(b *testing.B) {
	for b.Loop() {
		PNG("tea pot", 1)
	}
}
