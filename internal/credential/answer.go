package credential

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
)

// latestExpiry is the end of the year 9999 in seconds since 1970. What expires later is taken to expire then.
const latestExpiry = 253_402_300_799

// token is what a command printed.
type token struct {
	value string
	// expiry is zero where the command named none.
	expiry time.Time
}

// answer is the JSON of a command, in any of the forms that need no wrapper: this provider's own (token, expiry), that
// of kubectl's plugins and of kubectl create token -o json (status), that of an OAuth 2 server (RFC 6749, 5.1), and
// that of az account get-access-token.
type answer struct {
	Token  string `json:"token"`
	Expiry string `json:"expiry"`

	Status *struct {
		Token      string `json:"token"`
		Expiration string `json:"expirationTimestamp"`
	} `json:"status"`

	AccessToken string      `json:"access_token"`
	ExpiresIn   json.Number `json:"expires_in"`

	AzureToken string      `json:"accessToken"`
	ExpiresOn  json.Number `json:"expires_on"`
}

// parse reads what a command printed. Its errors never repeat it.
func parse(output []byte, now time.Time) (token, error) {
	var found answer
	switch {
	case len(bytes.TrimSpace(output)) == 0:
		return token{}, errors.New("it printed nothing: it must print JSON such as {\"token\": \"…\", \"expiry\": \"2026-05-01T12:00:00Z\"}")
	case json.Unmarshal(output, &found) != nil:
		return token{}, errors.New("it did not print JSON such as {\"token\": \"…\", \"expiry\": \"2026-05-01T12:00:00Z\"}")
	}
	result := token{value: found.Token}
	text, seconds, since := found.Expiry, json.Number(""), time.Time{}
	switch {
	case result.value != "":
	case found.Status != nil && found.Status.Token != "":
		result.value, text = found.Status.Token, found.Status.Expiration
	case found.AccessToken != "":
		result.value, seconds, since = found.AccessToken, found.ExpiresIn, now
	case found.AzureToken != "":
		result.value, seconds, since = found.AzureToken, found.ExpiresOn, time.Unix(0, 0)
	default:
		return token{}, errors.New("its JSON has no token: expected are token, status.token, access_token or accessToken")
	}
	if strings.ContainsFunc(result.value, unicode.IsControl) {
		return token{}, errors.New("the token it printed holds a line break or another control character")
	}
	switch {
	case seconds != "":
		count, err := seconds.Int64()
		if err != nil {
			return token{}, errors.New("the time at which its token expires is not a number of seconds")
		}
		// Not as a time.Duration, which ends after 292 years: identity providers write "never" as a time far away.
		result.expiry = time.Unix(since.Unix()+min(count, latestExpiry-since.Unix()), 0)
	case text != "":
		expiry, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return token{}, errors.New("the time at which its token expires is not written as 2026-05-01T12:00:00Z")
		}
		result.expiry = expiry
	}
	if !result.expiry.IsZero() && !result.expiry.After(now) {
		return token{}, fmt.Errorf("the token it printed has expired at %s (by the clock of this machine)", result.expiry.UTC().Format(time.RFC3339))
	}
	return result, nil
}
