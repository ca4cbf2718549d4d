package impersonate_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/storehand/storehand/impersonate"
	"github.com/storehand/storehand/impersonate/impersonatetest"
)

func TestMemoryStoreKeepsTheContract(t *testing.T) {
	impersonatetest.Run(t, func(*testing.T, *impersonatetest.Clock) impersonatetest.Fixture {
		return impersonatetest.Fixture{Store: impersonate.NewMemoryStore()}
	})
}

// house is a manager whose policy answers what the test wants.
type house struct {
	*impersonate.Manager
	store   *logged
	clock   *impersonatetest.Clock
	answers map[impersonate.Step]error
	asked   []impersonate.Step
}

// logged is a memory store that remembers refusals.
type logged struct {
	*impersonate.MemoryStore
	refusals []impersonate.Refusal
}

func (l *logged) Refused(_ context.Context, r impersonate.Refusal) error {
	l.refusals = append(l.refusals, r)
	return nil
}

func newHouse() *house {
	h := &house{
		store:   &logged{MemoryStore: impersonate.NewMemoryStore()},
		clock:   impersonatetest.NewClock(time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)),
		answers: map[impersonate.Step]error{},
	}
	h.Manager = impersonate.New(h.store, impersonate.PolicyFunc(h.check), impersonate.WithClock(h.clock.Now))
	return h
}

func (h *house) check(_ context.Context, _ impersonate.View, _ impersonate.Impersonation, step impersonate.Step) error {
	h.asked = append(h.asked, step)
	return h.answers[step]
}

func (h *house) request() impersonate.Request {
	return impersonate.Request{
		Actor:    impersonate.Party{Kind: "staff", ID: "1", Name: "Maria"},
		Subject:  impersonate.Party{Kind: "customer", ID: "1", Name: "Vera"},
		Parent:   "admin-session",
		Audience: "https://www.shop.test",
	}
}

func (h *house) begin(t *testing.T, r impersonate.Request) impersonate.Impersonation {
	t.Helper()
	i, err := h.Begin(t.Context(), r)
	if err != nil {
		t.Fatalf("Begin: %v", err)
	}
	return i
}

// handOff goes as far as the code.
func (h *house) handOff(t *testing.T, r impersonate.Request) (impersonate.Impersonation, impersonate.Redemption) {
	t.Helper()
	i := h.begin(t, r)
	v := impersonate.NewVerifier()
	g, err := h.Authorize(t.Context(), authorization(i, impersonate.Challenge(v)))
	if err != nil {
		t.Fatalf("Authorize: %v", err)
	}
	return i, impersonate.Redemption{Code: g.Code.Reveal(), Verifier: v, Audience: i.Audience}
}

func (h *house) enter(t *testing.T, r impersonate.Request) (impersonate.Stay, impersonate.Redemption) {
	t.Helper()
	_, red := h.handOff(t, r)
	stay, err := h.Enter(t.Context(), red)
	if err != nil {
		t.Fatalf("Enter: %v", err)
	}
	return stay, red
}

func authorization(i impersonate.Impersonation, challenge string) impersonate.Authorization {
	return impersonate.Authorization{ID: i.ID, Actor: i.Actor, Parent: i.Parent, Challenge: challenge}
}

// refusedFor checks a refusal, its record, and that its text gives nothing away.
func (h *house) refusedFor(t *testing.T, err error, want impersonate.Cause) {
	t.Helper()
	var no *impersonate.Refusal
	if !errors.As(err, &no) || !errors.Is(err, impersonate.ErrRefused) || no.Cause != want {
		t.Fatalf("got %v (%+v), want refused for %s", err, no, want)
	}
	if no.Error() != impersonate.ErrRefused.Error() {
		t.Errorf("the refusal says %q", no.Error())
	}
	if n := len(h.store.refusals); n == 0 || h.store.refusals[n-1].Cause != want {
		t.Errorf("the record of the refusal is missing: %+v", h.store.refusals)
	}
}

func (h *house) endedFor(t *testing.T, token impersonate.Secret, want impersonate.Cause) {
	t.Helper()
	_, err := h.Resume(t.Context(), token.Reveal())
	var dead *impersonate.EndedError
	if !errors.As(err, &dead) || dead.Impersonation.Cause != want {
		t.Fatalf("Resume gives %v, want ended for %s", err, want)
	}
}

func TestThePolicyIsAskedAtEveryStep(t *testing.T) {
	h := newHouse()
	stay, _ := h.enter(t, h.request())
	if _, err := h.Resume(t.Context(), stay.Token.Reveal()); err != nil {
		t.Fatal(err)
	}
	if err := h.write(t, stay.Impersonation.ID); err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(h.asked), "[begin authorize enter resume write]"; got != want {
		t.Errorf("asked at %s, want %s", got, want)
	}
}

