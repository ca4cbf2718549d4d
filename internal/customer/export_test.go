package customer

// SetSortCap makes lists walk earlier, until the returned function is called.
func SetSortCap(n int) (restore func()) {
	before := sortCap
	sortCap = n
	return func() { sortCap = before }
}
