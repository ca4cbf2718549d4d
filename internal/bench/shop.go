package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"os"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/demo"
)

// serveShop is the child that runs the application as "storehand serve" does,
// with a second listener for counters and profiles that the product lacks.
func serveShop(args []string) error {
	set := flag.NewFlagSet("shop", flag.ContinueOnError)
	dsn := set.String("dsn", "", "database")
	letters := set.String("mail", "", "folder for letters")
	port := set.Int("port", 0, "port that the base URLs name")
	if err := set.Parse(args); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	// The request log is written as in production, to nowhere.
	log, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	a, err := app.Open(ctx, app.Options{
		DSN: *dsn, AdminURL: demo.AdminURL(*port), MailFolder: *letters, Log: slog.New(slog.NewJSONHandler(log, nil)),
	})
	if err != nil {
		return err
	}
	l, err := loopback(*port)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	control, err := loopback(0)
	if err != nil {
		return errors.Join(err, a.Close())
	}
	go serveControl(control, a)
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, l) }()
	err = announce(l.Addr().String(), control.Addr().String())
	stop()
	return errors.Join(err, <-served, a.Close())
}

// serveControl answers the bench, never a visitor: it has a listener of its own.
func serveControl(l net.Listener, a *app.App) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /stats", func(w http.ResponseWriter, r *http.Request) {
		json.NewEncoder(w).Encode(a.DB.Stats())
	})
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	http.Serve(l, mux) //nolint:gosec // loopback, for the length of a measurement
}
