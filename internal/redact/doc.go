// Package redact makes the words of others fit to be shown: what a server, a proxy or a command says gets into the messages and
// logs of this program through Secrets.Line, and through nothing else. It takes four steps, in this order:
//
//  1. What the program knows to be secret is hidden, in every form in which it may be repeated (secrets.go).
//  2. What looks like a secret is hidden (shapes.go).
//  3. What a terminal would obey is shown as text, and all of it becomes one line (line.go).
//  4. The line is cut to MaxLength characters. Cutting comes last: half a secret looks like none.
//
// It may import the standard library only.
package redact
