package document

import (
	"bytes"
	"fmt"
	"strconv"
)

// A page is drawn on from its top left corner; a PDF counts from the bottom.
type page struct {
	content bytes.Buffer
	id      int // its object, once written
}

// text draws a line whose foot is at y.
func (p *page) text(l line, x, y, size float64) {
	for _, r := range l.runs {
		if len(r.glyphs) == 0 {
			continue
		}
		fmt.Fprintf(&p.content, "BT /F%d %s Tf %s %s Td ", r.face, number(size), number(x), number(pageHeight-y))
		p.glyphs(r.glyphs, size)
		p.content.WriteString("ET\n")
		for _, g := range r.glyphs {
			x += float64(g.advance) * size / em
		}
	}
}

// glyphs writes numbers in groups, with the corrections between them: kerning,
// and the places of marks.
func (p *page) glyphs(list []glyph, size float64) {
	rise, correction, open := 0, 0, false
	begin := func() { p.content.WriteString("[<"); open = true }
	end := func() {
		if open {
			p.content.WriteString(">] TJ ")
		}
		open = false
	}
	for _, g := range list {
		if g.dy != rise {
			end()
			rise = g.dy
			p.content.WriteString(number(float64(rise)*size/em) + " Ts ")
		}
		if !open {
			begin()
		}
		if shift := correction - g.dx; shift != 0 {
			p.content.WriteString("> " + strconv.Itoa(shift) + " <")
		}
		fmt.Fprintf(&p.content, "%04X", g.cid)
		correction = g.natural - g.advance + g.dx
	}
	end()
	if rise != 0 {
		p.content.WriteString("0 Ts ")
	}
}

// rule draws a line across.
func (p *page) rule(x, y, width, thickness float64) {
	fmt.Fprintf(&p.content, "%s w %s %s m %s %s l S\n", number(thickness), number(x), number(pageHeight-y), number(x+width), number(pageHeight-y))
}

// shade fills a box in a light grey.
func (p *page) shade(x, y, width, height float64) {
	fmt.Fprintf(&p.content, "0.94 g %s %s %s %s re f 0 g\n", number(x), number(pageHeight-y-height), number(width), number(height))
}
