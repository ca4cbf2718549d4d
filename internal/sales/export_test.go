package sales

import "slices"

// Settled is the state that an order's quantities ask for.
func Settled(o Full) State { return settled(o.Order, o.Items) }

// Leads reports whether the table of states knows a way.
func Leads(from State, e Event, to State) bool {
	return slices.ContainsFunc(transitions, func(t transition) bool {
		return t.Event == e && slices.Contains(t.From, from) && slices.Contains(t.To, to)
	})
}

// SortFew sets how many matches are sorted rather than walked to, and returns
// what sets it back.
func SortFew(n int) func() {
	before := sortCap
	sortCap = n
	return func() { sortCap = before }
}