func (h *house) write(t *testing.T, id string) error {
	t.Helper()
	return h.store.Atomically(t.Context(), "note written", func(ctx context.Context, tx impersonate.Tx) error {
		_, err := h.Guard(ctx, tx, id)
		return err
	})
}

func TestARefusalCarriesTheApplicationsExplanation(t *testing.T) {
	h := newHouse()
	why := errors.New("Vera has not agreed")
	h.answers[impersonate.StepBegin] = impersonate.Refuse(impersonate.ConsentMissing, why)
	_, err := h.Begin(t.Context(), h.request())
	h.refusedFor(t, err, impersonate.ConsentMissing)
	if !errors.Is(err, why) {
		t.Errorf("%v does not carry the explanation", err)
	}
}

func TestAPolicyThatFailsRefusesNothingAndEndsNothing(t *testing.T) {
	h := newHouse()
	stay, _ := h.enter(t, h.request())
	h.answers[impersonate.StepResume] = errors.New("database is away")
	if _, err := h.Resume(t.Context(), stay.Token.Reveal()); err == nil || errors.Is(err, impersonate.ErrEnded) {
		t.Fatalf("Resume gives %v, want the failure", err)
	}
	delete(h.answers, impersonate.StepResume)
	if _, err := h.Resume(t.Context(), stay.Token.Reveal()); err != nil {
		t.Errorf("after the failure the stay is gone: %v", err)
	}
}

func TestAPolicyThatChangesItsMindEndsTheImpersonation(t *testing.T) {
	no := impersonate.Refuse(impersonate.PermissionLost, nil)
	t.Run("at authorize", func(t *testing.T) {
		h := newHouse()
		i := h.begin(t, h.request())
		h.answers[impersonate.StepAuthorize] = no
		_, err := h.Authorize(t.Context(), authorization(i, impersonate.Challenge("v")))
		h.refusedFor(t, err, impersonate.PermissionLost)
		delete(h.answers, impersonate.StepAuthorize)
		_, err = h.Authorize(t.Context(), authorization(i, impersonate.Challenge("v")))
		h.refusedFor(t, err, impersonate.AlreadyEnded)
	})
	t.Run("at enter", func(t *testing.T) {
		h := newHouse()
		_, r := h.handOff(t, h.request())
		h.answers[impersonate.StepEnter] = no
		_, err := h.Enter(t.Context(), r)
		h.refusedFor(t, err, impersonate.PermissionLost)
		delete(h.answers, impersonate.StepEnter)
		_, err = h.Enter(t.Context(), r)
		h.refusedFor(t, err, impersonate.AlreadyEnded)
	})
	t.Run("at resume", func(t *testing.T) {
		h := newHouse()
		stay, _ := h.enter(t, h.request())
		h.answers[impersonate.StepResume] = no
		h.endedFor(t, stay.Token, impersonate.PermissionLost)
		delete(h.answers, impersonate.StepResume)
		h.endedFor(t, stay.Token, impersonate.PermissionLost)
	})
	t.Run("at write", func(t *testing.T) {
		h := newHouse()
		stay, _ := h.enter(t, h.request())
		h.answers[impersonate.StepWrite] = no
		if err := h.write(t, stay.Impersonation.ID); !errors.Is(err, impersonate.ErrEnded) {
			t.Errorf("Guard gives %v, want ErrEnded", err)
		}
	})
}

func TestAuthorizeIsForTheSessionThatBeganIt(t *testing.T) {
	h := newHouse()
	i := h.begin(t, h.request())
	other := authorization(i, impersonate.Challenge("v"))
	other.Parent = "another-session"
	_, err := h.Authorize(t.Context(), other)
	h.refusedFor(t, err, impersonate.WrongParent)
	stranger := authorization(i, impersonate.Challenge("v"))
	stranger.Actor = i.Subject // the same ID, but another kind of person
	_, err = h.Authorize(t.Context(), stranger)
	h.refusedFor(t, err, impersonate.WrongParent)
	_, err = h.Authorize(t.Context(), impersonate.Authorization{ID: "none"})
	h.refusedFor(t, err, impersonate.Unknown)
	if _, err := h.Authorize(t.Context(), authorization(i, impersonate.Challenge("v"))); err != nil {
		t.Errorf("strangers have spoilt it for the right session: %v", err)
	}
}

