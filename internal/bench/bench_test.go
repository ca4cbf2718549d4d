package main

import (
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/sqldb"
)

// TestMain lets the servers that a measurement starts be this program.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == "shop" || os.Args[1] == "floor") {
		if err := run(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func TestEveryScenarioOfTheTableIsAnsweredAsItShould(t *testing.T) {
	o := options{rows: []int64{10_000}, rounds: 1, length: 30 * time.Millisecond, dir: t.TempDir(), only: "S1,S2,S3,S4,S5,S6,S7,S8,one,order"}
	found, err := measure(t.Context(), o, sqldb.SQLite)
	if err == nil {
		err = found.failed()
	}
	if err != nil || len(found.runs) < 30 {
		t.Errorf("%d scenarios, %v", len(found.runs), err)
	}
}
