package admin

import "strings"

// browserName shortens what a browser says of itself to what people call it. It
// is a help for the eye, nothing is decided by it.
func browserName(userAgent string) string {
	if userAgent == "" {
		return "Unknown browser"
	}
	browser := firstKnown(userAgent, [][2]string{
		{"Edg/", "Edge"}, {"OPR/", "Opera"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"},
		{"Chrome/", "Chrome"}, {"Safari/", "Safari"}, {"curl/", "curl"},
	}, "Other browser")
	system := firstKnown(userAgent, [][2]string{
		{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"Mac OS X", "macOS"},
		{"CrOS", "ChromeOS"}, {"Linux", "Linux"},
	}, "")
	if system == "" {
		return browser
	}
	return browser + " on " + system
}

func firstKnown(s string, known [][2]string, otherwise string) string {
	for _, k := range known {
		if strings.Contains(s, k[0]) {
			return k[1]
		}
	}
	return otherwise
}
