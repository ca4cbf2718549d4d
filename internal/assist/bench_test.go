package assist

import (
	"testing"

	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

func bench(b *testing.B, fn func(b *testing.B, s *shop)) {
	for _, engine := range sqldbtest.Engines {
		b.Run(string(engine), func(b *testing.B) {
			clock := sqldbtest.NewClock()
			s := open(b, sqldbtest.Open(b, sqldbtest.DSN(b, engine), clock.Now), clock.Now)
			s.furnish()
			b.ResetTimer()
			fn(b, s)
		})
	}
}

// BenchmarkResume is what every request of a stay pays.
func BenchmarkResume(b *testing.B) {
	bench(b, func(b *testing.B, s *shop) {
		in := s.entered(maria, vera)
		for b.Loop() {
			if _, err := s.Resume(s.guest(), in.Token.Reveal()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkGuard is what a change pays during a stay, beside one without.
func BenchmarkGuard(b *testing.B) {
	bench(b, func(b *testing.B, s *shop) {
		in := s.entered(maria, vera)
		b.Run("stay", func(b *testing.B) {
			for b.Loop() {
				if err := s.buy(s.within(in.Stay)); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("own", func(b *testing.B) {
			for b.Loop() {
				if err := s.buy(s.customer(vera)); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}

// BenchmarkHandOff is begin, authorize and enter: three durable commits.
func BenchmarkHandOff(b *testing.B) {
	bench(b, func(b *testing.B, s *shop) {
		for b.Loop() {
			s.entered(maria, vera)
		}
	})
}
