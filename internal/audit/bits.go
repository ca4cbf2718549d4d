package audit

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// rowSet says which entries of a block are meant: one bit for each id.
type rowSet [blockSize / 64]uint64

const rowSetBytes = blockSize / 8

func (r *rowSet) add(offset int)      { r[offset/64] |= 1 << (offset % 64) }
func (r *rowSet) remove(offset int)   { r[offset/64] &^= 1 << (offset % 64) }
func (r *rowSet) has(offset int) bool { return r[offset/64]&(1<<(offset%64)) != 0 }

func (r *rowSet) and(other *rowSet) {
	for i := range r {
		r[i] &= other[i]
	}
}

func (r *rowSet) or(other *rowSet) {
	for i := range r {
		r[i] |= other[i]
	}
}

func (r *rowSet) without(other *rowSet) {
	for i := range r {
		r[i] &^= other[i]
	}
}

func (r *rowSet) empty() bool { return *r == rowSet{} }

func (r *rowSet) count() (n int) {
	for _, w := range r {
		n += bits.OnesCount64(w)
	}
	return n
}

// keep leaves what lies from one offset on, before another.
func (r *rowSet) keep(from, before int) {
	for i := range blockSize {
		if i < from || i >= before {
			r.remove(i)
		}
	}
}

// offsets are those in the set, ascending, or descending when down.
func (r *rowSet) offsets(down bool) []int {
	out := make([]int, 0, r.count())
	for i := range blockSize {
		at := i
		if down {
			at = blockSize - 1 - i
		}
		if r.has(at) {
			out = append(out, at)
		}
	}
	return out
}

// packed is how a set is stored: two bytes for each of a few, else every bit.
func packed(offsets []uint16) []byte {
	if 2*len(offsets) < rowSetBytes {
		out := make([]byte, 0, 2*len(offsets))
		for _, o := range offsets {
			out = binary.BigEndian.AppendUint16(out, o)
		}
		return out
	}
	var r rowSet
	for _, o := range offsets {
		r.add(int(o))
	}
	out := make([]byte, 0, rowSetBytes)
	for _, w := range r {
		out = binary.BigEndian.AppendUint64(out, w)
	}
	return out
}

var errRowSet = errors.New("audit: the index of the log is damaged")

// unpack adds a stored set to r.
func (r *rowSet) unpack(b []byte) error {
	switch {
	case len(b) == rowSetBytes:
		for i := range r {
			r[i] |= binary.BigEndian.Uint64(b[8*i:])
		}
		return nil
	case len(b)%2 != 0 || len(b) > rowSetBytes:
		return errRowSet
	}
	for ; len(b) > 0; b = b[2:] {
		o := int(binary.BigEndian.Uint16(b))
		if o >= blockSize {
			return errRowSet
		}
		r.add(o)
	}
	return nil
}
