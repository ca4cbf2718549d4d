package sqldbtest

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Server is a PostgreSQL server of a test's own, to be taken away.
type Server struct {
	server
	t testing.TB
}

// NewServer starts a server for the length of a test; initdb can be told more.
func NewServer(t testing.TB, initdb ...string) *Server {
	t.Helper()
	s, err := newServer(throwAway, initdb...)
	if errors.Is(err, errNoPostgres) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	if err := makeTemplate(s.dsn); err != nil {
		t.Fatal(err)
	}
	return &Server{s, t}
}

// DSN makes a copy of the migrated template.
func (s *Server) DSN() string {
	s.t.Helper()
	name := newName()
	admin(s.t, s.dsn, "CREATE DATABASE "+name+" TEMPLATE "+templateName()+" STRATEGY file_copy")
	return withDatabase(s.dsn, name)
}

// Do runs a statement with all rights.
func (s *Server) Do(query string) error { return adminExec(s.dsn, query) }

// Account is whom the server runs as, nil for whoever runs the test.
func (s *Server) Account() *syscall.Credential { return s.cred }

// Pid is the server's first process.
func (s *Server) Pid() (int, error) {
	file, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(file), "\n")
	return strconv.Atoi(first)
}

// Quit ends the server at once, whatever it does, as when its machine falters.
func (s *Server) Quit() {
	s.t.Helper()
	pid, err := s.Pid()
	if err == nil {
		err = syscall.Kill(pid, syscall.SIGQUIT)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	for range 200 {
		line, err := net.DialTimeout("tcp", "127.0.0.1:"+strconv.Itoa(s.port), time.Second)
		if err != nil {
			return
		}
		line.Close()
		time.Sleep(20 * time.Millisecond)
	}
	s.t.Fatal("the server does not end")
}

// Begin starts it again, with what it had.
func (s *Server) Begin() {
	s.t.Helper()
	stop, err := runServer(s.bin, s.dir, s.data, s.port, s.cred, throwAway)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(stop)
}

// Log is what the server has written about itself.
func (s *Server) Log() string {
	text, err := os.ReadFile(filepath.Join(s.dir, "log"))
	if err != nil {
		return err.Error()
	}
	return string(text)
}
