package ui

import (
	"maps"
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// palette reads the colours of one block of tokens.css: light and dark.
func palette(t *testing.T, css, selector string) map[string][2]string {
	t.Helper()
	start := strings.Index(css, "\n"+selector+" {")
	if start < 0 {
		t.Fatalf("tokens.css has no %s", selector)
	}
	block := css[start : start+strings.Index(css[start:], "\n}")]
	colours := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+): light-dark\((#\w{6}), (#\w{6})\);`).FindAllStringSubmatch(block, -1) {
		colours[m[1]] = [2]string{m[2], m[3]}
	}
	for _, m := range regexp.MustCompile(`--([a-z0-9-]+): (#\w{6});`).FindAllStringSubmatch(block, -1) {
		colours[m[1]] = [2]string{m[2], m[2]}
	}
	return colours
}

func luminance(hex string) float64 {
	part := func(i int) float64 {
		n, _ := strconv.ParseUint(hex[i:i+2], 16, 8)
		c := float64(n) / 255
		if c <= 0.04045 {
			return c / 12.92
		}
		return math.Pow((c+0.055)/1.055, 2.4)
	}
	return 0.2126*part(1) + 0.7152*part(3) + 0.0722*part(5)
}

func contrast(a, b string) float64 {
	x, y := luminance(a), luminance(b)
	return (math.Max(x, y) + 0.05) / (math.Min(x, y) + 0.05)
}

// palettes are the colours of the Admin and of the shop, by their names.
func palettes(t *testing.T) map[string]map[string][2]string {
	t.Helper()
	raw, err := files.ReadFile("assets/tokens.css")
	if err != nil {
		t.Fatal(err)
	}
	admin := palette(t, string(raw), ":root")
	shop := maps.Clone(admin)
	maps.Copy(shop, palette(t, string(raw), ".shop"))
	return map[string]map[string][2]string{"admin": admin, "shop": shop}
}

func TestTextAndControlsKeepTheContrastOfWCAG(t *testing.T) {
	checks := []struct {
		over, on string
		least    float64
	}{
		{"ink", "bg", 7}, {"ink", "surface", 7}, {"ink", "surface-3", 7}, {"ink-2", "surface-3", 4.5}, {"ink-3", "bg", 4.5}, {"ink-3", "surface-3", 4.5},
		{"link", "surface-3", 4.5}, {"link", "info-soft", 4.5}, {"link", "warning-soft", 4.5}, {"link", "success-soft", 4.5}, {"link", "assist-soft", 4.5},
		{"ink", "info-soft", 7}, {"ink", "warning-soft", 7}, {"ink", "danger-soft", 7}, {"ink", "success-soft", 7}, {"ink-3", "neutral-soft", 4.5},
		{"ink-3", "surface", 4.5}, {"ink-3", "surface-2", 4.5}, {"link", "bg", 4.5}, {"link", "surface-2", 4.5},
		{"accent", "accent-soft", 4.5}, {"on-primary", "primary", 4.5}, {"on-primary", "primary-hover", 4.5},
		{"info", "info-soft", 4.5}, {"success", "success-soft", 4.5}, {"warning", "warning-soft", 4.5}, {"danger", "danger-soft", 4.5},
		{"danger", "surface", 4.5}, {"link", "danger-soft", 4.5}, {"ink-2", "neutral-soft", 4.5}, {"on-assist", "assist", 7}, {"on-assist", "assist-hover", 7},
		{"assist-ink", "assist-soft", 4.5}, {"assist-edge", "assist", 3}, {"line-strong", "surface", 3}, {"line-strong", "bg", 3}, {"line-strong", "surface-2", 3}, {"focus", "bg", 3}, {"focus", "surface", 3}, {"focus", "surface-3", 3},
	}
	for area, colours := range palettes(t) {
		for _, c := range checks {
			for i, scheme := range []string{"light", "dark"} {
				over, on := colours[c.over][i], colours[c.on][i]
				if over == "" || on == "" {
					t.Fatalf("no colour %s or %s", c.over, c.on)
				}
				if got := contrast(over, on); got < c.least {
					t.Errorf("%s, %s: %s on %s is %.2f, want %.1f", area, scheme, c.over, c.on, got, c.least)
				}
			}
		}
	}
}

// Each rule that sets both a colour and what is behind it is looked at, so that
// no new component needs to be added to the list above.
func TestEveryRuleThatSetsTextAndGroundIsReadable(t *testing.T) {
	rule := regexp.MustCompile(`([^{}]+)\{([^{}]*)\}`)
	text := regexp.MustCompile(`(?:^|[;\s])color: var\(--([a-z0-9-]+)\)`)
	ground := regexp.MustCompile(`(?:^|[;\s])background(?:-color)?: var\(--([a-z0-9-]+)\)`)
	found := 0
	for bundle, sources := range bundles {
		colours := palettes(t)[map[string]string{"admin.css": "admin", "shop.css": "shop"}[bundle]]
		for _, source := range sources {
			css, err := files.ReadFile("assets/" + source)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range rule.FindAllStringSubmatch(string(css), -1) {
				over, on := text.FindStringSubmatch(r[2]), ground.FindStringSubmatch(r[2])
				if over == nil || on == nil {
					continue
				}
				found++
				for i, scheme := range []string{"light", "dark"} {
					a, b := colours[over[1]][i], colours[on[1]][i]
					if a == "" || b == "" || contrast(a, b) < 4.5 {
						t.Errorf("%s, %s: %s has --%s on --%s", source, scheme, strings.TrimSpace(r[1]), over[1], on[1])
					}
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d rules were found", found)
	}
}
