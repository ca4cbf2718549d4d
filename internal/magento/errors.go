package magento

import (
	"fmt"
	"strings"
)

// RowError is a fault of one row: it names the line and, where one column is to
// blame, the column. Reading can go on after it.
type RowError struct {
	Line     int
	Key      string // sku or e-mail, when the row got that far
	Problems []Problem
}

// Problem is one thing wrong with a row. Column is empty if it is the whole row.
type Problem struct {
	Column, Message string
}

func (e *RowError) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.String()
	}
	return fmt.Sprintf("line %d: %s", e.Line, strings.Join(parts, "; "))
}

func (p Problem) String() string {
	if p.Column == "" {
		return p.Message
	}
	return p.Column + ": " + p.Message
}

func rowError(line int, message string) *RowError {
	return &RowError{Line: line, Problems: []Problem{{Message: message}}}
}

// FileError is a fault of the whole file, such as a missing column: there is
// nothing to go on with.
type FileError struct {
	Line    int
	Message string
}

func (e *FileError) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	return fmt.Sprintf("line %d: %s", e.Line, e.Message)
}
