package catalog

import "github.com/storehand/storehand/internal/fault"

func noProduct() error { return fault.New(fault.NotFound, "This product does not exist.") }

func noCategory() error { return fault.New(fault.NotFound, "This category does not exist.") }

func changedMeanwhile() error {
	return fault.New(fault.Conflict, "Somebody else changed this product meanwhile. Open it again to see the changes.")
}
