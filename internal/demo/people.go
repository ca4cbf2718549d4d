package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/storehand/storehand/internal/assist"
	"github.com/storehand/storehand/internal/customer"
)

// person is a customer to be made.
type person struct {
	first, last, email string
	view               string // code of the store view where the account is created
	group              int64
	consent            string // "", "yes", "no"
	address            customer.Address
	daysAgo            int
}

// named are the customers that the documentation names.
var named = []person{
	{first: "Vera", last: "Lind", email: "vera@example.com", view: "english", consent: "yes", daysAgo: 340,
		address: customer.Address{Street: "18 Harbour Road", City: "Portland", Region: "Maine", Postcode: "04101", Country: "US", Phone: "+1 207 555 0118"}},
	{first: "Noah", last: "Stern", email: "noah@example.com", view: "english", daysAgo: 210,
		address: customer.Address{Street: "7 Orchard Lane", City: "Burlington", Region: "Vermont", Postcode: "05401", Country: "US", Phone: "+1 802 555 0107"}},
	{first: "Elena", last: "Rossi", email: "elena@example.com", view: "french", consent: "yes", daysAgo: 120,
		address: customer.Address{Street: "12 rue des Lilas", City: "Lyon", Postcode: "69003", Country: "FR", Phone: "+33 4 72 55 01 12"}},
}

// people makes the customers, oldest first, so that ids and dates agree.
func (p Parts) people(ctx context.Context, s *Shop, size Size, now time.Time) error {
	hash, err := p.Hasher.Hash(ctx, Password)
	if err != nil {
		return err
	}
	all := named
	if size == Full {
		all = append(crowd(), named...)
	}
	for _, who := range all {
		p.Clock.Set(now.AddDate(0, 0, -who.daysAgo).Add(-time.Duration(len(who.last)) * time.Hour))
		if err := p.person(ctx, s, who, hash); err != nil {
			return fmt.Errorf("%s: %w", who.email, err)
		}
	}
	return nil
}

func (p Parts) person(ctx context.Context, s *Shop, who person, hash string) error {
	website, view := s.Main, s.English
	switch who.view {
	case "german":
		view = s.German
	case "arabic":
		view = s.Arabic
	case "french":
		website, view = s.Outlet, s.French
	}
	id, err := p.Customers.Create(ctx, customer.Draft{
		Details:   customer.Details{Email: who.email, FirstName: who.first, LastName: who.last, GroupID: who.group},
		WebsiteID: website.ID, StoreViewID: view.ID, PasswordHash: hash,
	})
	if err != nil {
		return err
	}
	s.Customers[who.email] = id
	a := who.address
	a.FirstName, a.LastName, a.DefaultBilling, a.DefaultShipping = who.first, who.last, true, true
	if _, err := p.Customers.SaveAddress(ctx, id, a); err != nil {
		return err
	}
	if who.consent == "" {
		return nil
	}
	c, err := p.Customers.Get(ctx, id)
	if err != nil {
		return err
	}
	_, err = p.Assist.SetConsent(asCustomer(ctx, c, view, "POST /account/edit"), assist.ConsentForm{
		CustomerID: id, Allow: who.consent == "yes", Channel: assist.BySelf, Label: "Allow remote shopping assistance",
	})
	return err
}

const crowdSize = 300

// The crowd's names by store view, ours.
var crowdNames = map[string]struct{ first, last, cities string }{
	"english": {"Alice Henry Grace Oscar Ruth Felix Nora Hugo Ivy Leo Clara Miles Edith Jasper Mabel", "Carter Bennett Hughes Morgan Ellis Palmer Quinn O'Neill Sutton Harlow Finch Baxter Doyle Mercer", "Boston Albany Concord Augusta Hartford"},
	"german":  {"Anna Lukas Greta Jürgen Käthe Moritz Lena Jonas Ida Friedrich Marlene Björn", "Schäfer Krüger Weiß Hoffmann Brandt Vogel Lehmann Arnold Böhm Seidel Winkler", "Hamburg Leipzig Bremen Köln Dresden"},
	"arabic":  {"Layla Omar Salma Yusuf Huda Karim Nour Tariq Amina Faris", "Haddad Mansour Nasser Khalil Farouk Saleh Aziz Rahman", "Cairo Giza Aswan Luxor Alexandria"},
	"french":  {"Camille Luc Élodie Théo Zoé Bastien Inès Rémi Aurélie Gaël", "Dupont Moreau Lefèvre Girard Chevalier Perrin Noël Besson Marchand", "Nantes Lille Dijon Rennes Nice"},
}

