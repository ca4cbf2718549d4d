package document

import "github.com/storehand/storehand/internal/i18n"

// Lengths of the layout, in points.
const (
	margin  = 42.0
	inner   = pageWidth - 2*margin
	foot    = pageHeight - 60 // below this nothing but the footer
	leading = 1.36            // of a line, in type sizes
	body    = 8.5
	small   = 7.5
)

type align int

const (
	atStart align = iota
	atEnd
)

// A sheet is one document as it is laid out, page after page. Places across are
// counted from where reading starts: from the left, or from the right in Arabic.
type sheet struct {
	set    *setter
	l      *i18n.Locale
	rtl    bool
	pages  []*page
	y      float64 // where the next thing begins
	repeat func()  // what later pages begin with
}

func newSheet(set *setter, l *i18n.Locale) *sheet {
	s := &sheet{set: set, l: l, rtl: l.Dir() == "rtl"}
	set.language(s.rtl)
	s.turn()
	return s
}

func (s *sheet) page() *page { return s.pages[len(s.pages)-1] }

// turn begins a new page.
func (s *sheet) turn() {
	s.pages = append(s.pages, &page{})
	s.y = margin
	if s.repeat != nil && len(s.pages) > 1 {
		s.repeat()
	}
}

// room turns the page when less than height is left.
func (s *sheet) room(height float64) {
	if s.y+height > foot {
		s.turn()
	}
}

// left is where a box of the logical place begins on paper.
func (s *sheet) left(x, width float64) float64 {
	if s.rtl {
		return pageWidth - margin - x - width
	}
	return margin + x
}

// A cell is text to be put into a box.
type cell struct {
	text  string
	style style
	size  float64
	align align
}

func (c cell) sized() float64 {
	if c.size == 0 {
		return body
	}
	return c.size
}

func (s *sheet) lines(c cell, width float64) []line {
	return s.set.lines(c.text, c.style, int(width*em/c.sized()))
}

// height is how much room the cell needs.
func (s *sheet) height(c cell, width float64) float64 {
	return float64(len(s.lines(c, width))) * c.sized() * leading
}

// put draws a cell at a place and returns where it ends.
func (s *sheet) put(c cell, x, y, width float64) float64 {
	left, size := s.left(x, width), c.sized()
	for _, l := range s.lines(c, width) {
		y += size * leading
		at := left
		if (c.align == atEnd) != s.rtl {
			at = left + width - float64(l.width)*size/em
		}
		s.page().text(l, at, y-size*0.3, size)
	}
	return y
}

// stack draws cells below each other.
func (s *sheet) stack(cells []cell, x, y, width float64) float64 {
	for _, c := range cells {
		y = s.put(c, x, y, width)
	}
	return y
}

// A column of a table.
type column struct {
	title string
	width float64
	align align
}

// A row is one cell for each column, each of one or more texts.
type row [][]cell

// table draws rows below a heading that is repeated on every page. A row is
// never torn apart.
func (s *sheet) table(columns []column, rows []row) {
	before := s.repeat
	heading := func() { s.heading(columns) }
	s.room(60)
	heading()
	s.repeat = func() {
		if before != nil {
			before()
		}
		heading()
	}
	for _, r := range rows {
		height := s.rowHeight(columns, r)
		s.room(height)
		s.row(columns, r)
		s.y += height
		s.page().rule(margin, s.y, inner, 0.3)
	}
	s.repeat = before
}

const cellPad = 3.0

func (s *sheet) heading(columns []column) {
	var r row
	for _, c := range columns {
		r = append(r, []cell{{text: c.title, style: style{bold: true}, size: small}})
	}
	height := s.rowHeight(columns, r)
	s.page().shade(margin, s.y, inner, height)
	s.row(columns, r)
	s.y += height
}

func (s *sheet) rowHeight(columns []column, r row) float64 {
	height := 0.0
	for i, cells := range r {
		h := 2 * cellPad
		for _, c := range cells {
			h += s.height(c, columns[i].width-2*cellPad)
		}
		height = max(height, h)
	}
	return height
}

func (s *sheet) row(columns []column, r row) {
	x := 0.0
	for i, cells := range r {
		y := s.y + cellPad - 1
		for _, c := range cells {
			c.align = columns[i].align
			y = s.put(c, x+cellPad, y, columns[i].width-2*cellPad)
		}
		x += columns[i].width
	}
}
