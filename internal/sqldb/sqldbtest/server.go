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

// NewServer starts a server for the length of a test.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := newServer(throwAway)
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

// Quit ends the server at once, whatever it does, as when its machine falters.
func (s *Server) Quit() {
	s.t.Helper()
	file, err := os.ReadFile(filepath.Join(s.data, "postmaster.pid"))
	if err != nil {
		s.t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(file), "\n")
	pid, err := strconv.Atoi(first)
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
