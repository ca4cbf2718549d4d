package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/storehand/storehand/internal/demo"
)

// started is one start of the real binary on the grown database.
type started struct {
	First time.Duration // until the first 200
	RSS   float64       // MiB resident ten seconds later
	PSS   float64
}

// startUp is S9: the product's own binary, built as for a release.
func (l *lab) startUp(ctx context.Context) error {
	dir, err := os.MkdirTemp(l.o.dir, "storehand-binary-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "storehand")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, "github.com/storehand/storehand/cmd/storehand")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build: %w: %s", err, out)
	}
	info, err := os.Stat(binary)
	if err != nil {
		return err
	}
	l.found.binary = info.Size()
	for i := range 5 {
		s, err := l.startOnce(binary, dir, i == 0)
		if err != nil {
			return err
		}
		l.found.starts = append(l.found.starts, s)
		progress("  S9 first 200 after %s", short(s.First))
	}
	return nil
}

func (l *lab) startOnce(binary, dir string, rest bool) (s started, err error) {
	cmd := exec.Command(binary, "serve", "--db", l.home.dsn, "--admin-url", demo.AdminURL(l.home.port),
		"--listen", "127.0.0.1:"+strconv.Itoa(l.home.port), "--mail-dir", filepath.Join(dir, "mail"))
	begin := time.Now()
	if err := cmd.Start(); err != nil {
		return s, err
	}
	defer func() {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	}()
	request := get(hostOf(demo.BaseURL("english", l.home.port)), "/", "")
	for {
		if time.Since(begin) > 20*time.Second {
			return s, fmt.Errorf("no 200 within %s: %w", time.Since(begin), err)
		}
		if err = once("127.0.0.1:"+strconv.Itoa(l.home.port), request); err == nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	s.First = time.Since(begin)
	if rest {
		time.Sleep(10 * time.Second)
		s.RSS, s.PSS = smaps(cmd.Process.Pid, "Rss:"), smaps(cmd.Process.Pid, "Pss:")
	}
	return s, nil
}

func once(addr string, request []byte) error {
	w, err := dial(addr)
	if err != nil {
		return err
	}
	defer w.close()
	a, err := w.do(request)
	if err == nil {
		err = a.want(200, "</html>")
	}
	return err
}