func TestTheFirstChallengeWins(t *testing.T) {
	h := newHouse()
	i := h.begin(t, h.request())
	_, err := h.Authorize(t.Context(), authorization(i, "plain-verifier"))
	h.refusedFor(t, err, impersonate.ChallengeInvalid)
	first := authorization(i, impersonate.Challenge("mine"))
	if _, err := h.Authorize(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	_, err = h.Authorize(t.Context(), first) // a reload
	h.refusedFor(t, err, impersonate.CodeMinted)
	_, err = h.Authorize(t.Context(), authorization(i, impersonate.Challenge("theirs")))
	h.refusedFor(t, err, impersonate.CodeMinted)
}

func TestAHandOffMustBeQuick(t *testing.T) {
	h := newHouse()
	i := h.begin(t, h.request())
	h.clock.Advance(impersonate.DefaultRequestLifetime)
	_, err := h.Authorize(t.Context(), authorization(i, impersonate.Challenge("v")))
	h.refusedFor(t, err, impersonate.NeverEntered)

	_, r := h.handOff(t, h.request())
	h.clock.Advance(impersonate.DefaultCodeLifetime)
	_, err = h.Enter(t.Context(), r)
	h.refusedFor(t, err, impersonate.CodeLate)
}

func TestAWrongCodeIsRefused(t *testing.T) {
	h := newHouse()
	_, r := h.handOff(t, h.request())
	wrong := r
	wrong.Code = impersonate.NewVerifier()
	_, err := h.Enter(t.Context(), wrong)
	h.refusedFor(t, err, impersonate.CodeUnknown)
	if _, err := h.Enter(t.Context(), r); err != nil {
		t.Errorf("guessing has spoilt the right code: %v", err)
	}
}

func TestARightCodeInAnotherBrowserIsBurnt(t *testing.T) {
	for name, change := range map[string]func(*impersonate.Redemption){
		"no verifier":      func(r *impersonate.Redemption) { r.Verifier = "" },
		"wrong verifier":   func(r *impersonate.Redemption) { r.Verifier = impersonate.NewVerifier() },
		"another audience": func(r *impersonate.Redemption) { r.Audience = "https://evil.test" },
	} {
		t.Run(name+" before", func(t *testing.T) {
			h := newHouse()
			_, r := h.handOff(t, h.request())
			stolen := r
			change(&stolen)
			_, err := h.Enter(t.Context(), stolen)
			h.refusedFor(t, err, impersonate.CodeReplayed)
			_, err = h.Enter(t.Context(), r)
			h.refusedFor(t, err, impersonate.AlreadyEnded)
		})
		t.Run(name+" afterwards", func(t *testing.T) {
			h := newHouse()
			stay, r := h.enter(t, h.request())
			change(&r)
			_, err := h.Enter(t.Context(), r)
			h.refusedFor(t, err, impersonate.CodeReplayed)
			h.endedFor(t, stay.Token, impersonate.CodeReplayed)
		})
	}
}

func TestTheSameBrowserSendingTwiceIsLedToItsStay(t *testing.T) {
	h := newHouse()
	stay, r := h.enter(t, h.request())
	_, err := h.Enter(t.Context(), r) // its cookie is not there yet
	h.refusedFor(t, err, impersonate.CodeUsed)
	r.Session = stay.Token.Reveal()
	again, err := h.Enter(t.Context(), r)
	if err != nil || again.Impersonation.ID != stay.Impersonation.ID || again.Token != "" {
		t.Fatalf("got %+v, %v; want the live stay and no new token", again, err)
	}
	if _, err := h.End(t.Context(), stay.Impersonation.ID, impersonate.ClosedByActor); err != nil {
		t.Fatal(err)
	}
	_, err = h.Enter(t.Context(), r)
	h.refusedFor(t, err, impersonate.CodeUsed)
}

func TestLimitsEndAStay(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*house, *impersonate.Request)
		steps  []time.Duration // between requests
		want   impersonate.Cause
	}{
		"idle":                   {nil, []time.Duration{14 * time.Minute, 15 * time.Minute}, impersonate.Idle},
		"an hour":                {nil, []time.Duration{14 * time.Minute, 14 * time.Minute, 14 * time.Minute, 14 * time.Minute, 4 * time.Minute}, impersonate.TimeUp},
		"the parent's own limit": {func(h *house, r *impersonate.Request) { r.ParentExpiresAt = h.clock.Now().Add(10 * time.Minute) }, []time.Duration{9 * time.Minute, time.Minute}, impersonate.TimeUp},
		"a shorter length":       {func(_ *house, r *impersonate.Request) { r.Length = 5 * time.Minute }, []time.Duration{5 * time.Minute}, impersonate.TimeUp},
		"a shorter idle limit":   {func(_ *house, r *impersonate.Request) { r.Idle = time.Minute }, []time.Duration{59 * time.Second, time.Minute}, impersonate.Idle},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse()
			r := h.request()
			if test.change != nil {
				test.change(h, &r)
			}
			stay, _ := h.enter(t, r)
			last := len(test.steps) - 1
			for _, d := range test.steps[:last] {
				h.clock.Advance(d)
				if _, err := h.Resume(t.Context(), stay.Token.Reveal()); err != nil {
					t.Fatalf("ended too early: %v", err)
				}
			}
			h.clock.Advance(test.steps[last])
			if err := h.write(t, stay.Impersonation.ID); !errors.Is(err, impersonate.ErrEnded) {
				t.Errorf("a write gives %v, want ErrEnded", err)
			}
			h.endedFor(t, stay.Token, test.want)
		})
	}
}

