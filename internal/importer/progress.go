package importer

import (
	"fmt"
	"io"
	"strconv"
	"time"
)

// Progress is how far an import is.
type Progress struct {
	Stage        string
	Rows, Failed int
	Read, Size   int64 // bytes
	Elapsed      time.Duration
	Done         bool // the file is read and everything of it decided
}

// Rate is rows a second.
func (p Progress) Rate() int {
	if p.Elapsed <= 0 {
		return 0
	}
	return int(float64(p.Rows) / p.Elapsed.Seconds())
}

// Percent is how much of the file was read.
func (p Progress) Percent() int {
	if p.Size <= 0 {
		return 100
	}
	return int(min(100, p.Read*100/p.Size))
}

// Left is how long the rest takes if it goes on like this; ok is false while
// there is nothing to judge by.
func (p Progress) Left() (left time.Duration, ok bool) {
	if p.Read <= 0 || p.Elapsed < time.Second {
		return 0, false
	}
	rest := float64(p.Size-p.Read) / float64(p.Read)
	return time.Duration(rest * float64(p.Elapsed)).Round(time.Second), true
}

func (p Progress) String() string {
	text := fmt.Sprintf("%s: %s rows, %s a second, %d %%", p.Stage, grouped(p.Rows), grouped(p.Rate()), p.Percent())
	if left, ok := p.Left(); ok && p.Percent() < 100 {
		text += fmt.Sprintf(", %s left", left)
	}
	if p.Failed > 0 {
		text += fmt.Sprintf(", %s not taken", grouped(p.Failed))
	}
	return text
}

func grouped(n int) string {
	text := strconv.Itoa(n)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

// Console returns a Report that writes to a terminal, where one line is written
// over and over, or to a log, which gets a line every ten seconds.
func Console(w io.Writer, terminal bool) func(Progress) {
	var shown time.Duration = -time.Hour
	stage := ""
	return func(p Progress) {
		pause := 10 * time.Second
		if terminal {
			pause = 200 * time.Millisecond
		}
		if p.Stage == stage && p.Elapsed-shown < pause && !p.Done {
			return
		}
		stage, shown = p.Stage, p.Elapsed
		switch {
		case !terminal:
			fmt.Fprintln(w, p)
		case p.Done:
			fmt.Fprintf(w, "\r\x1b[K%s\n", p)
		default:
			fmt.Fprintf(w, "\r\x1b[K%s", p)
		}
	}
}
