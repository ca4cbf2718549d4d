package i18n

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/money"
)

func TestMoneyReadsAsPeopleOfTheLocaleWriteIt(t *testing.T) {
	for _, c := range []struct {
		locale, want string
		amount       money.Amount
	}{
		{"en-US", "$1,234.50", money.New(123450, "USD")},
		{"en-US", "-$0.05", money.New(-5, "USD")},
		{"en-US", "£85.00", money.New(8500, "GBP")},
		{"en-US", "CHF\u00a012.00", money.New(1200, "CHF")},
		{"en-US", "¥500", money.New(500, "JPY")},
		{"en-GB", "£1,958,650.33", money.New(195865033, "GBP")},
		{"en-GB", "US$3.00", money.New(300, "USD")},
		{"de-DE", "1.234,50\u00a0€", money.New(123450, "EUR")},
		{"de-DE", "-3,00\u00a0$", money.New(-300, "USD")},
		{"de-CH", "CHF\u00a01’234.50", money.New(123450, "CHF")},
		{"de-AT", "€\u00a05,00", money.New(500, "EUR")},
		{"fr-FR", "1\u202f234,50\u00a0€", money.New(123450, "EUR")},
		{"fr-FR", "3,00\u00a0$US", money.New(300, "USD")},
		{"ar-EG", "\u200f١٬٢٣٤٫٥٠\u00a0ج.م.\u200f", money.New(123450, "EGP")},
		{"ar-AE", "\u200f12.00\u00a0US$\u200e", money.New(1200, "USD")},
		{"ar-EG", "\u200f١٫٢٣٤\u00a0د.ك.\u200f", money.New(1234, "KWD")},
		{"it-IT", "€5.00", money.New(500, "EUR")},
		{"en-US", "-$92,233,720,368,547,758.08", money.New(math.MinInt64, "USD")},
	} {
		if got := For(c.locale).Money(c.amount); got != c.want {
			t.Errorf("%s: %q, want %q", c.locale, got, c.want)
		}
	}
}

func TestDatesAndTimesFollowTheLocale(t *testing.T) {
	afternoon := time.Date(2026, 3, 2, 15, 4, 0, 0, time.UTC)
	midnight := time.Date(2026, 12, 31, 0, 5, 0, 0, time.UTC)
	for _, c := range []struct {
		locale, want string
		at           time.Time
	}{
		{"en-US", "Mar 2, 2026, 3:04\u202fPM", afternoon},
		{"en-US", "Dec 31, 2026, 12:05\u202fAM", midnight},
		{"en-GB", "2 Mar 2026, 15:04", afternoon},
		{"de-DE", "02.03.2026, 15:04", afternoon},
		{"fr-FR", "2 mars 2026, 15:04", afternoon},
		{"fr-CA", "31 déc. 2026, 00\u00a0h\u00a005", midnight},
		{"ar-EG", "٢ مارس ٢٠٢٦، ٣:٠٤\u00a0م", afternoon},
		{"ar", "31 ديسمبر 2026، 12:05\u00a0ص", midnight},
	} {
		if got := For(c.locale).DateTime(c.at); got != c.want+"\u00a0UTC" {
			t.Errorf("%s: %q, want %q", c.locale, got, c.want)
		}
	}
	berlin := time.FixedZone("there", 3600)
	if got := For("de-DE").In(berlin).Date(time.Date(2026, 1, 1, 23, 30, 0, 0, time.UTC)); got != "02.01.2026" {
		t.Errorf("in another zone the day is %q", got)
	}
}

func TestPastMomentsAndSpansUseTheirLargestUnit(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	en := For("en-US")
	for past, want := range map[time.Duration]string{
		-time.Hour: "just now", 59 * time.Second: "just now", time.Minute: "1 minute ago", 59 * time.Minute: "59 minutes ago",
		2 * time.Hour: "2 hours ago", 47 * time.Hour: "1 day ago", 29 * 24 * time.Hour: "29 days ago", 31 * 24 * time.Hour: "Jan 30, 2026",
	} {
		if got := en.Ago(now.Add(-past), now); got != want {
			t.Errorf("%v before now: %q, want %q", past, got, want)
		}
	}
	for span, want := range map[time.Duration]string{-1: "0 seconds", 1500 * time.Millisecond: "1 second", 12 * time.Minute: "12 minutes", 36 * time.Hour: "36 hours", 49 * time.Hour: "2 days"} {
		if got := en.Span(span); got != want {
			t.Errorf("%v: %q, want %q", span, got, want)
		}
	}
}

