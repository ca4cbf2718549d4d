package document

import (
	"bytes"
	"embed"
	"fmt"
	"sync"

	"github.com/go-text/typesetting/font"
)

//go:embed fonts/*.ttf
var fontFiles embed.FS

// A face is one of the four fonts: two scripts, two weights.
type faceID int

const (
	latin faceID = iota
	latinBold
	arabic
	arabicBold
	faceCount
)

var faceNames = [faceCount]string{"NotoSans-Regular", "NotoSans-Bold", "NotoSansArabic-Regular", "NotoSansArabic-Bold"}

// A typeface is a font as it was read once; it never changes.
type typeface struct {
	name string
	file []byte
	font *font.Font
}

// typefaces are the embedded fonts. They are part of the binary: one that
// cannot be read is a mistake of the build.
var typefaces = sync.OnceValue(func() [faceCount]typeface {
	var all [faceCount]typeface
	for i, name := range faceNames {
		file, err := fontFiles.ReadFile("fonts/" + name + ".ttf")
		if err != nil {
			panic(err)
		}
		face, err := font.ParseTTF(bytes.NewReader(file))
		if err != nil {
			panic(fmt.Errorf("font %s: %w", name, err))
		}
		all[i] = typeface{name, file, face.Font}
	}
	return all
})
