package magento

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// maxLine bounds one record of a file of JSON lines.
const maxLine = 64 << 20

// Lines reads a file of one JSON object a line, plain or gzip.
type Lines[R any] struct {
	in   *bufio.Reader
	line int
	set  func(row *R, line int)
}

// openLines looks whether a file is compressed.
func openLines[R any](r io.Reader, set func(*R, int)) (*Lines[R], error) {
	in := bufio.NewReaderSize(r, 1<<16)
	if head, _ := in.Peek(2); bytes.Equal(head, []byte{0x1f, 0x8b}) {
		packed, err := gzip.NewReader(in)
		if err != nil {
			return nil, &FileError{Message: "this file begins like a gzip file and is none: " + err.Error()}
		}
		in = bufio.NewReaderSize(packed, 1<<16)
	}
	if head, _ := in.Peek(3); bytes.Equal(head, []byte("\xef\xbb\xbf")) {
		_, _ = in.Discard(3)
	}
	return &Lines[R]{in: in, set: set}, nil
}

// Next returns the next record, io.EOF after the last one, a *RowError for one
// that cannot be read, after which reading goes on, or another error.
func (l *Lines[R]) Next() (row R, err error) {
	for {
		text, err := l.read()
		if err != nil {
			return row, err
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		return l.decode(text)
	}
}

// read reads a line without its end.
func (l *Lines[R]) read() (text []byte, err error) {
	l.line++
	for {
		part, err := l.in.ReadSlice('\n')
		text = append(text, part...)
		switch {
		case len(text) > maxLine:
			return nil, &FileError{l.line, fmt.Sprintf("is longer than %d MiB: is this one JSON object a line?", maxLine>>20)}
		case errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF) && len(text) == 0:
			return nil, io.EOF
		case err == nil, errors.Is(err, io.EOF):
			return bytes.TrimRight(text, "\r\n"), nil
		default:
			return nil, &FileError{l.line, "the file cannot be read any further: " + err.Error()}
		}
	}
}

func (l *Lines[R]) decode(text []byte) (row R, err error) {
	if !utf8.Valid(text) {
		return row, rowError(l.line, "is not UTF-8: save the file as UTF-8")
	}
	if first := bytes.TrimSpace(text)[0]; first != '{' {
		if l.line == 1 && first == '[' {
			return row, &FileError{1, "is a JSON array: this import reads one JSON object a line (jq -c '.[]' makes it so)"}
		}
		return row, rowError(l.line, "is no JSON object")
	}
	if err := json.Unmarshal(text, &row); err != nil {
		return row, &RowError{Line: l.line, Problems: []Problem{jsonProblem(err)}}
	}
	l.set(&row, l.line)
	return row, nil
}

func jsonProblem(err error) Problem {
	var wrong *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	switch {
	case errors.As(err, &wrong):
		return Problem{wrong.Field, "is a JSON " + wrong.Value + ", which does not belong here"}
	case errors.As(err, &syntax):
		return Problem{"", fmt.Sprintf("is broken JSON at byte %d: %s", syntax.Offset, syntax.Error())}
	}
	return Problem{"", "is broken JSON: " + err.Error()}
}

// Text is a value that some exports write as a number and others as text; null
// is empty. Amounts stay text: no floating point comes near them.
type Text string

// UnmarshalJSON takes numbers and strings as they are written.
func (t *Text) UnmarshalJSON(b []byte) error {
	switch {
	case string(b) == "null":
		*t = ""
		return nil
	case b[0] == '"':
		var s string
		err := json.Unmarshal(b, &s)
		*t = Text(strings.TrimSpace(s))
		return err
	case b[0] == '{' || b[0] == '[':
		return &json.UnmarshalTypeError{Value: map[byte]string{'{': "object", '[': "array"}[b[0]]}
	case string(b) == "true":
		*t = "1"
	case string(b) == "false":
		*t = "0"
	default:
		*t = Text(b)
	}
	return nil
}

// Streets are the lines of a street, which some exports write as one text.
type Streets []string

// UnmarshalJSON takes an array or one text of several lines.
func (s *Streets) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var text string
		err := json.Unmarshal(b, &text)
		*s = strings.Split(text, "\n")
		return err
	}
	var lines []string
	err := json.Unmarshal(b, &lines)
	*s = lines
	return err
}
