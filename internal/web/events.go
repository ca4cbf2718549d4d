package web

import (
	"net/http"
	"strings"
	"time"
)

// writeTime is how long one event may take to leave.
const writeTime = 10 * time.Second

// Events is an answer that stays open and tells a page what happens
// (text/event-stream). The server's limits on the length of an answer do not end
// it: each event has a limit of its own.
type Events struct {
	w    http.ResponseWriter
	ctl  *http.ResponseController
	wall func() time.Time
}

// OpenEvents begins the answer. wall is the clock that connections go by.
func OpenEvents(w http.ResponseWriter, wall func() time.Time) (*Events, error) {
	e := &Events{w, http.NewResponseController(w), wall}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // proxies that collect answers must not collect this one
	// A connection whose reading times out counts as gone.
	_ = e.ctl.SetReadDeadline(time.Time{})
	w.WriteHeader(http.StatusOK)
	return e, e.write(": open\n\n")
}

// Send tells one event; the data may have any number of lines.
func (e *Events) Send(name, data string) error {
	data = strings.ReplaceAll(strings.ReplaceAll(data, "\r\n", "\n"), "\r", "\n")
	return e.write("event: " + name + "\ndata: " + strings.ReplaceAll(data, "\n", "\ndata: ") + "\n\n")
}

// Beat keeps the connection from looking dead.
func (e *Events) Beat() error { return e.write(":\n\n") }

func (e *Events) write(text string) error {
	_ = e.ctl.SetWriteDeadline(e.wall().Add(writeTime))
	if _, err := e.w.Write([]byte(text)); err != nil {
		return err
	}
	return e.ctl.Flush()
}
