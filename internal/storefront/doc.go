// Package storefront is the shop as customers see it: its route table and one
// pair of files per page.
//
// It owns the layout of the shop and the banner that no page of a stay may
// lack. It decides nothing about the business; it asks the areas.
package storefront
