package document

import (
	"context"

	"github.com/storehand/storehand/internal/config"
	"github.com/storehand/storehand/internal/i18n"
	"github.com/storehand/storehand/internal/store"
)

// ShopOf is what the configuration of a store view says for its papers.
func ShopOf(ctx context.Context, c *config.Service, view store.View) Shop {
	at := config.OfView(view)
	return Shop{
		Name:     c.Text(ctx, config.StoreName, at),
		Address:  c.Text(ctx, config.StoreAddress, at),
		VATID:    c.Text(ctx, config.VATNumber, at),
		Phone:    c.Text(ctx, config.SupportPhone, at),
		Email:    c.Text(ctx, config.SupportEmail, at),
		URL:      view.URL("/"),
		Locale:   i18n.For(view.Locale),
		Assisted: c.Bool(ctx, config.DocumentAssisted, at),
	}
}
