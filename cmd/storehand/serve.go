package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"

	"github.com/storehand/storehand/internal/app"
	"github.com/storehand/storehand/internal/seal"
)

type serveCmd struct {
	DB       string   `env:"STOREHAND_DB" required:"" placeholder:"ADDRESS" help:"sqlite:PATH or postgres://…; its password may stand in --db-password-file."`
	DBSecret string   `name:"db-password-file" env:"STOREHAND_DB_PASSWORD_FILE" placeholder:"FILE" help:"File with PostgreSQL's password."`
	AdminURL string   `name:"admin-url" env:"STOREHAND_ADMIN_URL" required:"" placeholder:"URL" help:"The Admin's own address, such as https://admin.shop.example."`
	Listen   string   `env:"STOREHAND_LISTEN" default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Address to listen on."`
	Metrics  string   `name:"metrics-listen" env:"STOREHAND_METRICS_LISTEN" placeholder:"HOST:PORT" help:"Address of its own for Prometheus' /metrics, such as 127.0.0.1:9464; it asks nobody who they are. Without it there are no metrics."`
	TLSCert  string   `name:"tls-cert" env:"STOREHAND_TLS_CERT" placeholder:"FILE" help:"Certificate chain; without it TLS is a proxy's work."`
	TLSKey   string   `name:"tls-key" env:"STOREHAND_TLS_KEY" placeholder:"FILE" help:"The certificate's key."`
	Proxy    []string `env:"STOREHAND_PROXY" placeholder:"NET" help:"Addresses of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, such as 10.0.0.0/8."`
	Varnish  bool     `env:"STOREHAND_VARNISH" help:"A Varnish with deploy/varnish/default.vcl stands in front: tell it what it may keep."`
	SMTP     string   `env:"STOREHAND_SMTP" placeholder:"URL" help:"Where mail is sent: smtp://account@host:587."`
	SMTPPass string   `name:"smtp-password-file" env:"STOREHAND_SMTP_PASSWORD_FILE" placeholder:"FILE" help:"File with the mail account's password."`
	MailDir  string   `name:"mail-dir" env:"STOREHAND_MAIL_DIR" default:"mail" placeholder:"DIR" help:"Without --smtp, folder that mail is written to."`
	AuditKey string   `name:"audit-key-file" env:"STOREHAND_AUDIT_KEY_FILE" placeholder:"FILE" help:"Key that signs checkpoints of the action log, made by storehand audit key; keep it away from the database."`
	Sink     string   `name:"audit-sink" env:"STOREHAND_AUDIT_SINK" placeholder:"FILE" help:"File that is told each checkpoint, best on another machine's disk."`
	Secrets  string   `name:"secret-key-file" env:"STOREHAND_SECRET_KEY_FILE" placeholder:"FILE" help:"Keys that seal secrets in the database, made by storehand staff key; without it Admin users cannot add authenticator apps."`
	Syslog   string   `name:"audit-syslog" env:"STOREHAND_AUDIT_SYSLOG" placeholder:"URL" help:"Syslog that is told each checkpoint: tls://HOST:PORT, tcp://HOST:PORT, udp://HOST:PORT or unix:///dev/log."`
	SyslogCA string   `name:"audit-syslog-ca" env:"STOREHAND_AUDIT_SYSLOG_CA" placeholder:"FILE" help:"Certificates of whom to trust with tls://, in place of the system's authorities."`
	LogCert  string   `name:"audit-syslog-cert" env:"STOREHAND_AUDIT_SYSLOG_CERT" placeholder:"FILE" help:"Certificate to show to a syslog with tls:// that asks for one."`
	LogKey   string   `name:"audit-syslog-key" env:"STOREHAND_AUDIT_SYSLOG_KEY" placeholder:"FILE" help:"That certificate's key."`
	Witness  string   `name:"audit-witness" env:"STOREHAND_AUDIT_WITNESS" placeholder:"URL" help:"Witness that is told each checkpoint, as storehand audit witness is one."`
	Archives string   `name:"audit-archive-dir" env:"STOREHAND_AUDIT_ARCHIVE_DIR" placeholder:"DIR" help:"Folder that old entries of the action log are archived to."`
	Hooks    string   `name:"webhook-secret-file" env:"STOREHAND_WEBHOOK_SECRET_FILE" placeholder:"FILE" help:"Secret that signs webhooks of alerts: whsec_ and 32 random bytes in base64."`
	HooksIn  bool     `name:"webhook-private" env:"STOREHAND_WEBHOOK_PRIVATE" help:"Let webhooks go to addresses that are not on the public internet."`
	LogText  bool     `name:"log-text" help:"Log for people instead of JSON lines."`
}

func (s *serveCmd) Run(c *console) error {
	opts, err := s.options(c)
	if err != nil {
		return err
	}
	l, err := s.listen()
	if err != nil {
		return err
	}
	defer l.Close()
	a, err := app.Open(c.ctx, opts)
	if err != nil {
		return err
	}
	defer a.Close()
	if err := a.Ready(c.ctx); err != nil {
		return err
	}
	shops, err := a.Addresses(c.ctx)
	if err != nil {
		return err
	}
	if err := s.advise(c, a, shops); err != nil {
		return err
	}
	stop, err := serveMetrics(c, a, s.Metrics)
	if err != nil {
		return err
	}
	defer stop()
	opts.Log.Info("serving", "address", l.Addr().String(), "admin", a.AdminURL, "storefronts", shops)
	return a.Serve(c.ctx, l)
}

