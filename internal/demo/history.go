package demo

import (
	"math"
	"math/rand/v2"

	"github.com/storehand/storehand/internal/catalog"
	"github.com/storehand/storehand/internal/payment"
)

// lives are what becomes of the crowd's orders: those that are not over are the
// last ones.
var lives = []fate{done, done, done, canceled, done, partRefunded, done, done, refunded, done, done, done, done, canceled, done, done, partRefunded, done}

var openLives = []fate{waiting, unpaid, invoiced, partInvoiced, shipped, partShipped, held, reviewed, waiting, unpaid, invoiced, waiting, invoiced, waiting}

// The crowd orders more from month to month, for a good year.
const (
	crowdOrders = 290
	historyDays = 394
)

// crowdsOrders are those of everybody but the people with a name, the same ones
// each time, the oldest first.
func crowdsOrders(goods []*catalog.Product) (all []anOrder) {
	r := rand.New(rand.NewPCG(3, 2026))
	people := crowd()
	left := make([]int64, len(goods)) // pieces that may go: the shop keeps something to sell
	for i, g := range goods {
		left[i] = g.Stock.Salable() - 8
	}
	for i := range crowdOrders {
		over := crowdOrders - len(openLives)
		share := min(math.Sqrt((float64(i)+r.Float64())/float64(over)), 1)
		const took = 4 // what is over took its time
		o := anOrder{daysAgo: took + int((historyDays-took)*(1-share)), fate: lives[i%len(lives)], method: crowdMethods[r.IntN(len(crowdMethods))]}
		if open := i - over; open >= 0 {
			o.fate, o.daysAgo = openLives[open], (crowdOrders-i)/4
			if o.fate == unpaid || o.fate == reviewed {
				o.daysAgo = 0
			}
		}
		who := people[r.IntN(1+(len(people)-1)*(historyDays-o.daysAgo)/historyDays)] // had an account by then
		o.email, o.view = who.email, who.view
		switch {
		case i%6 == 3:
			o.email, o.view = "", "english" // a guest
		case i%7 == 4 && o.fate != unpaid:
			o.staff = []string{"jonas", "maria"}[i%2]
		}
		if r.IntN(14) == 0 {
			o.comment = crowdComments[r.IntN(len(crowdComments))]
		}
		o.skus = choose(r, left)
		all = append(all, o)
	}
	return all
}

var crowdMethods = []string{payment.CheckMoney, payment.BankTransfer, payment.CheckMoney, payment.CashOnDelivery, payment.BankTransfer, payment.PurchaseOrder}

var crowdComments = []string{"Please ring twice.", "It is a present: no invoice in the parcel, please.", "Leave it at the reception.", "As soon as you can, please."}

// choose takes one to four goods of which there are enough, popular ones more often.
func choose(r *rand.Rand, left []int64) []int {
	var skus []int
	for range 1 + r.IntN(4) {
		n := int(float64(len(left)) * math.Pow(r.Float64(), 1.6))
		if left[n] >= 2 {
			left[n] -= 2
			skus = append(skus, n)
		}
	}
	if len(skus) == 0 {
		skus = append(skus, r.IntN(len(left)))
	}
	return skus
}
