package main

import "strconv"

// What scenarios are measured with.
var (
	viewsOff = map[string]string{"assist.log_page_views": "0"}
	viewsOn  = map[string]string{"assist.log_page_views": "1"}
	untold   = map[string]string{"assist.notify": "never"}
	told     = map[string]string{"assist.notify": "after"}
)

// handOffJobs are the bare and the whole hand-off, in turn.
func (l *lab) handOffJobs(suffix string) (jobs []job) {
	for _, n := range []int{1, 4, 32} {
		jobs = append(jobs,
			job{name: "S1 floor" + suffix, workers: n, floor: true, start: l.onFloor(bareHandOff)},
			job{name: "S1" + suffix, workers: n, settings: untold, start: l.home.handOffs(l.shop, false)})
	}
	return jobs
}

func (l *lab) onFloor(make func(*wire) iteration) func(i int) (iteration, error) {
	return func(int) (iteration, error) {
		w, err := dial(l.floor.Addr)
		if err != nil {
			return nil, err
		}
		return make(w), nil
	}
}

// first are the scenarios that are measured once.
func (l *lab) first() []job {
	jobs := l.handOffJobs("")
	for _, n := range []int{1, 4} {
		jobs = append(jobs, job{name: "S1+", workers: n, settings: untold, start: l.home.handOffs(l.shop, true)})
	}
	jobs = append(jobs, job{name: "S1 letter", workers: 4, settings: told, start: l.home.handOffs(l.shop, false)})
	jobs = append(jobs, l.changes()...)
	jobs = append(jobs, l.pagesOfAStay("S2a", "/account", "@example.com", 0)...)
	jobs = append(jobs, l.pagesOfAStay("S2b", "/cart", "Bench product 3", 4)...)
	jobs = append(jobs, l.cached()...)
	jobs = append(jobs, l.pagesOfAStay("S5 category", "/c/bench", "Bench product 3", 0)...)
	jobs = append(jobs, l.pagesOfAStay("S5 product", "/p/bench-7", "Bench product 7", 0)...)
	return append(jobs, l.orderPages()...)
}

// changes are S3 and the commit of one row.
func (l *lab) changes() (jobs []job) {
	for _, n := range []int{1, 4, 32} {
		jobs = append(jobs,
			job{name: "one commit", workers: n, floor: true, start: l.onFloor(func(w *wire) iteration {
				request := post("floor", "/commit", "", "", "")
				return func() (int, error) {
					a, err := w.do(request)
					if err == nil {
						err = a.want(303, "/done")
					}
					return 0, err
				}
			})},
			job{name: "S3", workers: n, counted: true, start: l.home.addToCart(l.shop)})
	}
	return jobs
}

// pagesOfAStay are a page as the customer sees it, as an agent sees it without
// and with Log page views, and a static page as large.
func (l *lab) pagesOfAStay(name, path, text string, lines int) []job {
	const n = 4
	return []job{
		{name: name + " off", workers: n, settings: viewsOff, start: l.home.stayPage(l.shop, path, text, lines)}, // fills the cart of both
		{name: name + " own", workers: n, start: l.home.ownPage(l.shop, path, text)},
		l.static(name+" off", n),
		{name: name + " on", workers: n, settings: viewsOn, counted: true, start: l.home.stayPage(l.shop, path, text, lines)},
	}
}

// cached are S4, from the page cache.
func (l *lab) cached() (jobs []job) {
	for _, n := range []int{4, 32} {
		jobs = append(jobs,
			job{name: "S4 category", workers: n, start: l.home.guestPage(l.shop, "/c/bench", "Bench product 3")}, l.static("S4 category", n),
			job{name: "S4 product", workers: n, start: l.home.guestPage(l.shop, "/p/bench-7", "Bench product 7")}, l.static("S4 product", n))
	}
	return jobs
}

// static is a page from net/http and memory, as large as a scenario's was.
func (l *lab) static(of string, workers int) job {
	return job{name: of + " static", workers: workers, floor: true, start: l.onFloor(func(w *wire) iteration {
		size := 0
		if r, ok := l.found.get(of, workers); ok {
			size = r.Size
		}
		return page(w, get("floor", "/page?"+strconv.Itoa(size), ""), "page")
	})}
}

// growing are the scenarios that depend on how much there is.
func (l *lab) growing(n int64) []job {
	at := " " + size(n)
	jobs := []job{
		{name: "S6 e-mail" + at, workers: 1, start: l.home.search(l.shop, n, byEmail)},
		{name: "S6 name" + at, workers: 1, start: l.home.search(l.shop, n, byName)},
	}
	jobs = append(jobs, l.orderSearches(n)...)
	if l.home.rows > 0 {
		jobs = append(jobs, job{name: "S8" + at, workers: 1, start: l.home.report(l.shop)})
	}
	return jobs
}

func size(n int64) string {
	if n >= 1_000_000 && n%1_000_000 == 0 {
		return strconv.FormatInt(n/1_000_000, 10) + " M"
	}
	return strconv.FormatInt(n/1000, 10) + " k"
}
