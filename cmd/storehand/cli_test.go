package main

import (
	"slices"
	"strings"
	"testing"
)

// tried is a command with one flag of each kind.
type tried struct {
	Do struct {
		shared
		File  string   `arg:"" help:"The file."`
		Plain string   `required:"" placeholder:"TEXT" help:"A text."`
		Many  int      `name:"how-many" default:"3" env:"TRIED_MANY" help:"A number."`
		On    bool     `env:"TRIED_ON" help:"A switch."`
		List  []string `help:"Several."`
		Whole []string `sep:"none" help:"Several with commas."`
		done
	} `cmd:"" help:"Do it."`
}

type shared struct {
	Common string `help:"Of every command."`
}

type done struct{}

func (done) Run(*console) error { return nil }

func TestFlagsComeFromArgumentsThenTheEnvironmentThenTheDeclaration(t *testing.T) {
	for _, c := range []struct {
		args, env string
		fails     string
		check     func(x tried) bool
	}{
		{args: "do f --plain a", check: func(x tried) bool { return x.Do.File == "f" && x.Do.Plain == "a" && x.Do.Many == 3 && !x.Do.On }},
		{args: "do --plain=a=b f --on", check: func(x tried) bool { return x.Do.Plain == "a=b" && x.Do.On }},
		{args: "do f --plain= --on=false --how-many 7", check: func(x tried) bool { return x.Do.Plain == "" && !x.Do.On && x.Do.Many == 7 }},
		{args: "do f --plain a --list x,y --list z --whole 1,2 --whole 3 --common c", check: func(x tried) bool {
			return slices.Equal(x.Do.List, []string{"x", "y", "z"}) && slices.Equal(x.Do.Whole, []string{"1,2", "3"}) && x.Do.Common == "c"
		}},
		{args: "do f --plain a", env: "9", check: func(x tried) bool { return x.Do.Many == 9 }},
		{args: "do f --plain a --how-many 1", env: "9", check: func(x tried) bool { return x.Do.Many == 1 }},
		{args: "do --plain a -- --f", check: func(x tried) bool { return x.Do.File == "--f" }},
		{args: "do --plain a -", check: func(x tried) bool { return x.Do.File == "-" }},
		{args: "do f --plain a", env: "many", fails: `TRIED_MANY="many" is not a number`},
		{args: "do f", fails: "missing flags: --plain=TEXT"},
		{args: "do --plain a", fails: "expected <file>"},
		{args: "do f g --plain a", fails: "unexpected argument g"},
		{args: "do f --plain", fails: "--plain: a value is missing"},
		{args: "do f --plain --on", fails: "--plain: a value is missing"},
		{args: "do f --plain a --on=perhaps", fails: `--on: "perhaps": want true or false`},
		{args: "do f --plian a", fails: "unknown flag --plian"},
		{args: "do f -p", fails: "unknown flag -p"},
		{args: "", fails: `expected one of "do"`},
		{args: "undo", fails: "unexpected argument undo"},
		{args: "do --help", fails: "help"},
	} {
		t.Run(c.args+c.env, func(t *testing.T) {
			t.Setenv("TRIED_MANY", c.env)
			var x tried
			_, err := commands("tried", "", &x).parse(strings.Fields(c.args))
			if c.fails != "" {
				if err == nil || err.Error() != c.fails {
					t.Errorf("%v, want %q", err, c.fails)
				}
				return
			}
			if err != nil || !c.check(x) {
				t.Errorf("%v: %+v", err, x.Do)
			}
		})
	}
}

func TestHelpNamesEveryCommandFlagAndVariable(t *testing.T) {
	status, out, _ := command(t, "")
	if status != 0 {
		t.Fatal(out)
	}
	for _, leaf := range []string{"demo", "serve --db=ADDRESS --admin-url=URL", "staff create --db=ADDRESS", "import customers --db=ADDRESS <file>", "audit verify", "version"} {
		if !strings.Contains(out, "\n  "+leaf) {
			t.Errorf("no %q in\n%s", leaf, out)
		}
	}
	if _, out, _ = command(t, "", "import", "customers", "-h"); !strings.Contains(out, "<file>") || !strings.Contains(out, "($STOREHAND_DB)") {
		t.Error(out)
	}
	for line := range strings.SplitSeq(out, "\n") {
		if len(line) > helpWidth && strings.Count(line, " ") > 4 {
			t.Errorf("a line of %d: %s", len(line), line)
		}
	}
	if status, _, out := command(t, "", "serve", "--listem", "x"); status != 2 || !strings.Contains(out, "Run storehand serve --help") {
		t.Errorf("%d %s", status, out)
	}
}
