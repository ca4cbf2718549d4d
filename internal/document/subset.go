package document

import (
	"encoding/binary"
	"errors"
)

var errFont = errors.New("document: an embedded font is damaged")

// usage is which glyphs of a font a file uses, and what they stand for. One
// glyph that stands for two texts has two numbers, so that both read back.
type usage struct {
	numbers map[used]uint16
	list    []used // by number; 0 is the box for what is missing
	widths  []int
}

type used struct {
	glyph uint16
	text  string
}

func newUsage() *usage { return &usage{map[used]uint16{}, []used{{}}, []int{600}} }

func (u *usage) cid(glyph uint16, text string, width int) uint16 {
	key := used{glyph, text}
	if n, ok := u.numbers[key]; ok {
		return n
	}
	n := uint16(len(u.list))
	u.numbers[key], u.list, u.widths = n, append(u.list, key), append(u.widths, width)
	return n
}

func (u *usage) any() bool { return len(u.list) > 1 }

// glyphMap is the stream from the numbers to the font's glyphs.
func (u *usage) glyphMap() []byte {
	var out []byte
	for _, g := range u.list {
		out = binary.BigEndian.AppendUint16(out, g.glyph)
	}
	return out
}

// A table of a TrueType file.
type table struct {
	tag  string
	data []byte
}

// subset is the font with the outlines of the used glyphs only. Glyphs keep
// their numbers, so nothing else has to change.
func subset(file []byte, u *usage) ([]byte, error) {
	tables, err := readTables(file)
	if err != nil {
		return nil, err
	}
	loca, err := locations(tables)
	if err != nil {
		return nil, err
	}
	keep := map[uint16]bool{}
	for _, g := range u.list {
		if err := withParts(tables["glyf"], loca, g.glyph, keep); err != nil {
			return nil, err
		}
	}
	glyf, offsets := outlines(tables["glyf"], loca, keep)
	head := append([]byte(nil), tables["head"]...)
	binary.BigEndian.PutUint32(head[8:], 0)
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	var out []table
	for _, tag := range []string{"cvt ", "fpgm", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "prep"} {
		data := map[string][]byte{"glyf": glyf, "loca": offsets, "head": head}[tag]
		if data == nil {
			data = tables[tag]
		}
		if data != nil {
			out = append(out, table{tag, data})
		}
	}
	return writeTables(out), nil
}

func readTables(file []byte) (map[string][]byte, error) {
	if len(file) < 12 {
		return nil, errFont
	}
	tables := map[string][]byte{}
	n := int(binary.BigEndian.Uint16(file[4:]))
	for i := range n {
		entry := 12 + 16*i
		if entry+16 > len(file) {
			return nil, errFont
		}
		start, size := int(binary.BigEndian.Uint32(file[entry+8:])), int(binary.BigEndian.Uint32(file[entry+12:]))
		if start+size > len(file) {
			return nil, errFont
		}
		tables[string(file[entry:entry+4])] = file[start : start+size]
	}
	return tables, nil
}

// locations are where each glyph begins, and where the last one ends.
func locations(tables map[string][]byte) ([]int, error) {
	if len(tables["head"]) < 54 || len(tables["maxp"]) < 6 {
		return nil, errFont
	}
	long := binary.BigEndian.Uint16(tables["head"][50:]) == 1
	n, data := int(binary.BigEndian.Uint16(tables["maxp"][4:])), tables["loca"]
	out := make([]int, 0, n+1)
	for i := 0; i <= n; i++ {
		switch {
		case long && 4*i+4 <= len(data):
			out = append(out, int(binary.BigEndian.Uint32(data[4*i:])))
		case !long && 2*i+2 <= len(data):
			out = append(out, 2*int(binary.BigEndian.Uint16(data[2*i:])))
		default:
			return nil, errFont
		}
	}
	if out[n] > len(tables["glyf"]) {
		return nil, errFont
	}
	return out, nil
}

// Flags of a part of a composite glyph.
const (
	partWords    = 0x0001
	partScale    = 0x0008
	partMore     = 0x0020
	partXYScale  = 0x0040
	partTwoByTwo = 0x0080
)

// withParts keeps a glyph and the glyphs it is composed of.
func withParts(glyf []byte, loca []int, g uint16, keep map[uint16]bool) error {
	if keep[g] {
		return nil
	}
	if int(g)+1 >= len(loca) {
		return errFont
	}
	keep[g] = true
	outline := glyf[loca[g]:loca[g+1]]
	if len(outline) < 10 || int16(binary.BigEndian.Uint16(outline)) >= 0 {
		return nil
	}
	for at := 10; at+4 <= len(outline); {
		flags := binary.BigEndian.Uint16(outline[at:])
		if err := withParts(glyf, loca, binary.BigEndian.Uint16(outline[at+2:]), keep); err != nil {
			return err
		}
		if flags&partMore == 0 {
			return nil
		}
		at += partSize(flags)
	}
	return errFont
}

func partSize(flags uint16) int {
	size := 6
	if flags&partWords != 0 {
		size += 2
	}
	switch {
	case flags&partScale != 0:
		size += 2
	case flags&partXYScale != 0:
		size += 4
	case flags&partTwoByTwo != 0:
		size += 8
	}
	return size
}

func outlines(glyf []byte, loca []int, keep map[uint16]bool) (kept, offsets []byte) {
	for g := range len(loca) - 1 {
		offsets = binary.BigEndian.AppendUint32(offsets, uint32(len(kept)))
		if keep[uint16(g)] {
			kept = padded(append(kept, glyf[loca[g]:loca[g+1]]...))
		}
	}
	return kept, binary.BigEndian.AppendUint32(offsets, uint32(len(kept)))
}

func padded(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func writeTables(tables []table) []byte {
	n := uint16(len(tables))
	power, log := uint16(1), uint16(0)
	for power*2 <= n {
		power, log = power*2, log+1
	}
	out := []byte{0, 1, 0, 0}
	for _, v := range []uint16{n, power * 16, log, (n - power) * 16} {
		out = binary.BigEndian.AppendUint16(out, v)
	}
	at := 12 + 16*len(tables)
	var body []byte
	for _, t := range tables {
		out = append(out, t.tag...)
		for _, v := range []int{int(checksum(t.data)), at + len(body), len(t.data)} {
			out = binary.BigEndian.AppendUint32(out, uint32(v))
		}
		body = padded(append(body, t.data...))
	}
	return append(out, body...)
}

func checksum(data []byte) (sum uint32) {
	padded := padded(append([]byte(nil), data...))
	for i := 0; i < len(padded); i += 4 {
		sum += binary.BigEndian.Uint32(padded[i:])
	}
	return sum
}
