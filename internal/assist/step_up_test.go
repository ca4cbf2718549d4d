package assist

import (
	"testing"
	"time"
)

func TestAConfirmationCountsAsThePolicySays(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		policy    string
		confirmed time.Time
		want      bool
	}{
		{StepUpNever, time.Time{}, false},
		{StepUpOnce, time.Time{}, true},
		{StepUpOnce, now.Add(-11 * time.Hour), false},
		{StepUpOften, time.Time{}, true},
		{StepUpOften, now.Add(-14 * time.Minute), false},
		{StepUpOften, now.Add(-15 * time.Minute), true},
	} {
		if got := mustConfirm(c.policy, c.confirmed, now); got != c.want {
			t.Errorf("%s, confirmed %v: must confirm %v", c.policy, c.confirmed, got)
		}
	}
}
