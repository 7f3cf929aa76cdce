package connect

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpproxy"
)

// proxyVariables are the proxy variables of the environment. As in Python, names in lower case win over those in upper
// case, and ALL_PROXY counts where none is set for the scheme.
type proxyVariables struct {
	http, https, except string
	// names are the variables that http and https come from.
	names [2]string
}

func proxiesFrom(getenv func(string) string) proxyVariables {
	first := func(names ...string) (string, string) {
		for _, name := range names {
			if value := getenv(name); value != "" {
				return value, name
			}
		}
		return "", ""
	}
	var found proxyVariables
	found.http, found.names[0] = first("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
	found.https, found.names[1] = first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
	found.except = cmp.Or(getenv("no_proxy"), getenv("NO_PROXY"))
	return found
}

// proxy returns what chooses the proxy of a request. proxy_url is for every request; the variables leave out this
// machine and what NO_PROXY names.
func (s Settings) proxy() (func(*url.URL) (*url.URL, error), error) {
	if s.ProxyURL != "" {
		address, err := parseProxy(s.ProxyURL)
		if err != nil {
			return nil, s.wrong(AttributeProxyURL, err)
		}
		return func(*url.URL) (*url.URL, error) { return address, nil }, nil
	}
	value, name := s.proxies.http, s.proxies.names[0]
	if s.scheme() == schemeHTTPS {
		value, name = s.proxies.https, s.proxies.names[1]
	}
	if value != "" {
		if _, err := parseProxy(value); err != nil {
			return nil, &SettingError{Attribute: AttributeProxyURL, Variable: name, Err: err}
		}
	}
	config := httpproxy.Config{HTTPProxy: s.proxies.http, HTTPSProxy: s.proxies.https, NoProxy: s.proxies.except}
	return config.ProxyFunc(), nil
}

// parseProxy reads the address of a proxy. Its errors never repeat it, for it may hold a password.
func parseProxy(text string) (*url.URL, error) {
	if !strings.Contains(text, "://") {
		text = "http://" + text // as curl and Python read it
	}
	address, err := url.Parse(text)
	if err != nil || address.Hostname() == "" {
		return nil, errors.New("it is not the address of a proxy, such as http://proxy.example.com:3128 (it is not shown, for it may hold a password)")
	}
	switch address.Scheme {
	case "http", "https", "socks5", "socks5h":
		return address, nil
	}
	return nil, fmt.Errorf("proxies of the kind %q are not supported: use http, https or socks5", address.Scheme)
}