// arabicNames are how every other one of the Arabic store view writes name and
// place; the e-mail address keeps Latin letters.
var arabicNames = map[string]string{
	"Layla": "ليلى", "Omar": "عمر", "Salma": "سلمى", "Yusuf": "يوسف", "Huda": "هدى", "Karim": "كريم", "Nour": "نور", "Tariq": "طارق", "Amina": "أمينة", "Faris": "فارس",
	"Haddad": "حداد", "Mansour": "منصور", "Nasser": "ناصر", "Khalil": "خليل", "Farouk": "فاروق", "Saleh": "صالح", "Aziz": "عزيز", "Rahman": "رحمن",
	"Cairo": "القاهرة", "Giza": "الجيزة", "Aswan": "أسوان", "Luxor": "الأقصر", "Alexandria": "الإسكندرية",
	"Mill Street": "شارع الطاحونة", "Station Road": "شارع المحطة", "Park Avenue": "شارع الحديقة", "Church Lane": "شارع السوق", "Bridge Street": "شارع الجسر",
}

// inArabic writes somebody in Arabic letters.
func inArabic(who person) person {
	who.first, who.last, who.address.City = arabicNames[who.first], arabicNames[who.last], arabicNames[who.address.City]
	number, street, _ := strings.Cut(who.address.Street, " ")
	who.address.Street = number + " " + arabicNames[street]
	return who
}

// regionOf and callingCode let an address agree with itself.
var (
	regionOf    = map[string]string{"Boston": "Massachusetts", "Albany": "New York", "Concord": "New Hampshire", "Augusta": "Maine", "Hartford": "Connecticut"}
	callingCode = map[string]string{"english": "1", "german": "49", "arabic": "20", "french": "33"}
)

var viewCountry = map[string]string{"english": "US", "german": "DE", "arabic": "EG", "french": "FR"}

// crowd invents the customers nobody knows by name, the same ones each time.
func crowd() []person {
	r := rand.New(rand.NewPCG(2026, 11))
	views := []string{"english", "english", "english", "german", "german", "arabic", "french", "french"}
	all := make([]person, crowdSize)
	for i := range all {
		view := views[r.IntN(len(views))]
		names := crowdNames[view]
		first, last := pick(r, names.first), pick(r, names.last)
		all[i] = person{
			first: first, last: last, view: view, daysAgo: historyDays - i*historyDays/crowdSize,
			email:   fmt.Sprintf("%s.%s%d@example.com", plainLetters(first), plainLetters(last), i+1),
			consent: []string{"yes", "yes", "yes", "", "", "no"}[r.IntN(6)],
			address: crowdAddress(r, view, pick(r, names.cities)),
		}
		if view == "arabic" && i%2 == 0 {
			all[i] = inArabic(all[i])
		}
		if r.IntN(9) == 0 {
			all[i].group = customer.Wholesale
		}
	}
	return all
}

func crowdAddress(r *rand.Rand, view, city string) customer.Address {
	a := customer.Address{
		Street: fmt.Sprintf("%d %s", 1+r.IntN(180), []string{"Mill Street", "Station Road", "Park Avenue", "Church Lane", "Bridge Street"}[r.IntN(5)]),
		City:   city, Country: viewCountry[view], Postcode: fmt.Sprintf("%05d", 10000+r.IntN(89999)),
		Phone: fmt.Sprintf("+%s %d 555 %04d", callingCode[view], 201+r.IntN(98), r.IntN(10000)),
	}
	a.Region = regionOf[city]
	return a
}

func pick(r *rand.Rand, words string) string {
	all := strings.Fields(words)
	return all[r.IntN(len(all))]
}

var letters = strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "ß", "ss", "é", "e", "è", "e", "ë", "e", "ï", "i", "É", "e", "'", "")

func plainLetters(name string) string { return strings.ToLower(letters.Replace(name)) }
