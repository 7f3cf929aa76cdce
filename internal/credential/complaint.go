package credential

import (
	"os"
	"regexp"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
)

// leastValue is the length from which a value counts as one that a program may have repeated: a shorter one is a part of words.
const leastValue = 8

var (
	// plainWord is what subcommands, names of accounts and values of settings look like. Whatever has digits, letters of both cases
	// or other characters may be a secret.
	plainWord = regexp.MustCompile(`^(?:[a-z]{1,12}|[a-z]{1,16}(?:[-_.][a-z]{1,16}){1,2}|v?\d{1,7}(?:\.\d{1,7})*|[a-z]{2}_[A-Z]{2}(?:\.\S+)?|[A-Z]{1,8})$`)
	// plainPlace is a file, or an address without user and query.
	plainPlace = regexp.MustCompile(`^(?:~?/|\.{1,2}/|[A-Za-z]:\\|\w+://[^\s@?#]*$)`)
	// words are what a text is made of, without quotation marks and brackets.
	words = regexp.MustCompile(`[^\s"'\x60(){}<>\[\],;|&]+`)
	// usual are variables that hold no secret, and parts of what programs say.
	usual = regexp.MustCompile(`^(?:PATH|HOME|PWD|OLDPWD|SHELL|USER|LOGNAME|USERNAME|LANG|LANGUAGE|LC_\w+|TERM\w*|COLORTERM|TMPDIR|TMP|TEMP|HOSTNAME|` +
		`EDITOR|PAGER|DISPLAY|XDG_\w+|PS\d|SHLVL|_|TF_(?:LOG|CLI|DATA|PLUGIN|REATTACH|IN|WORKSPACE|INPUT)\w*|GO\w*|KUBECONFIG|KUBERNETES_EXEC_INFO)$`)
)

// secrets returns what the command's words must not show: what this process knows, the command's variables and arguments, what is
// inherited, and what the command printed.
func (c Command) secrets(output string) *redact.Secrets {
	known := c.Secrets.With()
	for _, value := range c.Env {
		known.Add(value)
	}
	for index, argument := range c.Args {
		follows := index > 0 && strings.HasPrefix(c.Args[index-1], "-") && redact.NamesSecret(strings.ReplaceAll(c.Args[index-1], "-", "_"))
		known.Add(secretsOf(argument, follows)...)
	}
	for _, variable := range os.Environ() {
		name, value, _ := strings.Cut(variable, "=")
		if redact.NamesSecret(name) || len(value) >= leastValue && !usual.MatchString(name) && !plain(value) {
			known.Add(value)
		}
	}
	for _, word := range words.FindAllString(output, maxPrinted) {
		if len(word) >= leastValue && !plain(word) {
			known.Add(word)
		}
	}
	return known
}

// maxPrinted is how many words of what a command printed are looked for: a token is one, and an answer is short.
const maxPrinted = 200

// secretsOf returns what of an argument may be a secret. follows says that the option before it names one.
func secretsOf(argument string, follows bool) []string {
	found := redact.Shaped(argument)
	name, value, assigned := strings.Cut(argument, "=")
	switch {
	case follows:
		found = append(found, argument)
	case assigned && (redact.NamesSecret(strings.ReplaceAll(name, "-", "_")) || !plain(value)) && !strings.ContainsAny(name, " \t\n"):
		found = append(found, value)
	case strings.HasPrefix(argument, "-"):
	case !strings.ContainsAny(argument, " \t\n"):
		if !plain(argument) {
			found = append(found, argument)
		}
	default: // A script: its words, but for names of variables and of programs.
		for _, word := range words.FindAllString(argument, -1) {
			if len(word) >= leastValue && !strings.HasPrefix(word, "-") && !strings.Contains(word, "$") && !plain(word) &&
				strings.ContainsAny(word, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789") {
				found = append(found, word)
			}
		}
	}
	return found
}

func plain(value string) bool { return plainWord.MatchString(value) || plainPlace.MatchString(value) }

// clean makes one line of what a command wrote to its standard error, for the end of a message, or nothing. output is what it
// printed, which may hold the token.
func (c Command) clean(complaint, output string) string {
	line := c.secrets(output).LastLine(complaint)
	if line == "" {
		return ""
	}
	return "; it wrote: " + line
}
