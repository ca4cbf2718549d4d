package i18n

import (
	"maps"
	"strings"
)

var (
	englishMonths = strings.Fields("Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec")
	britishMonths = strings.Fields("Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec")
	germanMonths  = strings.Fields("Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.")
	frenchMonths  = strings.Fields("janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.")
	arabicMonths  = strings.Fields("يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر")
	arabicDigits  = []rune("٠١٢٣٤٥٦٧٨٩")
)

var english = format{
	group: ",", decimal: ".", minus: "-", money: "¤0",
	symbols: map[string]string{"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "AUD": "A$", "CAD": "CA$", "NZD": "NZ$", "CNY": "CN¥", "INR": "₹", "KRW": "₩", "ILS": "₪", "BRL": "R$", "MXN": "MX$"},
	date:    "MMM d, y", time: "h:mm" + nnbsp + "a", join: ", ",
	months: englishMonths, halves: [2]string{"AM", "PM"},
}

var british = with(english, func(f *format) {
	f.symbols = symbols(f, "USD", "US$", "JPY", "JP¥")
	f.date, f.time, f.months = "d MMM y", "HH:mm", britishMonths
})

var german = format{
	group: ".", decimal: ",", minus: "-", money: "0" + nbsp + "¤",
	symbols: map[string]string{"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥", "AUD": "AU$", "CAD": "CA$", "CNY": "CN¥", "INR": "₹", "ILS": "₪", "BRL": "R$"},
	date:    "dd.MM.y", time: "HH:mm", join: ", ",
	months: germanMonths,
}

var french = format{
	group: nnbsp, decimal: ",", minus: "-", money: "0" + nbsp + "¤",
	symbols: map[string]string{"USD": "$US", "EUR": "€", "GBP": "£GB", "JPY": "JPY", "AUD": "$AU", "CAD": "$CA", "INR": "₹", "ILS": "₪"},
	date:    "d MMM y", time: "HH:mm", join: ", ",
	months: frenchMonths,
}

// arabic is written with 0 to 9; Egypt and its neighbours use their own digits.
var arabic = format{
	group: ",", decimal: ".", minus: "\u200e-", money: rlm + "0" + nbsp + "¤",
	symbols: map[string]string{"USD": "US$" + lrm, "EUR": "€", "GBP": "UK£" + lrm, "JPY": "JP¥" + lrm, "EGP": "ج.م." + rlm, "AED": "د.إ." + rlm, "SAR": "ر.س." + rlm, "KWD": "د.ك." + rlm, "QAR": "ر.ق." + rlm, "JOD": "د.أ." + rlm, "MAD": "د.م." + rlm, "TND": "د.ت." + rlm},
	date:    "d MMM y", time: "h:mm" + nbsp + "a", join: "، ",
	months: arabicMonths, halves: [2]string{"ص", "م"},
}

var egyptian = with(arabic, func(f *format) {
	f.group, f.decimal, f.minus, f.digits = "٬", "٫", "\u061c-", arabicDigits
})

// formats are found by the whole locale first, then by its language.
var formats = map[string]format{
	"en": english, "en-US": english, "de": german, "fr": french, "ar": arabic,
	"en-CA": with(english, func(f *format) { f.symbols = symbols(f, "CAD", "$", "USD", "US$") }),
	"de-AT": with(german, func(f *format) { f.group, f.money = nbsp, "¤"+nbsp+"0" }),
	"de-CH": with(german, func(f *format) { f.group, f.decimal, f.money = "’", ".", "¤"+nbsp+"0" }),
	"fr-CA": with(french, func(f *format) {
		f.group, f.symbols, f.time = nbsp, symbols(f, "CAD", "$", "USD", "$"+nbsp+"US"), "HH'"+nbsp+"h"+nbsp+"'mm"
	}),
	"ar-EG": egyptian, "ar-SA": egyptian, "ar-JO": egyptian, "ar-IQ": egyptian, "ar-KW": egyptian, "ar-SY": egyptian, "ar-LB": egyptian,
}

func formatOf(lang, tag string) format {
	if f, ok := formats[tag]; ok {
		return f
	}
	if lang == "en" && tag != lang {
		return british // all English but the American
	}
	if f, ok := formats[lang]; ok {
		return f
	}
	return english
}

func with(f format, change func(*format)) format {
	change(&f)
	return f
}

// symbols is a format's table with some entries of its own.
func symbols(f *format, pairs ...string) map[string]string {
	table := maps.Clone(f.symbols)
	for i := 0; i < len(pairs); i += 2 {
		table[pairs[i]] = pairs[i+1]
	}
	return table
}
