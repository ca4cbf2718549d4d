package amend

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func line(product, before, after int64) Edit {
	e := Edit{Kind: Line, Key: product}
	if before > 0 {
		e.Before, _ = json.Marshal(LineValue{Qty: before})
	}
	if after > 0 {
		e.After, _ = json.Marshal(LineValue{Qty: after})
	}
	return e
}

func holding(lines ...Edit) state {
	s := state{}
	apply(s, lines)
	return s
}

func TestWhatCanBeUndoneIsWhatNothingHasChangedSince(t *testing.T) {
	// Newest first: 3 set product 1 from 2 to 5, 2 took product 2 out, 1 put product 1 in.
	changes := []Change{
		{ID: 3, Edits: []Edit{line(1, 2, 5)}}, {ID: 2, Edits: []Edit{line(2, 4, 0)}}, {ID: 1, Edits: []Edit{line(1, 0, 2)}},
	}
	for name, test := range map[string]struct {
		now      state
		undone   int64
		alone    map[int64]Verdict
		together []int64
	}{
		"as it was left":          {holding(line(1, 0, 5)), 0, map[int64]Verdict{3: CanUndo, 2: CanUndo, 1: LaterFirst}, []int64{3, 2, 1}},
		"the customer changed it": {holding(line(1, 0, 7)), 0, map[int64]Verdict{3: ChangedNow, 2: CanUndo, 1: LaterFirst}, []int64{2}},
		"the customer put it back": {holding(line(1, 0, 5), line(2, 0, 4)), 0,
			map[int64]Verdict{3: CanUndo, 2: ChangedNow, 1: LaterFirst}, []int64{3, 1}},
		"the last is undone": {holding(line(1, 0, 2)), 3, map[int64]Verdict{3: Undone, 2: CanUndo, 1: CanUndo}, []int64{2, 1}},
		"an empty cart":      {holding(), 0, map[int64]Verdict{3: ChangedNow, 2: CanUndo, 1: LaterFirst}, []int64{2}},
	} {
		list := slices.Clone(changes)
		for i := range list {
			if list[i].ID == test.undone {
				list[i].UndoneAt = time.Unix(1, 0)
			}
		}
		alone, together := judgeUndo(test.now, list)
		for id, want := range test.alone {
			if alone[id] != want {
				t.Errorf("%s: change %d is %q, want %q", name, id, alone[id], want)
			}
		}
		if !slices.Equal(together, test.together) {
			t.Errorf("%s: together %v, want %v", name, together, test.together)
		}
	}
}

func TestAProposalStandsWhileWhatItStartsFromDoes(t *testing.T) {
	at := time.Unix(1000, 0)
	p := Proposal{State: Sent, ExpiresAt: at.Add(time.Hour), Edits: []Edit{line(1, 2, 5), {Kind: Address, Key: 0, After: json.RawMessage(`{}`)}}}
	for name, test := range map[string]struct {
		state State
		now   state
		later time.Duration
		want  State
	}{
		"untouched":                   {Sent, holding(line(1, 0, 2)), 0, Sent},
		"something else came":         {Sent, holding(line(1, 0, 2), line(9, 0, 1)), 0, Sent},
		"changed meanwhile":           {Sent, holding(line(1, 0, 3)), 0, Outdated},
		"gone meanwhile":              {Sent, holding(), 0, Outdated},
		"too late":                    {Sent, holding(line(1, 0, 2)), time.Hour, Expired},
		"accepted, whatever came":     {Accepted, holding(), 2 * time.Hour, Accepted},
		"declined stays declined":     {Declined, holding(), 0, Declined},
		"withdrawn, long ago":         {Withdrawn, holding(line(1, 0, 2)), 2 * time.Hour, Withdrawn},
		"late and changed is expired": {Sent, holding(), 2 * time.Hour, Expired},
	} {
		p.State = test.state
		if got, _ := standing(p, test.now, at.Add(test.later)); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

// states draws what a cart might hold.
func states(t *rapid.T, name string) state {
	s := state{}
	for range rapid.IntRange(0, 6).Draw(t, name) {
		apply(s, []Edit{line(rapid.Int64Range(1, 5).Draw(t, "product"), 0, rapid.Int64Range(1, 9).Draw(t, "qty"))})
	}
	return s
}

func TestADifferenceLeadsThereAndBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		before, after := states(t, "before"), states(t, "after")
		edits := diff(before, after, nil)
		there := maps.Clone(before)
		if len(conflicts(there, edits)) > 0 {
			t.Fatal("the edits do not start from where they come from")
		}
		apply(there, edits)
		if !maps.Equal(there, after) {
			t.Fatalf("there: %v, want %v", there, after)
		}
		apply(there, back(edits))
		if !maps.Equal(there, before) {
			t.Fatalf("back: %v, want %v", there, before)
		}
	})
}

func TestAllThatIsUndoneTogetherLeadsBackToTheBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		begin := states(t, "begin")
		now := maps.Clone(begin)
		var changes []Change
		for id := range rapid.Int64Range(1, 8).Draw(t, "changes") {
			next := states(t, "next")
			changes = append([]Change{{ID: id + 1, Edits: diff(now, next, nil)}}, changes...)
			now = next
		}
		alone, together := judgeUndo(now, changes)
		if len(together) != len(changes) {
			t.Fatalf("of %d changes %v can be undone, %v", len(changes), together, alone)
		}
		for _, c := range changes {
			apply(now, back(c.Edits))
		}
		if !maps.Equal(now, begin) {
			t.Fatalf("%v, want %v", now, begin)
		}
	})
}
