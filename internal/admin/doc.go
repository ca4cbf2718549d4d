// Package admin is the application for Admin users: its route table and one
// pair of files per page.
//
// It owns the layout of the Admin, what its forms ask for and how they answer.
// It decides nothing about the business; it asks the areas.
package admin