func TestAViewOnlyStayDoesNotWrite(t *testing.T) {
	h := newHouse()
	r := h.request()
	r.Mode = impersonate.ViewOnly
	stay, _ := h.enter(t, r)
	if err := h.write(t, stay.Impersonation.ID); !errors.Is(err, impersonate.ErrViewOnly) {
		t.Errorf("Guard gives %v, want ErrViewOnly", err)
	}
	if _, err := h.Resume(t.Context(), stay.Token.Reveal()); err != nil {
		t.Errorf("the attempt has ended the stay: %v", err)
	}
}

func TestNobodyActsAsThemselvesOrFromInsideAStay(t *testing.T) {
	h := newHouse()
	r := h.request()
	r.Subject = r.Actor
	_, err := h.Begin(t.Context(), r)
	h.refusedFor(t, err, impersonate.Oneself)

	stay, _ := h.enter(t, h.request())
	_, err = h.Begin(impersonate.With(t.Context(), stay.Impersonation), h.request())
	h.refusedFor(t, err, impersonate.Nested)

	r = h.request()
	r.Parent = ""
	if _, err := h.Begin(t.Context(), r); err == nil || errors.Is(err, impersonate.ErrRefused) {
		t.Errorf("Begin without a parent session gives %v, want a plain error", err)
	}
}

func TestEndAllEndsWhatMatches(t *testing.T) {
	h := newHouse()
	stay, _ := h.enter(t, h.request())
	ended, err := h.EndAll(t.Context(), impersonate.Filter{Parent: "admin-session"}, impersonate.ActorSignedOut)
	if err != nil || len(ended) != 1 {
		t.Fatalf("EndAll ends %d, %v; want 1", len(ended), err)
	}
	h.endedFor(t, stay.Token, impersonate.ActorSignedOut)
}

func TestSecretsDoNotPrint(t *testing.T) {
	s := impersonate.Secret("the-secret-itself")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("minted", "code", s)
	for _, text := range []string{fmt.Sprint(s), fmt.Sprintf("%v %s %q %#v %+v", s, s, s, s, struct{ S impersonate.Secret }{s}), log.String()} {
		if strings.Contains(text, "the-secret") {
			t.Errorf("the secret shows in %q", text)
		}
	}
}

func TestAHashSurvivesItsText(t *testing.T) {
	for _, h := range []impersonate.Hash{{}, impersonate.HashOf("x")} {
		if got, err := impersonate.ParseHash(h.String()); err != nil || got != h {
			t.Errorf("%q becomes %v, %v", h.String(), got, err)
		}
	}
	for _, bad := range []string{"zz", "00", strings.Repeat("0", 66)} {
		if _, err := impersonate.ParseHash(bad); err == nil {
			t.Errorf("%q is taken for a hash", bad)
		}
	}
}

func TestTheChallengeIsTheOneOfTheStandard(t *testing.T) {
	// RFC 7636, appendix B.
	got := impersonate.Challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
	if want := "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"; got != want {
		t.Errorf("Challenge gives %s, want %s", got, want)
	}
}

func TestForbiddenPagesAreForTheSubjectInPerson(t *testing.T) {
	page := impersonate.Forbid(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	in := httptest.NewRequest(http.MethodPost, "/account/password", nil)
	w := httptest.NewRecorder()
	page.ServeHTTP(w, in)
	if w.Code != http.StatusNoContent {
		t.Errorf("the subject gets %d", w.Code)
	}
	w = httptest.NewRecorder()
	page.ServeHTTP(w, in.WithContext(impersonate.With(in.Context(), impersonate.Impersonation{ID: "i"})))
	if w.Code != http.StatusForbidden || w.Header().Get("Cache-Control") != "private, no-store" {
		t.Errorf("an actor gets %d with %v", w.Code, w.Header())
	}
}

func TestTheCookieIsBoundAndADoubleCountsAsNone(t *testing.T) {
	w := httptest.NewRecorder()
	impersonate.SetCookie(w, "token")
	c := w.Result().Cookies()[0]
	if !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode || c.MaxAge != 0 {
		t.Errorf("the cookie is %v", c)
	}
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.AddCookie(c)
	if got := impersonate.Token(r); got != "token" {
		t.Errorf("Token gives %q", got)
	}
	r.AddCookie(&http.Cookie{Name: impersonate.CookieName, Value: "planted"})
	if got := impersonate.Token(r); got != "" {
		t.Errorf("with two cookies Token gives %q, want none", got)
	}
}
