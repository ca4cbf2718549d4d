// Package impersonate lets one person act as another: with consent, visibly,
// for a while.
//
// A member of staff (the actor) works in somebody else's account (the subject)
// to see what they see. That is delegation in the sense of RFC 8693 section
// 1.1: both people stay known in every request, and the actor never becomes
// the subject. The package owns the life of such a stay, called an
// [Impersonation], and the one-time code that carries it from the place where
// it is begun to the place where it is lived, which may be two different sites:
//
//	begun ──Authorize──▶ code minted ──Enter──▶ entered ──End──▶ ended(cause)
//	   └───────────────────────────────────────────────────────▶ ended(cause)
//
// The hand-off is an OAuth authorization code (RFC 6749 section 4.1) bound by
// PKCE with S256 (RFC 7636) to the browser that asked for it:
//
//  1. [Manager.Begin] on the actor's site records who, whom, where and why.
//     The id it gives is no secret and may travel in a URL.
//  2. The subject's site keeps a [NewVerifier] in a cookie and sends the
//     browser back with its [Challenge].
//  3. [Manager.Authorize] asks the policy again and mints the code, once. Send
//     it in the body of a POST, never in a URL.
//  4. [Manager.Enter] on the subject's site spends the code and makes the stay's
//     own session. Its token belongs into a cookie of its own.
//  5. [Manager.Resume] is asked on every request and remembers nothing: what
//     the [Policy] no longer allows ends there, on every node.
//  6. [Manager.Guard] is asked inside every transaction that writes.
//
// Errors are of four kinds. A [Refusal] is a step that was not taken; it reads the
// same whatever the cause, which is for the log. An [EndedError] is a stay that is
// over: clear the cookie and say why. [ErrViewOnly] is a write in a stay that may
// only look. Everything else is a failure of the Store or the Policy: answer as if
// refused, and keep the cookie, because nothing has ended.
//
// An application supplies two things: a [Store], whose steps are transactions,
// and a [Policy], the one function that decides at every step. [NewMemoryStore]
// serves tests and single processes; the package impersonatetest holds the
// contract that any other Store has to pass. What a page needs of HTTP is here
// too: [SetCookie], [Token], [With], [From], [Forbid] and [NoStore].
//
// The package imports the standard library only, starts no goroutines, keeps
// no state outside the Store and reads the time only from its [Clock].
package impersonate
