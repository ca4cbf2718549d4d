package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/seal"
)

// witnessSink posts signed checkpoints to a witness at an address.
type witnessSink struct {
	url    string
	client *http.Client
	known  int64 // what it has, as far as we know; -1: to be asked
}

func newWitnessSink(url string) (*witnessSink, error) {
	if !strings.HasPrefix(url, "https://") && !strings.HasPrefix(url, "http://") {
		return nil, fmt.Errorf("the witness's address %q: want https://…", url)
	}
	return &witnessSink{url: strings.TrimSuffix(url, "/") + "/checkpoint", client: &http.Client{Timeout: 10 * time.Second}, known: -1}, nil
}

func (s *witnessSink) Name() string { return "witness" }

// Newest asks what the witness has.
func (s *witnessSink) Newest(ctx context.Context) (note string, size int64, err error) {
	if note, err = s.get(ctx); err == nil {
		s.known = seal.NoteSize(note)
	}
	return note, s.known, err
}

func (s *witnessSink) get(ctx context.Context) (string, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url, nil)
	if err != nil {
		return "", err
	}
	return s.do(req)
}

func (s *witnessSink) do(req *http.Request) (string, error) {
	res, err := s.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s: %s", res.Status, strings.TrimSpace(string(body)))
	}
	return string(body), err
}

// Append shows the witness a checkpoint.
func (s *witnessSink) Append(ctx context.Context, d seal.Delivery) error {
	if s.known < 0 {
		if _, _, err := s.Newest(ctx); err != nil {
			return err
		}
	}
	step, err := d.StepFrom(ctx, s.known)
	if err != nil {
		return err
	}
	body, err := json.Marshal(step)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	if _, err := s.do(req); err != nil {
		s.known = -1
		return err
	}
	s.known = d.Size
	return nil
}

// FetchCheckpoint asks a witness for the checkpoint that it keeps.
func FetchCheckpoint(ctx context.Context, url string) (string, error) {
	s, err := newWitnessSink(url)
	if err != nil {
		return "", err
	}
	note, err := s.get(ctx)
	if err == nil && note == "" {
		err = errors.New("the witness keeps no checkpoint yet")
	}
	return note, err
}

// WitnessHandler answers for a witness: GET /checkpoint gives the signed note
// it keeps, POST /checkpoint shows it a newer one.
func WitnessHandler(w *seal.Witness, log *slog.Logger) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /checkpoint", func(rw http.ResponseWriter, _ *http.Request) {
		note, _ := w.Newest()
		plain(rw, http.StatusOK, note)
	})
	mux.HandleFunc("POST /checkpoint", func(rw http.ResponseWriter, r *http.Request) {
		var step seal.Step
		if err := json.NewDecoder(http.MaxBytesReader(rw, r.Body, 1<<16)).Decode(&step); err != nil {
			plain(rw, http.StatusBadRequest, "this is not a checkpoint\n")
			return
		}
		err := w.Accept(step)
		switch {
		case err == nil:
			plain(rw, http.StatusOK, "kept\n")
		case errors.Is(err, seal.ErrShorter), errors.Is(err, seal.ErrForked):
			log.Error("refused", "error", err, "size", seal.NoteSize(step.Note))
			plain(rw, http.StatusConflict, err.Error()+"\n")
		default:
			log.Warn("refused", "error", err)
			plain(rw, http.StatusForbidden, err.Error()+"\n")
		}
	})
	return mux
}

// ServeWitness answers for a witness until ctx is done.
func ServeWitness(ctx context.Context, l net.Listener, w *seal.Witness, log *slog.Logger) error {
	srv := &http.Server{Handler: WitnessHandler(w, log), ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug)}
	stop := context.AfterFunc(ctx, func() { srv.Close() })
	defer stop()
	if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
