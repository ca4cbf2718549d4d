package document

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/go-text/typesetting/di"
	"github.com/go-text/typesetting/font"
	"github.com/go-text/typesetting/shaping"
	"golang.org/x/image/math/fixed"
)

// em is what lengths of shaped text are measured in: thousandths of the type
// size, as in a PDF.
const em = 1000

// A glyph is a drawn letter with its place relative to the one before.
type glyph struct {
	cid     uint16 // in the font as this file has it
	advance int    // how far it moves on
	natural int    // how far the font says it moves on
	dx, dy  int
}

// A run is drawn with one font, from left to right.
type run struct {
	face   faceID
	glyphs []glyph
}

// A line is what fits beside each other.
type line struct {
	width int
	runs  []run
}

// style is how a text is set.
type style struct {
	bold bool
	ltr  bool // codes, numbers and addresses of the net read left to right in every language
}

type shapeKey struct {
	text  string
	style style
	width int
}

// A setter sets text for one file. It is not for several goroutines.
type setter struct {
	faces   [faceCount]*font.Face
	used    [faceCount]*usage
	rtl     bool
	shaper  shaping.HarfbuzzShaper
	seg     shaping.Segmenter
	wrapper shaping.LineWrapper
	known   map[shapeKey][]line
}

func newSetter() *setter {
	s := &setter{known: map[shapeKey][]line{}}
	for i, t := range typefaces() {
		s.faces[i] = font.NewFace(t.font)
		s.used[i] = newUsage()
	}
	return s
}

// language turns the setter to the reading direction of what comes next.
func (s *setter) language(rtl bool) {
	if s.rtl != rtl {
		s.rtl = rtl
		clear(s.known)
	}
}

// lines sets a text in lines of at most width ems; it breaks inside words only
// when one is longer than a line.
func (s *setter) lines(text string, st style, width int) []line {
	key := shapeKey{text, st, width}
	if set, ok := s.known[key]; ok {
		return set
	}
	var set []line
	for part := range strings.SplitSeq(text, "\n") {
		set = append(set, s.paragraph(s.printable(part), st, width)...)
	}
	s.known[key] = set
	return set
}

// printable drops what has no shape and would confuse the setting, and shows a
// sign in the place of letters that the fonts do not have.
func (s *setter) printable(text string) []rune {
	var out []rune
	for _, r := range strings.ToValidUTF8(text, "") {
		switch {
		case r == '\t':
			out = append(out, ' ')
		case unicode.IsControl(r):
		case !unicode.Is(unicode.Cf, r) && !s.has(latin, r) && !s.has(arabic, r):
			out = append(out, '\ufffd')
		default:
			out = append(out, r)
		}
	}
	return out
}

func (s *setter) has(id faceID, r rune) bool {
	_, ok := s.faces[id].NominalGlyph(r)
	return ok
}

func (s *setter) paragraph(text []rune, st style, width int) []line {
	if len(text) == 0 {
		return []line{{}}
	}
	direction := di.DirectionLTR
	if s.rtl && !st.ltr {
		direction = di.DirectionRTL
	}
	whole := shaping.Input{Text: text, RunEnd: len(text), Direction: direction, Size: fixed.I(em)}
	var shaped []shaping.Output
	for _, in := range s.seg.Split(whole, chooser{s, st.bold}) {
		shaped = append(shaped, s.shaper.Shape(in))
	}
	config := shaping.WrapConfig{Direction: direction, BreakPolicy: shaping.WhenNecessary}
	wrapped, _ := s.wrapper.WrapParagraph(config, width, text, shaping.NewSliceIterator(shaped))
	set := make([]line, 0, len(wrapped))
	for _, l := range wrapped {
		set = append(set, s.line(l, text))
	}
	return set
}

func (s *setter) line(l shaping.Line, text []rune) line {
	slices.SortFunc(l, func(a, b shaping.Output) int { return cmp.Compare(a.VisualIndex, b.VisualIndex) })
	var out line
	for i := range l {
		r := s.run(&l[i], text)
		for _, g := range r.glyphs {
			out.width += g.advance
		}
		out.runs = append(out.runs, r)
	}
	return out
}

// run notes what each glyph stands for, so that the text can be copied and
// searched: the first glyph of a cluster stands for all of it.
func (s *setter) run(o *shaping.Output, text []rune) run {
	id := s.faceOf(o.Face)
	r := run{face: id, glyphs: make([]glyph, 0, len(o.Glyphs))}
	last := -1
	for _, g := range o.Glyphs {
		at, stands := g.TextIndex(), ""
		if at != last {
			stands = string(text[at:min(at+g.RunesCount(), len(text))])
			last = at
		}
		natural := round(s.faces[id].HorizontalAdvance(g.GlyphID))
		r.glyphs = append(r.glyphs, glyph{
			cid: s.used[id].cid(uint16(g.GlyphID), stands, natural), advance: g.Advance.Round(), natural: natural, dx: g.XOffset.Round(), dy: g.YOffset.Round(),
		})
	}
	return r
}

func round(width float32) int { return int(width + 0.5) }

func (s *setter) faceOf(f *font.Face) faceID {
	return faceID(max(0, slices.Index(s.faces[:], f)))
}

// A chooser picks the font that has a letter; what none has is a box of the Latin one.
type chooser struct {
	s    *setter
	bold bool
}

// ResolveFace implements shaping.Fontmap.
func (c chooser) ResolveFace(r rune) *font.Face {
	first, second := latin, arabic
	if c.bold {
		first, second = latinBold, arabicBold
	}
	if !c.s.has(first, r) && c.s.has(second, r) {
		return c.s.faces[second]
	}
	return c.s.faces[first]
}
