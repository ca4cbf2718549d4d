package ui

import (
	"strings"
	"testing"
)

func TestOptionsAreEscapedAndTheChosenOneIsSelectedWhetherReadyOrNot(t *testing.T) {
	options := []Option{{Label: "Choose"}, {Value: `a"b`, Label: "A & <B>"}, {Value: "c", Label: "C", Hint: "old", Disabled: true}}
	want := `<option value="">Choose</option><option value="a&#34;b" selected>A &amp; &lt;B&gt;</option><option value="c" disabled>C – old</option>`
	draw := func(f Field) string {
		var b strings.Builder
		if err := optionList(f, options).Render(t.Context(), &b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	if got := draw(Field{Value: `a"b`}); got != want {
		t.Error(got)
	}
	options = Ready(options)
	if got := draw(Field{Values: []string{"x", `a"b`}}); got != want {
		t.Error(got)
	}
	if got := draw(Field{Value: "c"}); !strings.Contains(got, `<option value="c" selected disabled>`) || strings.Count(got, "selected") != 1 {
		t.Error(got)
	}
}
