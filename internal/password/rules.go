package password

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The shortest passwords; there is no other rule of composition.
const (
	MinStaff    = 15
	MinCustomer = 8
	max         = 256
)

// Check returns what is wrong with a new password as a sentence for people, ""
// when nothing is. names are texts of the account itself (user name, e-mail,
// names), which must not be the whole password.
func Check(password string, min int, names ...string) string {
	text := norm.NFC.String(password)
	switch n := utf8.RuneCountInString(text); {
	case !utf8.ValidString(password):
		return "The password has characters that cannot be read."
	case n < min:
		return fmt.Sprintf("The password needs at least %d characters.", min)
	case n > max:
		return fmt.Sprintf("The password may have at most %d characters.", max)
	case isCommon(text):
		return "This password is easy to guess. Please choose another one."
	}
	for _, name := range names {
		if builtFrom(text, name) {
			return "This password is made of the account's own data. Please choose another one."
		}
	}
	return ""
}

//go:embed common.txt
var commonText string

var common = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(commonText) {
		if word := strings.TrimSpace(line); word != "" && !strings.HasPrefix(word, "#") {
			set[word] = true
		}
	}
	return set
})

// isCommon finds a widely used password behind the usual disguises: capitals,
// digits for letters, a number or signs around it, the same thing repeated, a
// run along the keyboard.
func isCommon(text string) bool {
	plain := strings.ToLower(text)
	for _, form := range []string{plain, undisguise(plain), trimSigns(plain), trimSigns(undisguise(plain)), undisguise(trimSigns(plain))} {
		if common()[form] || common()[unit(form)] {
			return true
		}
	}
	return len([]rune(unit(plain))) <= 2 || isRun(plain)
}

var letterFor = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

func undisguise(s string) string { return letterFor.Replace(s) }

func trimSigns(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return !unicode.IsLetter(r) })
}

// unit is the shortest text that s repeats: "abcabcab" gives "abc".
func unit(s string) string {
	r := []rune(s)
	for n := 1; n < len(r); n++ {
		if repeats(r, n) {
			return string(r[:n])
		}
	}
	return s
}

func repeats(r []rune, n int) bool {
	for i := n; i < len(r); i++ {
		if r[i] != r[i-n] {
			return false
		}
	}
	return true
}

var runs = []string{
	"01234567890123456789", "abcdefghijklmnopqrstuvwxyz",
	"qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
	"1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm",
}

// isRun reports whether s is nothing but keys in a row, forwards or backwards,
// possibly in several rows.
func isRun(s string) bool {
	const least = 4
	for s != "" {
		n := longestRun(s)
		if n < least {
			return false
		}
		s = s[n:]
	}
	return true
}

func longestRun(s string) int {
	longest := 0
	for _, run := range runs {
		for _, row := range []string{run, reverse(run)} {
			for n := len(s); n > longest; n-- {
				if strings.Contains(row, s[:n]) {
					longest = n
				}
			}
		}
	}
	return longest
}

func reverse(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// builtFrom reports whether a password is a name of the account, with nothing
// but digits and signs added, or the name repeated.
func builtFrom(password, name string) bool {
	p, n := strings.ToLower(password), strings.ToLower(norm.NFC.String(strings.TrimSpace(name)))
	if utf8.RuneCountInString(n) < 3 {
		return false
	}
	local, _, _ := strings.Cut(n, "@")
	for _, n := range []string{n, local} {
		if n != "" && (p == n || unit(p) == n || trimSigns(p) == trimSigns(n) && trimSigns(n) != "") {
			return true
		}
	}
	return false
}
