package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// child is a server under measurement: this same program in another process, so
// that its processor time and memory are its own.
type child struct {
	cmd     *exec.Cmd
	stdin   io.Closer
	Addr    string // where it serves
	Control string // where the bench asks for counters and profiles
}

// ready is what a child says once it listens.
type ready struct{ Addr, Control string }

// startChild runs this program again as a server: mode "shop" or "floor".
func startChild(mode string, args ...string) (*child, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(self, append([]string{mode}, args...)...)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, stdin: stdin}
	var hello ready
	if err := json.NewDecoder(bufio.NewReader(out)).Decode(&hello); err != nil {
		c.stop()
		return nil, fmt.Errorf("the %s did not start: %w", mode, err)
	}
	c.Addr, c.Control = hello.Addr, hello.Control
	return c, nil
}

// stop ends the child by closing its input, and waits.
func (c *child) stop() {
	c.stdin.Close()
	done := make(chan struct{})
	go func() { c.cmd.Wait(); close(done) }()
	select {
	case <-done:
	case <-time.After(15 * time.Second):
		c.cmd.Process.Kill()
		<-done
	}
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// ask gets a JSON answer from the child's control address.
func (c *child) ask(path string, into any) error {
	res, err := http.Get("http://" + c.Control + path) //nolint:gosec,noctx // our own child, on loopback
	if err != nil {
		return err
	}
	defer res.Body.Close()
	return json.NewDecoder(res.Body).Decode(into)
}

// announce is the child's side of ready; it returns when the parent goes away.
func announce(addr, control string) error {
	if err := json.NewEncoder(os.Stdout).Encode(ready{addr, control}); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// loopback listens on a port of 127.0.0.1, any free one for 0.
func loopback(port int) (net.Listener, error) {
	return net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

func freePort() (int, error) {
	l, err := loopback(0)
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}
