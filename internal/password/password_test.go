package password_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/storehand/storehand/internal/fault"
	"github.com/storehand/storehand/internal/magento"
	"github.com/storehand/storehand/internal/password"
)

func TestAPasswordVerifiesAgainstItsOwnHashOnly(t *testing.T) {
	h := password.New(password.Options{Params: password.Tiny})
	stored, err := h.Hash(t.Context(), "correct horse")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, stored, typed string
		want                bool
	}{
		{"right", stored, "correct horse", true},
		{"wrong", stored, "correct horsf", false},
		{"other case", stored, "Correct horse", false},
		{"empty", stored, "", false},
		{"no account", "", "correct horse", false},
		{"no account, no password", "", "", false},
		{"unknown form", "plain:correct horse", "correct horse", false},
		{"cut off", stored[:len(stored)-30], "correct horse", false},
		{"too costly", strings.Replace(stored, "m=8", "m=4000000", 1), "correct horse", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			ok, rehash, err := h.Verify(t.Context(), c.stored, c.typed)
			if err != nil || ok != c.want || rehash {
				t.Errorf("got %v, rehash %v, %v; want %v", ok, rehash, err, c.want)
			}
		})
	}
}

func TestTwoHashesOfOnePasswordDiffer(t *testing.T) {
	h := password.New(password.Options{Params: password.Tiny})
	a, _ := h.Hash(t.Context(), "same same but")
	b, _ := h.Hash(t.Context(), "same same but")
	if a == b || !strings.HasPrefix(a, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Errorf("%s and %s", a, b)
	}
}

func TestComposedAndDecomposedLettersAreOnePassword(t *testing.T) {
	h := password.New(password.Options{Params: password.Tiny})
	stored, _ := h.Hash(t.Context(), "K\u00e4sebrot am Abend")
	if ok, _, err := h.Verify(t.Context(), stored, "Ka\u0308sebrot am Abend"); !ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
}

func TestAWeakerHashAsksToBeMadeAgain(t *testing.T) {
	weak := password.New(password.Options{Params: password.Tiny})
	strong := password.New(password.Options{Params: password.Params{Passes: 2, MemoryKiB: 16, Lanes: 1}})
	stored, _ := weak.Hash(t.Context(), "some words here")
	if ok, rehash, _ := strong.Verify(t.Context(), stored, "some words here"); !ok || !rehash {
		t.Errorf("got %v, rehash %v", ok, rehash)
	}
	if ok, rehash, _ := strong.Verify(t.Context(), stored, "wrong"); ok || rehash {
		t.Errorf("a wrong password: got %v, rehash %v", ok, rehash)
	}
	stored, _ = strong.Hash(t.Context(), "some words here")
	if ok, rehash, _ := weak.Verify(t.Context(), stored, "some words here"); !ok || rehash {
		t.Errorf("a stronger hash: got %v, rehash %v", ok, rehash)
	}
}

func TestAnImportedHashVerifiesAndAsksToBeMadeAgain(t *testing.T) {
	h := password.New(password.Options{Params: password.Tiny, Magento: magento.Verify})
	sum := sha256.Sum256([]byte("salt" + "roses are red"))
	stored := password.MagentoPrefix + hex.EncodeToString(sum[:]) + ":salt:1"
	if ok, rehash, err := h.Verify(t.Context(), stored, "roses are red"); !ok || !rehash || err != nil {
		t.Errorf("got %v, rehash %v, %v", ok, rehash, err)
	}
	if ok, _, err := h.Verify(t.Context(), stored, "violets are blue"); ok || err != nil {
		t.Errorf("a wrong password: got %v, %v", ok, err)
	}
	if ok, _, err := h.Verify(t.Context(), "magento:nonsense", "password"); ok || err != nil {
		t.Errorf("a broken hash: got %v, %v", ok, err)
	}
}

func TestWithoutAVerifierImportedHashesMatchNothing(t *testing.T) {
	h := password.New(password.Options{Params: password.Tiny})
	if ok, _, err := h.Verify(t.Context(), "magento:5f4dcc3b5aa765d61d8327deb882cf99", "password"); ok || err != nil {
		t.Errorf("got %v, %v", ok, err)
	}
}

