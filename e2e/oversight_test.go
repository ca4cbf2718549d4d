package e2e

import (
	"testing"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/assist/oversight"
	"github.com/storehand/storehand/internal/config"
)

const focused = `document.activeElement.getAttribute("aria-label")`

func TestASupervisorSeesWhoIsInsideAndEndsItWhileTheAgentWorks(t *testing.T) {
	story(t)
	s := open(t)
	s.consent("noah@example.com", true)
	boss := s.staff(s.person(), "admin").Visit(s.admin("/assist/sessions")).See("No session is running")
	maria, other := s.person(), s.person()
	s.staff(maria, "maria")
	veras := s.assist(maria, "vera@example.com")
	boss.See("Vera Lind", "Maria Keller", "1 record", "End all") // by itself
	s.staff(other, "admin")
	noahs := s.assist(other, "noah@example.com")
	boss.See("Noah Stern", "2 records").Screenshot("active-sessions")

	boss.TabTo("End the session as Vera Lind")
	noahs.Click("Close Session").See("Session closed")
	boss.Until("Noah's session is gone", `!document.querySelector("main").innerText.includes("Noah Stern")`).See("1 record")
	if at := boss.Eval(focused); at != "End the session as Vera Lind" {
		t.Errorf("after the list was renewed, the keyboard is at %q", at)
	}
	boss.Enter().See("The session as Vera Lind has ended.", "No session is running")
	veras.See("This session is over", "Another Admin user has ended the session.").Misses("Close Session")
	veras.Visit(s.store("english", "/cart")).Misses("You are logged in as")

	veras = s.assist(maria, "vera@example.com")
	boss.See("Vera Lind").Click("End all").See("You ended 1 session.")
	veras.See("This session is over")
}

func TestASecondPersonIsAskedAndLetsTheAgentIn(t *testing.T) {
	story(t)
	s := open(t, config.Edit{Field: assist.Approvals, Value: assist.ApprovalEveryone})
	tom := s.staff(s.person(), "tom").Visit(s.admin("/assist/approvals")).See("Nothing waits for an answer")
	desk := s.staff(s.person(), "maria").Visit(s.customerPage("vera@example.com", "")).Click(lac).See("A second person approves this first")
	waiting := desk.Choose(reason).ClickNew("Ask for approval").See("Waiting for a second person")
	tom.See("Maria Keller", "Vera Lind", reason).ClickOn(`main table a[href^="/assist/approvals/"]`)
	tom.Click("Decline").See("Please say why, so that your colleague knows.")
	tom.Fill("Note", "Go ahead").Click("Approve").See("You approved", "Holds until")
	waiting.See("Tom Berger has approved", "Go ahead").Click(lac).See("Approved by a second person")
	front := waiting.ClickNew(lac).See("You are logged in as Vera Lind")
	tom.Click("Take back").See("You took back your approval")
	front.See("taken back") // told by the open page, or by the page that took its place
}

func TestAnAlertIsSeenToAndTheSessionIsReviewed(t *testing.T) {
	story(t)
	never := time.Now().UTC().AddDate(0, 0, 3).Weekday().String()[:3] + " 00:00-24:00"
	s := open(t, config.Edit{Field: oversight.WorkingHours, Value: never}, config.Edit{Field: oversight.ReviewShare, Value: "100"})
	tom := s.staff(s.person(), "tom").Visit(s.admin("/assist/alerts")).See("No alert")
	maria := s.person()
	s.staff(maria, "maria")
	front := s.assist(maria, "vera@example.com")
	tom.See("Out of hours", "Maria Keller logged in as Vera Lind outside of the working hours.", "1 record")
	tom.ClickOn(`main table a[href^="/assist/alerts/"]`)
	tom.Fill("Note", "She helps from another time zone").Click("Acknowledge").See("You acknowledged the alert.", "No alert")
	tom.Visit(s.admin("/assist/alerts?show=all")).See("Acknowledged", "Tom Berger")

	tom.Visit(s.admin("/assist/reviews")).See("Nothing here")
	front.Click("Close Session").See("Session closed")
	tom.See("Maria Keller", "Vera Lind").ClickOn(`main table a[href^="/assist/log/"]`)
	tom.Choose("Needs attention").Click("Save verdict").See("Please say what needs attention.")
	tom.Fill("Note", "Which order was it?").Click("Save verdict").See("Your verdict was recorded.")
	tom.Visit(s.admin("/assist/reviews?show=attention")).See("Which order was it?", "Tom Berger")
}

func TestAUsedUpQuotaAndTheEmergencyStopAreSaidWhereOnePresses(t *testing.T) {
	story(t)
	s := open(t, config.Edit{Field: assist.QuotaHour, Value: "1"})
	maria := s.person()
	desk := s.staff(maria, "maria")
	front := s.assist(maria, "vera@example.com")
	desk.Visit(s.customerPage("vera@example.com", "")).Click(lac).See("Login as Customer is not possible", "You have begun 1 session within an hour: more are not allowed.", "The next one can begin in")
	s.configure(config.Edit{Field: assist.QuotaHour, Value: "0"})

	boss := s.staff(s.person(), "admin").Visit(s.admin("/assist/stop"))
	boss.Fill("Reason", "A stolen laptop").Click("Stop now").See("Login as Customer is stopped", "Sessions that ended: 1.")
	front.See("This session is over", "Login as Customer was stopped for everybody.")
	desk.Visit(s.customerPage("vera@example.com", "")).See("Login as Customer is stopped for everybody", "A stolen laptop").Click(lac).See("Login as Customer is not possible")
	boss.Click("Resume Login as Customer").See("Login as Customer can be used again.")
	s.assist(maria, "vera@example.com")
}

func TestWhyAndTheReportAreReadByAnAuditor(t *testing.T) {
	story(t)
	s := open(t)
	maria := s.person()
	s.staff(maria, "maria")
	s.assist(maria, "vera@example.com").Click("Close Session").See("Session closed")
	tom := s.staff(s.person(), "tom").Click("Who May Log in as Whom")
	tom.Select("Admin user", "Maria Keller (maria)").Fill("Customer", "noah@example.com").Click("Ask")
	tom.See("Maria Keller as Noah Stern", "May enter: no", "The customer has not allowed remote shopping assistance.")
	tom.Fill("Customer", "vera@example.com").Click("Ask").See("Maria Keller as Vera Lind", "May enter: yes", "Every rule holds right now.")

	tom.Click("Assistance Report").See("Sessions per day by outcome", "Consent coverage", "Time to end", "Refusals by cause")
	if n := tom.Count("main svg.plot-area"); n != 2 { // of what there is: sessions and their length
		t.Errorf("%d charts", n)
	}
	tom.Eval(`fetch(document.querySelector("#part-sessions a[download]").href).then((a) => a.text()).then((text) => { window.file = text }), ""`)
	tom.Until("the file", `window.file && window.file.includes("Closed by the agent") && window.file.includes(new Date().getUTCFullYear())`)
}
