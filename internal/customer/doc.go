// Package customer owns the shop's customers: who they are, their addresses and
// groups, how they register and sign in, their newsletter, wish list and what
// they viewed last.
//
// It refuses a second account with the same e-mail address (in a website, or
// anywhere when accounts are shared) and a save over somebody else's. It keeps
// no consent to assistance: the column is read here and written by assist.
package customer
