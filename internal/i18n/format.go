package i18n

import (
	"strconv"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/money"
)

// format is how a locale writes numbers, money and dates, after CLDR. Money is
// our own table because x/text puts the symbol in front in every language.
type format struct {
	group, decimal string
	minus          string
	digits         []rune // nil for 0 to 9
	money          string // 0 stands for the number, ¤ for the symbol
	symbols        map[string]string
	date, time     string // patterns of expand
	join           string // between date and time
	months         []string
	halves         [2]string // before and after noon
}

const (
	nbsp  = "\u00a0"
	nnbsp = "\u202f"
	rlm   = "\u200f"
	lrm   = "\u200e"
)

// Number is a whole number with its groups: 1,234.
func (l *Locale) Number(n int64) string {
	digits := strconv.FormatInt(n, 10)
	sign := ""
	if n < 0 {
		sign, digits = l.format.minus, digits[1:]
	}
	return sign + l.format.figures(digits, "")
}

// Money is an amount as people of the locale read it: $1,234.50, 1.234,50 €.
func (l *Locale) Money(a money.Amount) string {
	plain, negative := strings.CutPrefix(a.String(), "-")
	whole, fraction, _ := strings.Cut(plain, ".")
	number := l.format.figures(whole, fraction)
	symbol, ok := l.format.symbols[a.Currency]
	if !ok {
		symbol = a.Currency
	}
	pattern := l.format.money
	if strings.HasPrefix(pattern, "¤0") && endsInLetter(symbol) {
		pattern = "¤" + nbsp + "0" // CHF 12.00, but $12.00
	}
	text := strings.Replace(pattern, "0", number, 1)
	text = strings.TrimSpace(strings.Replace(text, "¤", symbol, 1))
	if negative {
		return l.format.minus + text
	}
	return text
}

func endsInLetter(symbol string) bool {
	if symbol == "" {
		return false
	}
	last := symbol[len(symbol)-1] | 0x20
	return last >= 'a' && last <= 'z'
}

// figures groups the whole part by three and adds the decimals.
func (f format) figures(whole, fraction string) string {
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(f.group)
		}
		b.WriteRune(c)
	}
	if fraction != "" {
		b.WriteString(f.decimal + fraction)
	}
	return f.localDigits(b.String())
}

func (f format) localDigits(text string) string {
	if f.digits == nil {
		return text
	}
	return strings.Map(func(c rune) rune {
		if c >= '0' && c <= '9' {
			return f.digits[c-'0']
		}
		return c
	}, text)
}

// Date is a day of medium length: Jan 2, 2026.
func (l *Locale) Date(t time.Time) string { return l.format.expand(l.format.date, t.In(l.zone)) }

// Clock is a time of day: 3:04 PM.
func (l *Locale) Clock(t time.Time) string { return l.format.expand(l.format.time, t.In(l.zone)) }

// DateTime is a day and a time of day, with the zone it is in: whoever reads it
// may live in another one.
func (l *Locale) DateTime(t time.Time) string {
	return l.Date(t) + l.format.join + l.Clock(t) + "\u00a0" + t.In(l.zone).Format("MST")
}

// expand writes a time by a pattern whose letters mean what they mean in CLDR:
// y, M, MM, MMM, d, dd, H, HH, h, mm, a. Everything else stands for itself, as do
// letters between apostrophes.
func (f format) expand(pattern string, t time.Time) string {
	var b strings.Builder
	for i := 0; i < len(pattern); {
		if pattern[i] == '\'' {
			literal, _, _ := strings.Cut(pattern[i+1:], "'")
			b.WriteString(literal)
			i += len(literal) + 2
			continue
		}
		run := 1
		for i+run < len(pattern) && pattern[i+run] == pattern[i] {
			run++
		}
		if text, ok := f.field(pattern[i], run, t); ok {
			b.WriteString(text)
		} else {
			b.WriteString(pattern[i : i+run])
		}
		i += run
	}
	return f.localDigits(b.String())
}

func (f format) field(letter byte, width int, t time.Time) (string, bool) {
	switch letter {
	case 'y':
		return strconv.Itoa(t.Year()), true
	case 'M':
		if width == 3 {
			return f.months[t.Month()-1], true
		}
		return padded(int(t.Month()), width), true
	case 'd':
		return padded(t.Day(), width), true
	case 'H':
		return padded(t.Hour(), width), true
	case 'h':
		return padded((t.Hour()+11)%12+1, width), true
	case 'm':
		return padded(t.Minute(), width), true
	case 'a':
		return f.halves[t.Hour()/12], true
	}
	return "", false
}

func padded(n, width int) string {
	text := strconv.Itoa(n)
	return strings.Repeat("0", max(0, width-len(text))) + text
}

// Ago says how long before now a moment was: "just now", "5 minutes ago"; from
// thirty days on it is the date.
func (l *Locale) Ago(t, now time.Time) string {
	past := now.Sub(t)
	switch {
	case past < time.Minute:
		return l.T("time.just_now")
	case past < time.Hour:
		return l.N("time.minutes_ago", int(past/time.Minute))
	case past < 24*time.Hour:
		return l.N("time.hours_ago", int(past/time.Hour))
	case past < 30*24*time.Hour:
		return l.N("time.days_ago", int(past/(24*time.Hour)))
	}
	return l.Date(t)
}

// Span is a length of time in its largest whole unit: "12 minutes", "2 hours".
func (l *Locale) Span(d time.Duration) string {
	switch {
	case d < time.Minute:
		return l.N("time.seconds", int(max(d, 0)/time.Second))
	case d < time.Hour:
		return l.N("time.minutes", int(d/time.Minute))
	case d < 48*time.Hour:
		return l.N("time.hours", int(d/time.Hour))
	}
	return l.N("time.days", int(d/(24*time.Hour)))
}
