package store

import (
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// BaseURL is where a view answers: "https://shop.example/de/".
type BaseURL struct {
	Scheme string
	Host   string // lower case, with a port unless it is the scheme's own
	Prefix string // "" or "/de", never with a slash at the end
}

// Origin is scheme and host.
func (b BaseURL) Origin() string { return b.Scheme + "://" + b.Host }

// Join is the full address of a local path.
func (b BaseURL) Join(path string) string { return b.Origin() + b.Prefix + path }

func (b BaseURL) String() string { return b.Join("/") }

// Hostname is the host without port.
func (b BaseURL) Hostname() string { return hostname(b.Host) }

var (
	labelRE  = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	prefixRE = regexp.MustCompile(`^(/[a-z0-9][a-z0-9_-]*)*$`)
)

// taken are first path segments that the storefront answers itself: as a prefix
// they would hide its pages on a view at the same host.
var taken = []string{"account", "assist", "c", "cart", "checkout", "confirm", "forgot", "healthz", "login", "logout",
	"media", "newsletter", "orders", "p", "pay", "readyz", "register", "reset", "search", "static", "wishlist"}

// sentence is an error for people.
type sentence string

func (s sentence) Error() string { return string(s) }

// ParseBaseURL reads and checks a base URL; its error is a sentence for people.
func ParseBaseURL(text string) (BaseURL, error) {
	u, err := url.Parse(strings.TrimSpace(text))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return BaseURL{}, sentence("Enter an address like https://www.shop.example/ or https://www.shop.example/de/.")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return BaseURL{}, sentence("A base URL has no user name, question mark or hash sign.")
	}
	b := BaseURL{Scheme: u.Scheme, Host: strings.ToLower(u.Host), Prefix: strings.TrimRight(u.Path, "/")}
	b.Host = strings.TrimSuffix(b.Host, map[string]string{"http": ":80", "https": ":443"}[b.Scheme])
	return b, b.check()
}

func (b BaseURL) check() error {
	name := b.Hostname()
	switch {
	case !validHost(b.Host):
		return sentence("This is not a host name.")
	case b.Scheme == "http" && !local(name):
		return sentence("Use https:// here. Only localhost and names ending in .localhost may use http://, because browsers drop the sign-in cookies elsewhere.")
	case !prefixRE.MatchString(b.Prefix):
		return sentence("After the host use only lower-case letters, digits, - and _ between slashes.")
	}
	if first, _, _ := strings.Cut(strings.TrimPrefix(b.Prefix, "/"), "/"); slices.Contains(taken, first) {
		return sentence("/" + first + " is an address of the storefront itself. Use another prefix.")
	}
	return nil
}

func local(name string) bool { return name == "localhost" || strings.HasSuffix(name, ".localhost") }

func validHost(host string) bool {
	u, err := url.Parse("//" + host)
	if err != nil || u.Hostname() == "" {
		return false
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return false
		}
	} else if strings.HasSuffix(host, ":") {
		return false
	}
	if _, err := netip.ParseAddr(u.Hostname()); err == nil {
		return true
	}
	return len(u.Hostname()) <= 253 && !slices.ContainsFunc(strings.Split(u.Hostname(), "."), func(l string) bool { return !labelRE.MatchString(l) })
}

// hostname is a host without its port, lower case.
func hostname(host string) string {
	u, err := url.Parse("//" + host)
	if err != nil {
		return strings.ToLower(host)
	}
	return strings.ToLower(u.Hostname())
}
