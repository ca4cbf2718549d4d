package sales

import (
	"context"
)

func (s *Service) Grid(ctx context.Context, f OrderFilter) (OrderPage, error) {
	return OrderPage{}, nil
}
func (s *Service) InvoiceGrid(ctx context.Context, f DocFilter) (InvoicePage, error) {
	return InvoicePage{}, nil
}
func (s *Service) ShipmentGrid(ctx context.Context, f DocFilter) (ShipmentPage, error) {
	return ShipmentPage{}, nil
}
func (s *Service) MemoGrid(ctx context.Context, f DocFilter) (MemoPage, error) {
	return MemoPage{}, nil
}
func (s *Service) TransactionGrid(ctx context.Context, f DocFilter) (TransactionPage, error) {
	return TransactionPage{}, nil
}

// Export calls fn with every order of the filter, in its order.
func (s *Service) Export(ctx context.Context, f OrderFilter, fn func(Order) error) error { return nil }

// OrderSorts and DocSorts are the keys lists can be sorted by.
var (
	OrderSorts = []string{"number", "created", "bill_name", "ship_name", "email", "status", "total", "website"}
	DocSorts   = []string{"number", "created", "order"}
)
