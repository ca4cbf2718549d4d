package customer

import "context"

// MayUse reports whether an account is good on a website: its own, or any when
// accounts are shared globally.
func (s *Service) MayUse(ctx context.Context, c Customer, websiteID int64) (bool, error) {
	if c.WebsiteID == websiteID {
		return true, nil
	}
	return Shared(ctx, s.db.Reader())
}
