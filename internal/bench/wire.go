package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// wire is one keep-alive HTTP/1.1 connection. It does as little as a client can,
// so that the figures are the server's and not the driver's.
type wire struct {
	addr string
	conn net.Conn
	r    *bufio.Reader
	body []byte
}

// answer is a response; Body is good until the next request on the wire.
type answer struct {
	Status   int
	Location string
	Cookies  []string // the values of Set-Cookie
	Body     []byte
}

func dial(addr string) (*wire, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &wire{addr: addr, conn: conn, r: bufio.NewReaderSize(conn, 32<<10)}, nil
}

func (w *wire) close() { w.conn.Close() }

// do sends a request that is already bytes and reads the answer.
func (w *wire) do(request []byte) (answer, error) {
	if err := w.conn.SetDeadline(time.Now().Add(20 * time.Second)); err != nil {
		return answer{}, err
	}
	if _, err := w.conn.Write(request); err != nil {
		return answer{}, err
	}
	return w.read()
}

func (w *wire) read() (a answer, err error) {
	line, err := w.r.ReadSlice('\n')
	if err != nil {
		return a, err
	}
	if len(line) < 12 {
		return a, fmt.Errorf("not an HTTP answer: %q", line)
	}
	if a.Status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, err
	}
	length, chunked := -1, false
	for {
		line, err := w.r.ReadSlice('\n')
		if err != nil {
			return a, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(": "))
		switch string(name) {
		case "Content-Length":
			length, err = strconv.Atoi(string(value))
		case "Transfer-Encoding":
			chunked = true
		case "Location":
			a.Location = string(value)
		case "Set-Cookie":
			a.Cookies = append(a.Cookies, string(value))
		}
		if err != nil {
			return a, err
		}
	}
	a.Body, err = w.readBody(length, chunked)
	return a, err
}

func (w *wire) readBody(length int, chunked bool) ([]byte, error) {
	w.body = w.body[:0]
	if !chunked {
		return w.take(max(length, 0))
	}
	for {
		line, err := w.r.ReadSlice('\n')
		if err != nil {
			return nil, err
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(line)), 16, 32)
		if err != nil {
			return nil, err
		}
		if _, err := w.take(int(n)); err != nil {
			return nil, err
		}
		if _, err := w.r.Discard(2); err != nil {
			return nil, err
		}
		if n == 0 {
			return w.body, nil
		}
	}
}

// take appends the next n bytes to the body.
func (w *wire) take(n int) ([]byte, error) {
	at := len(w.body)
	if cap(w.body) < at+n {
		grown := make([]byte, at, (at+n)*2)
		copy(grown, w.body)
		w.body = grown
	}
	w.body = w.body[:at+n]
	_, err := io.ReadFull(w.r, w.body[at:])
	return w.body, err
}

// get is the bytes of a GET.
func get(host, path, cookie string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\n", path, host)
	if cookie != "" {
		fmt.Fprintf(&b, "Cookie: %s\r\n", cookie)
	}
	b.WriteString("\r\n")
	return b.Bytes()
}

// post is the bytes of a form sent by POST.
func post(host, path, cookie, origin, form string) []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench\r\nOrigin: %s\r\n", path, host, origin)
	if cookie != "" {
		fmt.Fprintf(&b, "Cookie: %s\r\n", cookie)
	}
	fmt.Fprintf(&b, "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(form), form)
	return b.Bytes()
}

// cookie returns the value of a cookie that the answer sets.
func (a answer) cookie(name string) string {
	for _, c := range a.Cookies {
		if n, rest, _ := strings.Cut(c, "="); n == name {
			value, _, _ := strings.Cut(rest, ";")
			return value
		}
	}
	return ""
}

var errNotThere = errors.New("not there")

// want checks what every counted iteration must have: status, and a text in the
// body or in the address of a redirect.
func (a answer) want(status int, text string) error {
	if a.Status != status {
		return fmt.Errorf("status %d, want %d (to %s): %.300s", a.Status, status, a.Location, words(a.Body))
	}
	if status >= 300 && status < 400 {
		if !strings.Contains(a.Location, text) {
			return fmt.Errorf("redirects to %s, want %s", a.Location, text)
		}
		return nil
	}
	if !bytes.Contains(a.Body, []byte(text)) {
		return fmt.Errorf("%q is %w: %.300s", text, errNotThere, words(a.Body))
	}
	return nil
}

// words is what a page says, for messages.
func words(page []byte) string {
	s := string(page)
	if _, main, ok := strings.Cut(s, "<main"); ok {
		s = main
	}
	var b strings.Builder
	for piece := range strings.SplitSeq(s, "<") {
		_, text, _ := strings.Cut(piece, ">")
		if text = strings.TrimSpace(text); text != "" {
			b.WriteString(text + " ")
		}
	}
	return b.String()
}

// field returns the value of a hidden field of a page's form.
func field(page []byte, name string) (string, error) {
	for _, mark := range []string{`name="` + name + `" value="`} {
		if at := bytes.Index(page, []byte(mark)); at >= 0 {
			rest := page[at+len(mark):]
			if end := bytes.IndexByte(rest, '"'); end >= 0 {
				return string(rest[:end]), nil
			}
		}
	}
	return "", fmt.Errorf("the field %s is %w", name, errNotThere)
}
