// Package sqldb is the only package that can write to the database, and the
// only one that knows which engine is behind it: SQLite or PostgreSQL, from one
// SQL text.
//
// A write has a name: [DB.Change] runs a function in a transaction between two
// hooks, wired once by the application: the guard, which refuses when the
// actor's impersonation has ended, and the recorder, which inserts the audit
// row. All three commit together or not at all. Only Change (and the unrecorded
// [DB.Upkeep], for session touches, leases and pruning) yields a [*Tx], and only
// a *Tx can execute; readers are opened read-only.
//
// It refuses nested changes, and changes by nobody: the context must carry an
// [actor.Who].
package sqldb
