// Package credential gets tokens from a command of the user's choice, such as kubectl, az or a script in front of an
// identity provider, so that no cloud's SDK is needed. A Source runs the command once for all requests, keeps the token
// until shortly before it expires, and runs it again when a server has refused the token.
//
// It may import internal/redact and the standard library only.
package credential