func TestPluralsFollowTheLanguage(t *testing.T) {
	for _, c := range []struct {
		locale string
		n      int
		want   string
	}{
		{"en", 0, "0 items in your cart"}, {"en", 1, "1 item in your cart"}, {"en", 1234, "1,234 items in your cart"},
		{"de", 1, "1 Artikel im Warenkorb"}, {"de", 2000, "2.000 Artikel im Warenkorb"},
		{"fr", 0, "0 article dans votre panier"}, {"fr", 2, "2 articles dans votre panier"}, {"fr", 2_000, "2\u202f000 articles dans votre panier"},
		{"ar", 0, "لا منتجات في السلة"}, {"ar", 2, "منتجان في السلة"}, {"ar", 5, "\u20685\u2069 منتجات في السلة"},
		{"ar-EG", 11, "\u2068١١\u2069 منتجًا في السلة"}, {"ar", 100, "\u2068100\u2069 منتج في السلة"},
	} {
		if got := For(c.locale).N("cart.items", c.n); got != c.want {
			t.Errorf("%s, %d: %q, want %q", c.locale, c.n, got, c.want)
		}
	}
}

func TestMessagesTakeTheirArguments(t *testing.T) {
	en := For("en-GB")
	if got := en.T("cart.problem.price", "before", money.New(100, "GBP"), "after", money.New(2000, "GBP")); got != "The price has changed from £1.00 to £20.00." {
		t.Errorf("got %q", got)
	}
	if got := en.T("banner.as", "name", "Vera {website}", "website", "Main"); got != "You are logged in as Vera {website} on Main" {
		t.Errorf("a value was taken for a message: %q", got)
	}
	if got := en.T("banner.as", "name"); !strings.Contains(got, "{name}") {
		t.Errorf("a missing value is hidden: %q", got)
	}
	want := []Piece{{"", "Sie sind als "}, {"name", "Vera"}, {"", " auf "}, {"website", "Outlet"}, {"", " angemeldet"}}
	if got := For("de").Pieces("banner.as", "name", "Vera", "website", "Outlet"); !reflect.DeepEqual(got, want) {
		t.Errorf("got %q", got)
	}
	if got := en.T("no.such.key"); got != "no.such.key" || en.Has("no.such.key") || en.N("no.such.key", 2) != "no.such.key" {
		t.Errorf("got %q", got)
	}
}

func TestAnUnknownLanguageFallsBackToEnglish(t *testing.T) {
	for tag, want := range map[string]string{"it-IT": "en ltr", "": "en ltr", "%%%": "en ltr", "ar-EG": "ar rtl", "de_AT": "de ltr", "fr": "fr ltr"} {
		if l := For(tag); l.Lang()+" "+l.Dir() != want || l.T("cart.title") == "cart.title" {
			t.Errorf("%q is %s %s, want %s", tag, l.Lang(), l.Dir(), want)
		}
	}
	de := For("de-DE")
	without := *de
	without.messages = catalogue{}
	if got := without.T("cart.title") + without.N("cart.items", 2); got != "Your cart2 items in your cart" {
		t.Errorf("a missing message reads %q", got)
	}
}

func TestTheBrowsersLanguageIsMatched(t *testing.T) {
	offered := []string{"en-US", "de-DE", "fr-FR", "ar-EG"}
	for header, want := range map[string]int{"de-CH,de;q=0.9,en;q=0.5": 1, "fr": 2, "ar": 3, "en-GB": 0} {
		if got, ok := Match(header, offered...); !ok || got != want {
			t.Errorf("%q: %d, %v, want %d", header, got, ok, want)
		}
	}
	for _, header := range []string{"", "ja", "\x00", "*;q=x"} {
		if got, ok := Match(header, offered...); ok {
			t.Errorf("%q matched %d", header, got)
		}
	}
}
