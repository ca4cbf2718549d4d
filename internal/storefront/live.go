package storefront

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/web"
	"github.com/storehand/storehand/internal/web/ui"
)

const (
	beatEvery = 15 * time.Second
	openFor   = 3 * time.Minute // then the page asks anew, and who it is is asked too
)

// live tells an open page at once what concerns it: a customer's that support
// came in or has left, an Admin user's that the stay is over. A page that may
// not (any more) gets 204, which tells it to ask now and then instead.
func (a *App) live(w http.ResponseWriter, r *http.Request) error {
	s := shopper(r.Context())
	seen, ok := a.watcher(r, s)
	if !ok {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	defer seen.Close()
	events, err := web.OpenEvents(w, a.Wall)
	if err != nil {
		return nil
	}
	beat, enough := time.NewTicker(beatEvery), time.NewTimer(openFor)
	defer beat.Stop()
	defer enough.Stop()
	was := false
	for {
		select {
		case <-r.Context().Done():
			return nil
		case <-enough.C:
			return nil
		case <-beat.C:
			err = events.Beat()
		case news, open := <-seen.News():
			if !open {
				return nil
			}
			more, e := a.pass(events, r, s, news, was)
			if was, err = news.Inside != "", e; !more {
				return nil
			}
		}
		if err != nil {
			return nil
		}
	}
}

func (a *App) watcher(r *http.Request, s *Shopper) (*assist.Watcher, bool) {
	switch {
	case web.HTMX(r): // a page that asks whether all is well
		return nil, false
	case s.Stay != nil:
		return a.Assist.WatchStay(s.Stay.ID)
	case s.Customer != nil:
		return a.Assist.WatchCustomer(s.Customer.ID)
	}
	return nil, false
}

// pass tells one piece of news; more is false after the last.
func (a *App) pass(events *web.Events, r *http.Request, s *Shopper, news assist.Live, was bool) (more bool, err error) {
	ctx := r.Context()
	switch {
	case s.Stay != nil && news.Over == "":
		return true, nil
	case s.Stay != nil:
		page, err := a.overPage(ctx, s)
		if err == nil {
			err = events.Send("over", page)
		}
		return false, err
	}
	// Who was signed out meanwhile is told nothing any more.
	if _, err := a.Sessions.Customer(ctx, web.Cookie(r, web.ShopCookie)); err != nil {
		return false, err
	}
	n, err := a.notice(ctx, s)
	if err != nil {
		return false, err
	}
	var text strings.Builder
	switch {
	case n != nil:
		err = SupportNotice(*n).Render(ctx, &text)
	case was:
		err = noticeOver(s).Render(ctx, &text)
	default:
		text.WriteString("<!---->") // an event without data is none
	}
	if err != nil {
		return false, err
	}
	return true, events.Send("notice", text.String())
}

// overPage takes the place of an open page whose stay is over.
func (a *App) overPage(ctx context.Context, s *Shopper) (string, error) {
	why, ok := fault.As(a.Assist.Still(ctx, *s.Stay))
	if !ok {
		why = &fault.Error{}
	}
	shell := Shell{Title: s.T("stay.over.title"), Lang: s.Locale.Lang(), Dir: s.Locale.Dir(), StoreName: a.storeName(ctx, s)}
	text, href := a.wayBack(s)
	var page strings.Builder
	err := within(PlainPage(shell, false), overBody(s.overText(why, true)+" "+s.T("stay.over.emptied"), ui.Btn{Text: text, Href: href, Variant: ui.Primary})).Render(ctx, &page)
	return page.String(), err
}
