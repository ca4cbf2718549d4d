package ui

import "strconv"

// Chart is a row of columns, drawn by the server: each column is stacked of one
// value for each series. Words stand beside the drawing, not in it, so that they
// keep their size on a phone. What it says is in a table too: see Chart.Table.
type Chart struct {
	ID      string // of its title
	Summary string // what it says in a sentence, read out
	Series  []Series
	Columns []ChartColumn
	Top     string // in words, what the upper line stands for
	Max     int64  // and as a number
}

// Series is one colour of a chart. Tone is a number from 1 to 6.
type Series struct {
	Label string
	Tone  int
}

// ChartColumn is one column; Values answer to the series one by one.
type ChartColumn struct {
	Label  string // what it is of
	Note   string // what it says, read out and shown on hovering
	Values []int64
}

// The drawing is as wide as its columns; it is stretched to its place.
const (
	chartStep   = 10
	chartGap    = 2
	chartHeight = 100
)

type chartBar struct{ X, Y, Width, Height, Class string }

func (c Chart) width() string { return strconv.Itoa(max(len(c.Columns), 1) * chartStep) }

// bars are the rectangles of a column, from the bottom up.
func (c Chart) bars(n int) []chartBar {
	var bars []chartBar
	top := max(c.Max, 1)
	y := float64(chartHeight)
	for i, v := range c.Columns[n].Values {
		if v <= 0 {
			continue
		}
		h := float64(v) * chartHeight / float64(top)
		y -= h
		bars = append(bars, chartBar{
			X: strconv.Itoa(n*chartStep + chartGap/2), Width: strconv.Itoa(chartStep - chartGap),
			Y: decimal(y), Height: decimal(h), Class: c.Series[i].class(),
		})
	}
	return bars
}

func decimal(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

func (s Series) class() string { return "chart-s" + strconv.Itoa(s.Tone) }

// ends are the labels under the first, the middle and the last column.
func (c Chart) ends() []string {
	n := len(c.Columns)
	if n < 3 {
		return nil
	}
	return []string{c.Columns[0].Label, c.Columns[n/2].Label, c.Columns[n-1].Label}
}

// RoundUp is the next number with one digit and zeros: a line that people can read.
func RoundUp(n int64) int64 {
	unit := int64(1)
	for n/unit >= 10 {
		unit *= 10
	}
	return max((n+unit-1)/unit*unit, 1)
}

// share is how long a bar of a list is, of a hundred.
func share(n, of int64) string { return decimal(float64(n) * 100 / float64(max(of, 1))) }
