package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Listen opens the address of --listen.
func Listen(address string) (net.Listener, error) { return ListenFor("--listen", address) }

// ListenFor opens the address that a flag gives; what keeps it from being opened
// is said in a sentence.
func ListenFor(flag, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	var wrong *net.AddrError
	var unknown *net.DNSError
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, fmt.Errorf("the address %s is in use by another program: choose another with %s HOST:PORT", address, flag)
	case errors.Is(err, syscall.EADDRNOTAVAIL), errors.As(err, &unknown) && !strings.Contains(unknown.Err, "port"):
		return nil, fmt.Errorf("%s %s: this machine has no such address; 0.0.0.0:PORT or :PORT listens on all it has", flag, address)
	case errors.Is(err, syscall.EACCES):
		return nil, fmt.Errorf("%s %s: this account may not use that port; ports below 1024 often need a right of their own, such as AmbientCapabilities=CAP_NET_BIND_SERVICE of systemd", flag, address)
	case errors.As(err, &wrong), errors.As(err, &unknown):
		return nil, fmt.Errorf("%s %q: want HOST:PORT, such as 127.0.0.1:8080 or :443", flag, address)
	}
	return l, err
}

// collectLess lets the heap grow to three times what is in use before it is
// collected. Whoever sets GOGC decides.
//
// What it gives is to be kept: it counts as in use and is never touched, so it
// takes no memory, but with it the heap is collected at some 70 MiB instead of
// 25. What is really in use is a few MiB, and a busy shop would collect it fifty
// times a second.
func collectLess() []byte {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	debug.SetGCPercent(200)
	return make([]byte, 16<<20)
}

// Serve answers on the listener and runs the periodic tasks until ctx is done;
// then it stops taking requests, finishes those that run, and returns.
func (a *App) Serve(ctx context.Context, l net.Listener) error {
	idle := collectLess()
	defer runtime.KeepAlive(idle)
	a.openLog(ctx)
	srv := &http.Server{
		Handler:           a.handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      60 * time.Second,
		IdleTimeout:       60 * time.Second,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(a.Log.Handler(), slog.LevelDebug),
	}
	srv.RegisterOnShutdown(a.Assist.StopWatching)
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := a.Jobs.Run(ctx); err != nil && ctx.Err() == nil {
			a.Log.Error("periodic tasks stopped", "error", err)
		}
	})
	wg.Go(func() {
		if err := a.Watching.Run(ctx); err != nil && ctx.Err() == nil {
			a.Log.Error("the watch stopped", "error", err)
		}
	})
	failed := make(chan error, 1)
	wg.Go(func() { failed <- srv.Serve(l) })
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	cancel()
	stopping, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	if e := srv.Shutdown(stopping); e != nil {
		err = errors.Join(err, e, srv.Close())
	}
	wg.Wait()
	err = errors.Join(err, a.closeLog(stopping))
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
