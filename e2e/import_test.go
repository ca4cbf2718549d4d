package e2e

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/storehand/storehand/e2e/browser"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/magento/magentotest"
	"github.com/storehand/storehand/internal/sqldb"
	"github.com/storehand/storehand/internal/sqldb/sqldbtest"
)

// program builds the one binary, once a run.
var program = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "storehand-bin-")
	if err != nil {
		return "", err
	}
	leftovers = append(leftovers, dir)
	file := filepath.Join(dir, "storehand")
	out, err := exec.Command("go", "build", "-o", file, "../cmd/storehand").CombinedOutput()
	if err != nil {
		_, _ = os.Stderr.Write(out)
	}
	return file, err
})

// storehand runs the command and returns what it printed.
func storehand(t *testing.T, input string, args ...string) string {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(file, args...)
	cmd.Stdin = bytes.NewReader([]byte(input))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("storehand %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// counted is a number as grids show it.
func counted(n int64) string { return i18n.For("en").Number(n) }

const clerksPassword = "a long pass phrase of the clerk"

func TestARealShopIsImportedAndItsCustomerHelped(t *testing.T) {
	for _, engine := range sqldbtest.Engines {
		t.Run(string(engine), func(t *testing.T) {
			story(t)
			importAndHelp(t, engine)
		})
	}
}

func importAndHelp(t *testing.T, engine sqldb.Engine) {
	shop := magentotest.Open(t)
	orders, memos := counted(shop.Orders), counted(shop.CreditMemos)
	const email, name, product = "c12346@example.com", "Jane Vargas", "inflatable-political-globe-10002"
	dsn := sqldbtest.DSN(t, engine)
	port := strconv.Itoa(freePort(t))
	admin, base := "http://admin.localhost:"+port, "http://localhost:"+port
	storehand(t, "", "migrate", "--db", dsn, "--admin-url", admin, "--base-url", base+"/", "--currency", "GBP", "--locale", "en-GB")
	storehand(t, clerksPassword+"\n", "staff", "create", "--db", dsn, "--username", "clerk", "--email", "clerk@shop.test")
	storehand(t, "", "import", "products", "--db", dsn, shop.File("products.csv"))
	storehand(t, "", "import", "customers", "--db", dsn, "--addresses", shop.File("customer_addresses.csv"), shop.File("customers.csv"))
	storehand(t, "", "import", "orders", "--db", dsn, shop.File("orders.jsonl"))
	storehand(t, "", "import", "creditmemos", "--db", dsn, shop.File("creditmemos.jsonl"))
	serveProgram(t, dsn, admin, port)

	p := chromium(t, false).Person(t, browser.Look{})
	desk := p.Open(admin+"/login").Fill("User Name", "clerk").Fill("Password", clerksPassword).Click("Sign in").Titled("Dashboard")
	desk.Click("Configuration").ClickOn(`nav[aria-label="Configuration"] details:nth-of-type(3) summary`).Click(lac)
	desk.In("Enable Login as Customer").Tick("Use system value", false)
	desk.Select("Enable Login as Customer", "Yes").Click("Save Config").See("saved")
	desk.Visit(admin+"/").Fill("Name, e-mail, phone, ID or order number", email).See(name).Click(name).See("What the customer sees")
	desk.Click(lac).See("Login as Customer is not possible").Click("Set it for the customer under Account Information")
	desk.In(allow).Choose("Yes")
	desk.Fill("Reason for a change", "Asked us on the telephone").Click("Save").See("saved")
	front := enter(desk).See("You are logged in as " + name)
	front.Visit(base+"/p/"+product).See("£").Click("Add to cart").See("is in your cart", "You are logged in as "+name, "£")
	front.Click("Close Session").See("Session closed")
	browseAndHelp(t, desk, admin, orders, memos)
	desk.Visit(admin+"/sales/orders?q=536555").Click("536555").See("Order # 536555", "None: bought as a guest")
	if desk.Has(lac) {
		t.Error("a guest's order offers to log in as its customer")
	}
}

// browseAndHelp looks through what was imported, and starts from an order of it.
func browseAndHelp(t *testing.T, desk *browser.Tab, admin, orders, memos string) {
	t.Helper()
	desk.Visit(admin + "/sales/orders").See(orders + " records")
	all := desk.Count("input[name=order]")
	desk.TabTo("All on this page").Type(" ").Until("every row is ticked", fmt.Sprintf(`document.querySelectorAll("input[name=order]:checked").length === %d`, all))
	desk.Visit(admin + "/sales/creditmemos").See(memos + " record")
	desk.Visit(admin+"/sales/orders").Fill("Order number, e-mail or name", "541431").Click("Search").Click("541431")
	desk.See("Order # 541431", "Jane Vargas", "74,215", "£77,183.60", "Closed")
	order := desk.URL()
	desk.Visit(order + "/invoices").See("£77,183.60").Visit(order + "/creditmemos").See("C541433").Visit(order).See("Items Ordered")
	desk.Click(lac).See("This is the real account").Choose(reason)
	front := desk.ClickNew(lac).See("You are logged in as Jane Vargas", "£77,183.60").At("/account/orders/541431")
	front.Screenshot("imported-order-assisted")
	front.Click("Back to order #541431").See("Order # 541431")
	front.Visit(admin + "/sales/orders?q=541431").Click("541431").Click("Assistance").See("Order #541431")
}

// serveProgram serves the database until the test ends.
func serveProgram(t *testing.T, dsn, admin, port string) {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	cmd := exec.Command(file, "serve", "--db", dsn, "--admin-url", admin, "--listen", "127.0.0.1:"+port, "--mail-dir", t.TempDir())
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(os.Interrupt)
		if err := cmd.Wait(); err != nil {
			t.Errorf("serve did not stop by itself: %v\n%s", err, log.String())
		}
	})
	ctx, done := context.WithTimeout(context.Background(), 30*time.Second)
	defer done()
	for ctx.Err() == nil {
		req, _ := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort("127.0.0.1", port)+"/readyz", nil)
		if resp, err := http.DefaultClient.Do(req); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		<-time.After(50 * time.Millisecond)
	}
	t.Fatalf("the program does not answer:\n%s", log.String())
}