// gate is a verifier that stops inside, so that a test knows who is hashing.
type gate struct {
	running, most atomic.Int64
	open          chan struct{}
	entered       chan struct{}
}

func (g *gate) verify(string, string) (bool, error) {
	n := g.running.Add(1)
	for m := g.most.Load(); n > m && !g.most.CompareAndSwap(m, n); m = g.most.Load() {
	}
	g.entered <- struct{}{}
	<-g.open
	g.running.Add(-1)
	return true, nil
}

func TestAtMostTwoHashesRunAndTheQueueIsBounded(t *testing.T) {
	g := &gate{open: make(chan struct{}), entered: make(chan struct{}, 100)}
	h := password.New(password.Options{Params: password.Tiny, Parallel: 2, Waiting: 3, Magento: g.verify})
	var wg sync.WaitGroup
	var open sync.Once
	var refused, passed atomic.Int64
	for range 20 {
		wg.Go(func() {
			ok, _, err := h.Verify(t.Context(), "magento:x", "y")
			switch {
			case fault.Is(err, fault.TooMany):
				refused.Add(1)
			case ok:
				passed.Add(1)
			}
			if refused.Load() == 15 {
				open.Do(func() { close(g.open) })
			}
		})
	}
	wg.Wait()
	if refused.Load() != 15 || passed.Load() != 5 || g.most.Load() != 2 {
		t.Errorf("%d refused, %d passed, at most %d at once", refused.Load(), passed.Load(), g.most.Load())
	}
}

func TestWaitingEndsWithTheRequest(t *testing.T) {
	g := &gate{open: make(chan struct{}), entered: make(chan struct{}, 1)}
	h := password.New(password.Options{Params: password.Tiny, Parallel: 1, Magento: g.verify})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _, _ = h.Verify(context.Background(), "magento:x", "y")
	}()
	<-g.entered
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if _, _, err := h.Verify(ctx, "", "y"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	close(g.open)
	<-done
	if ok, _, err := h.Verify(t.Context(), "", "y"); ok || err != nil {
		t.Errorf("afterwards: %v, %v", ok, err)
	}
}

func TestNewPasswordsAreChecked(t *testing.T) {
	for _, c := range []struct {
		text string
		min  int
		ok   bool
	}{
		{"storehand-demo-2026", password.MinStaff, true},
		{"storehand-demo-2026", password.MinCustomer, true},
		{"plum kettle tram", password.MinStaff, true},
		{"fourteen-chars", password.MinStaff, false},
		{"ärger im büro ü", password.MinStaff, true},
		{"kettle7", password.MinCustomer, false},
		{"kettle72", password.MinCustomer, true},
		{"", password.MinCustomer, false},
		{strings.Repeat("ab c7-", 42), password.MinStaff, true},
		{strings.Repeat("x7 ", 100), password.MinStaff, false},
		{"bad \xff bytes here", password.MinStaff, false},
		{"password", password.MinCustomer, false},
		{"Password1!", password.MinCustomer, false},
		{"P@ssw0rd2026", password.MinCustomer, false},
		{"!!sunshine!!", password.MinCustomer, false},
		{"passwordpassword", password.MinStaff, false},
		{"letmeinletmeinletmein", password.MinStaff, false},
		{"12345678", password.MinCustomer, false},
		{"876543210", password.MinCustomer, false},
		{"qwertyuiop123456", password.MinStaff, false},
		{"aaaaaaaaaaaaaaaa", password.MinStaff, false},
		{"ababababababababab", password.MinStaff, false},
		{"maria.keller-2026", password.MinStaff, false},
		{"maria@example.com", password.MinStaff, false},
		{"maria and the fox", password.MinStaff, true},
	} {
		got := password.Check(c.text, c.min, "maria", "maria.keller@example.com", "maria@example.com", "")
		if (got == "") != c.ok {
			t.Errorf("%q, at least %d: %q", c.text, c.min, got)
		}
	}
}
