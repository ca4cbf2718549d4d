package apptest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/http"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"golang.org/x/net/html"
)

// Evil is the name that hostile markup gives its elements or their attributes:
// where it stands in a parsed page as one of these, markup got through.
const Evil = "zqx"

// Injected says what of an answer might run or mislead, whoever typed it: markup
// that was not the page's own, formulas in a CSV file, actions in a PDF.
func Injected(header http.Header, body string) []string {
	var found []string
	for name := range header {
		if strings.EqualFold(name, "Bcc") || strings.EqualFold(name, "X-Evil") {
			found = append(found, "a header was smuggled in: "+name)
		}
	}
	kind, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	if err != nil && body != "" {
		return append(found, "no content type")
	}
	switch kind {
	case "text/html":
		letter := strings.HasSuffix(header.Get("Content-Security-Policy"), "; sandbox") // shown in a frame where nothing runs
		found = append(found, InjectedHTML(body, letter)...)
	case "text/csv":
		found = append(found, injectedCSV(body)...)
	case "application/pdf":
		found = append(found, injectedPDF(body)...)
	case "application/json":
		if !json.Valid([]byte(body)) {
			found = append(found, "no JSON")
		}
	case "application/x-ndjson", "application/jsonl":
		for line := range strings.Lines(body) {
			if !json.Valid([]byte(line)) {
				found = append(found, "a line that is no JSON: "+clip(line))
			}
		}
	default:
		if header.Get("X-Content-Type-Options") != "nosniff" {
			found = append(found, "a browser may guess the type of "+kind)
		}
	}
	return found
}

func clip(s string) string { return s[:min(len(s), 160)] }

// InjectedHTML looks at the parsed page. Letters carry styles in their elements.
func InjectedHTML(body string, letter bool) (found []string) {
	doc, err := html.Parse(strings.NewReader(body))
	if err != nil {
		return []string{err.Error()}
	}
	for n := range doc.Descendants() {
		switch {
		case n.Type == html.CommentNode && strings.Contains(n.Data, "zq"):
			found = append(found, "a comment with what was typed: "+clip(n.Data))
		case n.Type == html.ElementNode:
			found = append(found, element(n, letter)...)
		}
	}
	return found
}

func element(n *html.Node, letter bool) (found []string) {
	say := func(format string, args ...any) {
		found = append(found, fmt.Sprintf("<%s>: %s", clip(n.Data), fmt.Sprintf(format, args...)))
	}
	_, sourced := attribute(n, "src")
	switch {
	case strings.Contains(n.Data, Evil):
		say("an element that was typed")
	case n.Data == "script" && (!sourced || n.FirstChild != nil):
		say("a script in the page")
	case n.Data == "style" && n.Namespace == "", n.Data == "base", n.Data == "object", n.Data == "embed":
		say("does not belong here")
	}
	for _, a := range n.Attr {
		key := strings.ToLower(a.Key)
		switch {
		case strings.Contains(key, Evil), strings.HasPrefix(key, "on"), strings.HasPrefix(key, "hx-on"), key == "srcdoc":
			say("the attribute %s", clip(a.Key))
		case key == "style" && (!letter || strings.Contains(a.Val, "zq")):
			say("a style of its own")
		case key == "href" || key == "src" || key == "action" || key == "formaction" || key == "poster" || key == "data":
			if u, err := url.Parse(strings.TrimSpace(a.Val)); err != nil || !slices.Contains([]string{"", "http", "https", "mailto"}, u.Scheme) || strings.Contains(u.Host, "evil") {
				say("leads to %q", clip(a.Val))
			}
		case strings.HasPrefix(key, "hx-") && strings.HasPrefix(strings.TrimSpace(a.Val), "js:"):
			say("a script in %s", key)
		}
	}
	return found
}

func attribute(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func injectedCSV(body string) (found []string) {
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(body, "\ufeff"))).ReadAll()
	if err != nil {
		return []string{"no CSV: " + err.Error()}
	}
	for _, row := range rows {
		for _, cell := range row {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n", rune(cell[0])) && strings.Trim(cell, "-0123456789.") != "" {
				found = append(found, "a formula: "+clip(cell))
			}
		}
	}
	return found
}

// streams are the compressed parts of a PDF, in which any three letters may meet.
var streams = regexp.MustCompile(`(?s)stream\r?\n.*?endstream`)

// injectedPDF finds what makes a viewer do something. Text is compressed and made
// of glyphs, so none of these words can stand there by being written on a page.
func injectedPDF(body string) (found []string) {
	if !strings.HasPrefix(body, "%PDF-") || !strings.HasSuffix(strings.TrimSpace(body), "%%EOF") {
		found = append(found, "no PDF")
	}
	body = streams.ReplaceAllString(body, "")
	for _, word := range []string{"/JavaScript", "/JS", "/OpenAction", "/AA", "/Launch", "/SubmitForm", "/URI", "/EmbeddedFile", "/AcroForm", "/Annots", "evil.test"} {
		if strings.Contains(body, word) {
			found = append(found, "a PDF with "+word)
		}
	}
	return found
}

// letterHeaders are all that a letter of ours has.
var letterHeaders = []string{"From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Content-Type", "Content-Transfer-Encoding", "Reply-To", "Auto-Submitted", "User-Agent", "X-Mailer"}

// InjectedLetter looks at a letter as it is sent.
func InjectedLetter(raw []byte) (found []string) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return []string{err.Error()}
	}
	for name, values := range m.Header {
		if !slices.Contains(letterHeaders, name) || len(values) != 1 {
			found = append(found, fmt.Sprintf("the header %s: %q", name, values))
		}
	}
	if to, err := m.Header.AddressList("To"); err != nil || len(to) != 1 || strings.Contains(to[0].Address, "evil") {
		found = append(found, fmt.Sprintf("it goes to %q: %v", m.Header.Get("To"), err))
	}
	return append(found, letterPart(m.Header.Get("Content-Type"), m.Header.Get("Content-Transfer-Encoding"), m.Body)...)
}

func letterPart(contentType, encoding string, body io.Reader) (found []string) {
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return []string{err.Error()}
	}
	if strings.EqualFold(encoding, "quoted-printable") {
		body = quotedprintable.NewReader(body)
	}
	if !strings.HasPrefix(kind, "multipart/") {
		text, err := io.ReadAll(body)
		switch {
		case err != nil:
			found = append(found, err.Error())
		case kind == "text/html":
			found = append(found, InjectedHTML(string(text), true)...)
		case kind == "application/pdf" && !strings.EqualFold(encoding, "base64"):
			found = append(found, injectedPDF(string(text))...)
		}
		return found
	}
	for parts := multipart.NewReader(body, params["boundary"]); ; {
		p, err := parts.NextRawPart()
		if err != nil {
			if err != io.EOF {
				found = append(found, err.Error())
			}
			return found
		}
		found = append(found, letterPart(p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)...)
	}
}
