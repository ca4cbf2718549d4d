package catalog

// Unlimited is how many can be sold of what is never counted or may be
// back-ordered.
const Unlimited = int64(1) << 40

// Stock says how many of a product can be sold. Without Manage nothing is
// counted; InStock off takes the product off sale whatever is counted.
type Stock struct {
	Manage     bool
	OnHand     int64
	Reserved   int64 // on open order lines
	Threshold  int64 // kept back
	InStock    bool
	Backorders bool
}

// Salable is how many can be sold now: on hand - reserved - threshold, never
// below zero, or Unlimited.
func (s Stock) Salable() int64 {
	switch {
	case !s.InStock:
		return 0
	case !s.Manage, s.Backorders:
		return Unlimited
	}
	return max(0, s.OnHand-s.Reserved-s.Threshold)
}

// salable says Salable() > 0 in SQL; p is product. A configurable product is
// kept managed, with nothing on hand, while none of its variants can be sold:
// see restockParents.
const salable = `(p.in_stock AND (NOT p.manage_stock OR p.backorders OR p.on_hand - p.reserved - p.threshold > 0))`
