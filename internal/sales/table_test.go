package sales

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the tables of docs/orders.md")

const ordersDoc = "../../docs/orders.md"

// tables are the tables of state.go, for people.
func tables() string {
	var b strings.Builder
	b.WriteString("### States and their statuses\n\n| State | Statuses, the default first |\n|---|---|\n")
	for _, s := range states {
		var labels []string
		for _, st := range s.Statuses {
			labels = append(labels, fmt.Sprintf("%s (`%s`)", st.Label, st.Code))
		}
		fmt.Fprintf(&b, "| `%s` | %s |\n", s.State, strings.Join(labels, ", "))
	}
	b.WriteString("\n### What leads where\n\n| From | Event | To |\n|---|---|---|\n")
	for _, t := range transitions {
		fmt.Fprintf(&b, "| %s | %s | %s |\n", names(t.From), t.Event, names(t.To))
	}
	b.WriteString("\n### Which deed is possible when\n\n| Deed |")
	for _, s := range states {
		fmt.Fprintf(&b, " %s |", s.State)
	}
	b.WriteString(" If |\n|---|" + strings.Repeat(":-:|", len(states)) + "---|\n")
	for _, d := range deeds {
		fmt.Fprintf(&b, "| `%s` |", d.Deed)
		for _, s := range states {
			mark := ""
			if strings.Contains(names(d.States), "`"+string(s.State)+"`") {
				mark = "x"
			}
			fmt.Fprintf(&b, " %s |", mark)
		}
		fmt.Fprintf(&b, " %s |\n", d.Label)
	}
	return b.String()
}

func names(states []State) string {
	all := make([]string, len(states))
	for n, s := range states {
		all[n] = "`" + string(s) + "`"
	}
	return strings.Join(all, ", ")
}

func TestTheTablesOfStatesInTheDocumentationAreTheCodes(t *testing.T) {
	const from, to = "<!-- tables: written by make orders -->\n", "<!-- end of tables -->"
	raw, err := os.ReadFile(ordersDoc)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(raw), from)
	_, after, ok2 := strings.Cut(rest, to)
	if !ok || !ok2 {
		t.Fatal("docs/orders.md has no place for the tables")
	}
	now := before + from + "\n" + tables() + "\n" + to + after
	if *update {
		if err := os.WriteFile(ordersDoc, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	} else if now != string(raw) {
		t.Error("the tables of docs/orders.md are not those of state.go: make orders")
	}
}

func TestEveryStateHasAStatusAndEveryDeedAState(t *testing.T) {
	for _, s := range States() {
		if len(Statuses(s)) == 0 || StatusLabel(DefaultStatus(s)) == DefaultStatus(s) {
			t.Errorf("%s has no status that people can read", s)
		}
	}
	for _, d := range deeds {
		if len(d.States) == 0 {
			t.Errorf("%s is never possible", d.Deed)
		}
	}
}
