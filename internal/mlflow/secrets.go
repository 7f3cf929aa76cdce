package mlflow

import (
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
	"sync"
)

// hidden stands in a message where a secret stood.
const hidden = "(hidden)"

// shortestSecret is the length from which a secret is looked for in messages: a shorter one would blot out ordinary words.
const shortestSecret = 4

// secrets knows what must not be shown. Servers and proxies repeat headers in their messages: an echo service does, and
// so does a debug page.
type secrets struct {
	mutex sync.RWMutex
	known []string // the longest first
}

// secretsOf returns everything secret in a configuration, as it is and as it travels.
func secretsOf(config Config, inURL *url.Userinfo) *secrets {
	s := &secrets{}
	s.add(config.Password)
	s.add(config.Token)
	if config.Username != "" {
		s.add(strings.TrimPrefix(basic(config.Username, config.Password), "Basic "))
	}
	if inURL != nil {
		password, _ := inURL.Password()
		s.add(password)
		s.add(strings.TrimPrefix(basic(inURL.Username(), password), "Basic "))
	}
	for _, value := range config.Headers {
		s.add(value)
		if _, bare, found := strings.Cut(value, " "); found { // as in "Bearer …"
			s.add(bare)
		}
	}
	return s
}

// add hides a secret from now on, in the forms in which it may be repeated.
func (s *secrets) add(secret string) {
	if len(secret) < shortestSecret {
		return
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	for _, form := range []string{
		secret, url.QueryEscape(secret), url.PathEscape(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
	} {
		if !slices.Contains(s.known, form) {
			s.known = append(s.known, form)
		}
	}
	slices.SortStableFunc(s.known, func(a, b string) int { return len(b) - len(a) })
}

// hide returns text without the secrets.
func (s *secrets) hide(text string) string {
	s.mutex.RLock()
	defer s.mutex.RUnlock()
	for _, secret := range s.known {
		text = strings.ReplaceAll(text, secret, hidden)
	}
	return text
}
