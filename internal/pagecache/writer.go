package pagecache

import (
	"bytes"
	"net/http"
)

// taker takes an answer in before it is sent, so that the headers of an
// anonymous page can still be made its own. What turns out too large or must
// be flushed is sent on as it comes and never kept.
type taker struct {
	http.ResponseWriter
	status  int
	body    bytes.Buffer
	passing bool
}

func (t *taker) WriteHeader(status int) {
	if t.passing || status < 200 {
		t.ResponseWriter.WriteHeader(status)
		return
	}
	t.status = status
}

func (t *taker) Write(b []byte) (int, error) {
	if !t.passing && t.body.Len()+len(b) > maxBody {
		if err := t.pass(); err != nil {
			return 0, err
		}
	}
	if t.passing {
		return t.ResponseWriter.Write(b)
	}
	return t.body.Write(b)
}

// pass gives up taking in.
func (t *taker) pass() error {
	t.passing = true
	t.Header().Del(marker)
	t.ResponseWriter.WriteHeader(t.status)
	_, err := t.ResponseWriter.Write(t.body.Bytes())
	t.body.Reset()
	return err
}

// FlushError sends what there is: somebody streams.
func (t *taker) FlushError() error {
	if !t.passing {
		if err := t.pass(); err != nil {
			return err
		}
	}
	return http.NewResponseController(t.ResponseWriter).Flush()
}

func (t *taker) whole() bool { return !t.passing }

// send sends what was taken in.
func (t *taker) send(r *http.Request) {
	if t.passing {
		return
	}
	if etag := t.Header().Get("Etag"); etag != "" && t.status == http.StatusOK && r.Header.Get("If-None-Match") == etag {
		t.Header().Del("Content-Length")
		t.ResponseWriter.WriteHeader(http.StatusNotModified)
		return
	}
	t.ResponseWriter.WriteHeader(t.status)
	t.ResponseWriter.Write(t.body.Bytes())
}

// seal removes the marker from answers that go past the cache: they stay
// private, whatever their handler thought.
type seal struct {
	http.ResponseWriter
	sealed bool
}

func (s *seal) close() {
	if !s.sealed {
		s.sealed = true
		s.Header().Del(marker)
	}
}

func (s *seal) WriteHeader(status int) {
	s.close()
	s.ResponseWriter.WriteHeader(status)
}

func (s *seal) Write(b []byte) (int, error) {
	s.close()
	return s.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach flushing and deadlines.
func (s *seal) Unwrap() http.ResponseWriter { return s.ResponseWriter }
