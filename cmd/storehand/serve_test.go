package main

import (
	"strings"
	"testing"
)

func TestServeSaysWhichFlagsGoTogether(t *testing.T) {
	for flags, says := range map[string]string{
		"--audit-syslog tls://log.example:6514":                             "--audit-syslog needs --audit-key-file",
		"--audit-syslog tls://log.example:6514 --audit-syslog-cert own.pem": "--audit-syslog-cert and --audit-syslog-key go together",
		"--audit-syslog tls://log.example:6514 --audit-syslog-key own.key":  "--audit-syslog-cert and --audit-syslog-key go together",
		"--audit-syslog-ca ca.pem":                                          "--audit-syslog-ca and --audit-syslog-cert need --audit-syslog tls://HOST:PORT",
		"--audit-sink checkpoints.jsonl":                                    "--audit-sink needs --audit-key-file",
		"--audit-witness https://witness.example":                           "--audit-witness needs --audit-key-file",
		"--audit-archive-dir /var/archive":                                  "--audit-archive-dir needs --audit-key-file",
		"--tls-cert own.pem":                                                "--tls-cert and --tls-key go together",
	} {
		args := append([]string{"serve", "--db", "sqlite:" + t.TempDir() + "/x.db", "--admin-url", "https://admin.shop.example", "--listen", "127.0.0.1:0"}, strings.Fields(flags)...)
		if status, out, errOut := command(t, "", args...); status == 0 || !strings.Contains(errOut, says) {
			t.Errorf("%s: %d %s%s, want %q", flags, status, out, errOut, says)
		}
	}
}
