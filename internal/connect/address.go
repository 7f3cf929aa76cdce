package connect

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// The schemes of addresses.
const (
	schemeEmbedded = "embedded"
	schemeHTTP     = "http"
	schemeHTTPS    = "https"
)

var (
	// withScheme is an address with a scheme (RFC 3986, 3.1).
	withScheme = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9+.-]*):`)
	// hostAndPort is an address without a scheme, whose host looks like one: localhost is no scheme although the grammar allows it.
	hostAndPort = regexp.MustCompile(`^((?:[A-Za-z0-9][A-Za-z0-9._-]*|\[[0-9A-Fa-f:.]+\]):[0-9]{1,5})(?:/[^@]*)?$`)
)

// cutScheme takes the scheme off an address. It is in lower case, since its letter case does not matter (RFC 3986, 3.1), and
// empty where there is none. What comes after the colon is returned as it is.
func cutScheme(address string) (scheme, rest string) {
	found := withScheme.FindStringSubmatch(address)
	if found == nil || hostAndPort.MatchString(address) {
		return "", address
	}
	return strings.ToLower(found[1]), address[len(found[0]):]
}

// scheme returns the scheme of the address that is used.
func (s Settings) scheme() string {
	scheme, _ := cutScheme(s.URI())
	return scheme
}

// hasUserinfo says whether the address that is used holds both halves of basic credentials, which win over all others.
func (s Settings) hasUserinfo() bool {
	address, err := url.Parse(s.URI())
	if err != nil || address.User == nil {
		return false
	}
	_, whole := address.User.Password()
	return whole
}

// checkSpelling finds what was typed or pasted beside the address. Its errors wrap registry.ErrInvalid and never repeat the
// address, which may hold a password.
func checkSpelling(address string) error {
	inner := strings.TrimFunc(address, isBlank)
	start := strings.Index(address, inner)
	scheme, rest := cutScheme(inner)
	switch {
	case inner == "":
		return invalidAddress("the address holds nothing but white space")
	case start > 0:
		return invalidAddress("the address has %s at its start: remove it, or use trimspace()", blankName(address[:start]))
	case len(address) > len(inner):
		return invalidAddress("the address has %s at its end, as a text that was read from a file often has: remove it, or use trimspace()",
			blankName(address[len(inner):]))
	case strings.ContainsAny(inner[:1], `"'`):
		return invalidAddress("the address is in quotation marks, which do not belong to it: remove them")
	case strings.ContainsFunc(inner, unicode.IsControl):
		return invalidAddress("the address has a control character in it, such as a line break")
	case scheme != schemeEmbedded && strings.ContainsFunc(inner, isBlank):
		return invalidAddress("the address has %s in it", blankName(inner[strings.IndexFunc(inner, isBlank):]))
	case isWeb(scheme) && !strings.HasPrefix(rest, "//"):
		return invalidAddress("the address lacks a slash: write two slashes after %q", inner[:len(scheme)+1])
	}
	return nil
}

// checkScheme says what to write where an address has no scheme, or one that is not supported.
func checkScheme(address string) error {
	const kinds = "http://…, https://… (the address of an MLflow server, not of its database or folder) or embedded:PATH"
	scheme, _ := cutScheme(address)
	switch found := hostAndPort.FindStringSubmatch(address); {
	case scheme == schemeEmbedded || isWeb(scheme):
		return nil
	case found != nil && strings.HasSuffix(found[1], ":443"):
		return invalidAddress("the address has no scheme: write https://%s", found[1])
	case found != nil:
		return invalidAddress("the address has no scheme: write http://%s, or https:// where the server speaks https", found[1])
	case scheme == "" || strings.ContainsAny(scheme, "@/."): // Perhaps a password: nothing of it is shown.
		return invalidAddress("the address has no scheme: use %s", kinds)
	case strings.HasPrefix(address, scheme+"://") || !strings.Contains(address, "@"):
		return invalidAddress("addresses that start with %q are not supported: use %s", scheme, kinds)
	}
	return invalidAddress("the address has no scheme: use %s", kinds) // As in user:password@host.
}

func isWeb(scheme string) bool { return scheme == schemeHTTP || scheme == schemeHTTPS }

func invalidAddress(format string, arguments ...any) error {
	return fmt.Errorf("%w: "+format, append([]any{registry.ErrInvalid}, arguments...)...)
}

// isBlank takes white space, and what is not seen at all, such as the mark that some editors begin a file with.
func isBlank(char rune) bool { return unicode.IsSpace(char) || unicode.Is(unicode.Cf, char) }

// blankName names what a text of blanks holds, the line break first: it tells where the text comes from.
func blankName(blanks string) string {
	first := []rune(blanks)[0]
	switch {
	case strings.ContainsAny(blanks[:min(len(blanks), 2)], "\r\n"):
		return "a line break"
	case first == ' ':
		return "a space"
	case first == '\t':
		return "a tab"
	}
	return fmt.Sprintf("the invisible character %U", first)
}
