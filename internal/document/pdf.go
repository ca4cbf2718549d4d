package document

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// A4, in points.
const (
	pageWidth  = 595.28
	pageHeight = 841.89
)

// A file is a PDF as it is written: numbered objects and where they begin.
type file struct {
	out     bytes.Buffer
	offsets []int // of object n+1
}

func newFile() *file {
	f := &file{}
	f.out.WriteString("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
	return f
}

// reserve gives an object its number before it is written.
func (f *file) reserve() int {
	f.offsets = append(f.offsets, 0)
	return len(f.offsets)
}

func (f *file) put(id int, body string) {
	f.offsets[id-1] = f.out.Len()
	fmt.Fprintf(&f.out, "%d 0 obj\n%s\nendobj\n", id, body)
}

func (f *file) add(body string) int {
	id := f.reserve()
	f.put(id, body)
	return id
}

// stream adds data with the entries of its dictionary.
func (f *file) stream(entries string, data []byte) (int, error) {
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	if _, err := z.Write(data); err != nil {
		return 0, err
	}
	if err := z.Close(); err != nil {
		return 0, err
	}
	id := f.reserve()
	f.offsets[id-1] = f.out.Len()
	fmt.Fprintf(&f.out, "%d 0 obj\n<<%s /Filter /FlateDecode /Length %d>>\nstream\n", id, entries, packed.Len())
	f.out.Write(packed.Bytes())
	f.out.WriteString("\nendstream\nendobj\n")
	return id, nil
}

// finish writes the table of objects and hands the whole file over. Its id is
// made of its content, so the same documents make the same bytes.
func (f *file) finish(w io.Writer, root, info int) error {
	sum := sha256.Sum256(f.out.Bytes())
	table := f.out.Len()
	fmt.Fprintf(&f.out, "xref\n0 %d\n0000000000 65535 f \n", len(f.offsets)+1)
	for _, at := range f.offsets {
		fmt.Fprintf(&f.out, "%010d 00000 n \n", at)
	}
	fmt.Fprintf(&f.out, "trailer\n<</Size %d /Root %d 0 R /Info %d 0 R /ID [<%x> <%x>]>>\nstartxref\n%d\n%%%%EOF\n",
		len(f.offsets)+1, root, info, sum[:16], sum[:16], table)
	_, err := w.Write(f.out.Bytes())
	return err
}

// pages writes the pages and returns the number of their list.
func (f *file) pages(contents []*page, fonts string) (int, error) {
	list := f.reserve()
	var kids strings.Builder
	for _, p := range contents {
		content, err := f.stream("", p.content.Bytes())
		if err != nil {
			return 0, err
		}
		p.id = f.add(fmt.Sprintf("<</Type /Page /Parent %d 0 R /Contents %d 0 R>>", list, content))
		fmt.Fprintf(&kids, "%d 0 R ", p.id)
	}
	f.put(list, fmt.Sprintf("<</Type /Pages /Count %d /MediaBox [0 0 %s %s] /Resources <</Font <<%s>>>> /Kids [%s]>>",
		len(contents), number(pageWidth), number(pageHeight), fonts, kids.String()))
	return list, nil
}

// outline writes the bookmarks, one for each document; 0 if there are none.
func (f *file) outline(marks []bookmark) int {
	if len(marks) < 2 {
		return 0
	}
	root, first := f.reserve(), len(f.offsets)+1
	for range marks {
		f.reserve()
	}
	for i, m := range marks {
		links := ""
		if i > 0 {
			links += fmt.Sprintf(" /Prev %d 0 R", first+i-1)
		}
		if i < len(marks)-1 {
			links += fmt.Sprintf(" /Next %d 0 R", first+i+1)
		}
		f.put(first+i, fmt.Sprintf("<</Title %s /Parent %d 0 R /Dest [%d 0 R /Fit]%s>>", textString(m.title), root, m.page.id, links))
	}
	f.put(root, fmt.Sprintf("<</Type /Outlines /First %d 0 R /Last %d 0 R /Count %d>>", first, first+len(marks)-1, len(marks)))
	return root
}

type bookmark struct {
	title string
	page  *page
}

// font writes one of the fonts with the letters that were used.
func (f *file) font(t typeface, u *usage) (int, error) {
	part, err := subset(t.file, u)
	if err != nil {
		return 0, err
	}
	program, err := f.stream(fmt.Sprintf(" /Length1 %d", len(part)), part)
	if err != nil {
		return 0, err
	}
	glyphs, err := f.stream("", u.glyphMap())
	if err != nil {
		return 0, err
	}
	texts, err := f.stream("", unicodeMap(u))
	if err != nil {
		return 0, err
	}
	name := "STOREH+" + t.name
	descriptor := f.add(fmt.Sprintf("<</Type /FontDescriptor /FontName /%s /Flags 4 /FontBBox [-600 -600 3000 1200] /ItalicAngle 0 "+
		"/Ascent 1069 /Descent -293 /CapHeight 714 /StemV 80 /FontFile2 %d 0 R>>", name, program))
	descendant := f.add(fmt.Sprintf("<</Type /Font /Subtype /CIDFontType2 /BaseFont /%s /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>> "+
		"/FontDescriptor %d 0 R /DW 600 /W [0 [%s]] /CIDToGIDMap %d 0 R>>", name, descriptor, widths(u), glyphs))
	return f.add(fmt.Sprintf("<</Type /Font /Subtype /Type0 /BaseFont /%s /Encoding /Identity-H /DescendantFonts [%d 0 R] /ToUnicode %d 0 R>>",
		name, descendant, texts)), nil
}

func widths(u *usage) string {
	var b strings.Builder
	for _, w := range u.widths {
		b.WriteString(strconv.Itoa(w) + " ")
	}
	return strings.TrimSpace(b.String())
}

// unicodeMap says what text each number stands for.
func unicodeMap(u *usage) []byte {
	var b bytes.Buffer
	b.WriteString("/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n" +
		"/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n")
	for at := 1; at < len(u.list); at += 100 {
		end := min(at+100, len(u.list))
		fmt.Fprintf(&b, "%d beginbfchar\n", end-at)
		for i := at; i < end; i++ {
			fmt.Fprintf(&b, "<%04X> <%s>\n", i, hex16(u.list[i].text))
		}
		b.WriteString("endbfchar\n")
	}
	b.WriteString("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n")
	return b.Bytes()
}

func hex16(text string) string {
	var b strings.Builder
	for _, unit := range utf16.Encode([]rune(text)) {
		fmt.Fprintf(&b, "%04X", unit)
	}
	return b.String()
}

// textString is a text outside of pages: a title, a bookmark.
func textString(text string) string { return "<FEFF" + hex16(text) + ">" }

// info describes the file.
func info(title string, at time.Time) string {
	return fmt.Sprintf("<</Title %s /Producer (Storehand) /CreationDate (D:%sZ)>>", textString(title), at.UTC().Format("20060102150405"))
}

// number writes a length without needless digits.
func number(v float64) string {
	text := strconv.FormatFloat(v, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