// advise says what keeps a shop that can be served from being of use.
func (s *serveCmd) advise(c *console, a *app.App, shops []string) error {
	if any, err := a.Staff.Any(c.ctx); err != nil {
		return err
	} else if !any {
		c.printf("There is no Admin user yet. Create the first one:\n  storehand staff create --db %s --username NAME --email ADDRESS --role Administrators\n", withoutPassword(s.DB))
	}
	for _, address := range append([]string{a.AdminURL}, shops...) {
		switch secure := strings.HasPrefix(address, "https://"); {
		case secure && s.TLSCert == "" && len(s.Proxy) == 0:
			a.Log.Warn("nothing answers https here: give --tls-cert and --tls-key, or name the proxy in front with --proxy", "address", address)
		case !secure && s.TLSCert != "":
			a.Log.Warn("this address begins with http, but only https is answered: change it", "address", address)
		}
	}
	if s.SMTP == "" {
		a.Log.Warn("no letter reaches anybody: they are written to a folder, because there is no --smtp", "folder", s.MailDir)
	}
	if n, err := a.Factors.Unreadable(c.ctx); err != nil {
		return err
	} else if n > 0 {
		a.Log.Error("authenticator apps of Admin users cannot be used: give --secret-key-file with the keys they were added with, on every node the same", "apps", n)
	}
	return nil
}

func (s *serveCmd) options(c *console) (app.Options, error) {
	dsn, err := address(s.DB, s.DBSecret)
	if err != nil {
		return app.Options{}, err
	}
	smtp, err := address(s.SMTP, s.SMTPPass)
	if err != nil {
		return app.Options{}, err
	}
	o := app.Options{DSN: dsn, AdminURL: s.AdminURL, SMTP: smtp, MailFolder: s.MailDir, Log: c.logger(!s.LogText, slog.LevelInfo), Varnish: s.Varnish}
	o.AuditSink = s.Sink
	o.Webhooks.AllowPrivate = s.HooksIn
	if s.Hooks != "" {
		if o.Webhooks.Secret, err = secretFrom(s.Hooks); err != nil {
			return o, err
		}
	}
	if s.Secrets != "" {
		if o.SecretKeys, err = keyFile(s.Secrets); err != nil {
			return o, err
		}
	}
	o.AuditSyslog, o.AuditWitness, o.AuditArchive = s.Syslog, s.Witness, s.Archives
	if o.AuditSyslogTLS, err = s.syslogTLS(); err != nil {
		return o, err
	}
	if o.AuditKey, err = auditKey(s.AuditKey, flag{"--audit-sink", s.Sink}, flag{"--audit-syslog", s.Syslog}, flag{"--audit-witness", s.Witness}, flag{"--audit-archive-dir", s.Archives}); err != nil {
		return o, err
	}
	for _, p := range s.Proxy {
		prefix, err := netip.ParsePrefix(p)
		if err != nil {
			if a, e := netip.ParseAddr(p); e == nil {
				prefix, err = a.Prefix(a.BitLen())
			}
		}
		if err != nil {
			return o, fmt.Errorf("--proxy %q: want an address or a network such as 10.0.0.0/8", p)
		}
		o.Proxies = append(o.Proxies, prefix)
	}
	return o, nil
}

// syslogTLS are the files for a syslog over TLS.
func (s *serveCmd) syslogTLS() (seal.SyslogTLS, error) {
	if (s.LogCert == "") != (s.LogKey == "") {
		return seal.SyslogTLS{}, errors.New("--audit-syslog-cert and --audit-syslog-key go together")
	}
	if s.Syslog == "" && s.SyslogCA+s.LogCert != "" {
		return seal.SyslogTLS{}, errors.New("--audit-syslog-ca and --audit-syslog-cert need --audit-syslog tls://HOST:PORT")
	}
	return seal.SyslogTLS{CA: s.SyslogCA, Cert: s.LogCert, Key: s.LogKey}, nil
}

func (s *serveCmd) listen() (net.Listener, error) {
	if (s.TLSCert == "") != (s.TLSKey == "") {
		return nil, errors.New("--tls-cert and --tls-key go together")
	}
	l, err := app.Listen(s.Listen)
	if err != nil || s.TLSCert == "" {
		return l, err
	}
	cert, err := tls.LoadX509KeyPair(s.TLSCert, s.TLSKey)
	if err != nil {
		l.Close()
		return nil, fmt.Errorf("--tls-cert and --tls-key: %w", err)
	}
	return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}), nil
}

// serveMetrics answers Prometheus at an address of its own, if one is given.
func serveMetrics(c *console, a *app.App, address string) (stop func(), err error) {
	if address == "" {
		return func() {}, nil
	}
	l, err := app.ListenFor("--metrics-listen", address)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(c.ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := a.ServeMetrics(ctx, l); err != nil {
			a.Log.Error("metrics stopped", "error", err)
		}
	}()
	a.Log.Info("metrics", "address", "http://"+l.Addr().String()+"/metrics")
	return func() { cancel(); <-done }, nil
}
