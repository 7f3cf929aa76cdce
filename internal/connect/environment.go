package connect

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Environment variables, as MLflow's Python SDK 3.17 and its HTTP library read them (mlflow/environment_variables.py,
// mlflow/utils/credentials.py, requests/sessions.py).
const (
	EnvTrackingURI       = "MLFLOW_TRACKING_URI"
	EnvRegistryURI       = "MLFLOW_REGISTRY_URI"
	EnvUsername          = "MLFLOW_TRACKING_USERNAME"
	EnvPassword          = "MLFLOW_TRACKING_PASSWORD" //nolint:gosec // The name of a variable, not a secret.
	EnvToken             = "MLFLOW_TRACKING_TOKEN"    //nolint:gosec // The name of a variable, not a secret.
	EnvAuth              = "MLFLOW_TRACKING_AUTH"
	EnvSigV4             = "MLFLOW_TRACKING_AWS_SIGV4"
	EnvWorkspace         = "MLFLOW_WORKSPACE"
	EnvInsecureTLS       = "MLFLOW_TRACKING_INSECURE_TLS"
	EnvServerCertPath    = "MLFLOW_TRACKING_SERVER_CERT_PATH"
	EnvRequestsCABundle  = "REQUESTS_CA_BUNDLE"
	EnvCurlCABundle      = "CURL_CA_BUNDLE"
	EnvClientCertPath    = "MLFLOW_TRACKING_CLIENT_CERT_PATH"
	EnvTimeout           = "MLFLOW_HTTP_REQUEST_TIMEOUT"
	EnvMaxRetries        = "MLFLOW_HTTP_REQUEST_MAX_RETRIES"
	EnvBackoffFactor     = "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR"
	EnvBackoffJitter     = "MLFLOW_HTTP_REQUEST_BACKOFF_JITTER"
	EnvRespectRetryAfter = "MLFLOW_HTTP_RESPECT_RETRY_AFTER_HEADER"
)

// WithEnvironment fills what is not set from the environment, each setting by its own variable, as the Python SDK
// does. Credentials that are set here are not overruled by others from the environment. readFile is asked only where credentials
// from the file could be sent. The error is a *SettingError that names the variable that cannot be read or is not supported, or
// the *CredentialsFileError of readFile.
func (s Settings) WithEnvironment(getenv func(string) string, readFile func() (CredentialsFile, error)) (Settings, error) {
	e := &environment{getenv: getenv, used: map[string]string{}}
	ownCredentials := s.hasCredentials()
	e.text(&s.RegistryURI, AttributeRegistryURI, EnvRegistryURI)
	e.text(&s.TrackingURI, AttributeTrackingURI, EnvTrackingURI)
	e.text(&s.Workspace, AttributeWorkspace, EnvWorkspace)
	s.Workspace = strings.TrimSpace(s.Workspace)
	s.addTLS(e)
	if onlyToken := s.Username == "" && s.Password == ""; !ownCredentials || !onlyToken {
		e.text(&s.Username, AttributeUsername, EnvUsername)
		e.text(&s.Password, AttributePassword, EnvPassword)
		if isWeb(s.scheme()) && (s.Username == "" || s.Password == "") && !s.hasUserinfo() {
			credentials, err := readFile()
			if err != nil {
				return s, err
			}
			fill(&s.Username, credentials.Username)
			fill(&s.Password, credentials.Password)
		}
	}
	if !ownCredentials {
		e.text(&s.Token, AttributeToken, EnvToken)
		e.refuse(&s)
	} else if e.used[s.uriAttribute()] != "" {
		s.dropUserinfo()
	}
	if s.ProxyURL == "" {
		s.proxies = proxiesFrom(getenv)
	}
	s.addRequests(e)
	s.variables = e.used
	return s, e.err
}

func (s *Settings) addTLS(e *environment) {
	if s.ServerCertPEM == "" && (s.InsecureTLS == nil || !*s.InsecureTLS) {
		e.text(&s.ServerCertPath, AttributeServerCertPath, EnvServerCertPath)
	}
	if s.ServerCertPEM == "" && s.ServerCertPath == "" || e.used[AttributeServerCertPath] != "" {
		e.boolean(&s.InsecureTLS, AttributeInsecureTLS, EnvInsecureTLS)
	}
	if s.ServerCertPEM == "" && (s.InsecureTLS == nil || !*s.InsecureTLS) {
		e.text(&s.ServerCertPath, AttributeServerCertPath, EnvRequestsCABundle)
		e.text(&s.ServerCertPath, AttributeServerCertPath, EnvCurlCABundle)
	}
	if s.ClientCertPEM == "" {
		e.text(&s.ClientCertPath, AttributeClientCertPath, EnvClientCertPath)
	}
}

func (s *Settings) addRequests(e *environment) {
	if s.Timeout == 0 {
		seconds := DefaultTimeout.Seconds()
		e.number(&seconds, AttributeRequestTimeout, EnvTimeout)
		s.Timeout = time.Duration(seconds * float64(time.Second))
	}
	if s.MaxRetries == nil {
		retries := float64(DefaultMaxRetries)
		e.number(&retries, AttributeMaxRetries, EnvMaxRetries)
		s.MaxRetries = new(int(retries))
	}
	if s.BackoffFactor == nil {
		s.BackoffFactor = new(DefaultBackoffFactor)
		e.number(s.BackoffFactor, AttributeBackoffFactor, EnvBackoffFactor)
	}
	if s.BackoffJitter == nil {
		s.BackoffJitter = new(DefaultBackoffJitter)
		e.number(s.BackoffJitter, AttributeBackoffJitter, EnvBackoffJitter)
	}
	e.boolean(&s.RespectRetryAfter, AttributeRespectRetryAfter, EnvRespectRetryAfter)
}

// dropUserinfo takes the credentials off an address from the environment: those of the provider block win.
func (s *Settings) dropUserinfo() {
	for _, address := range []*string{&s.TrackingURI, &s.RegistryURI} {
		if parsed, err := url.Parse(*address); err == nil && parsed.User != nil {
			parsed.User = nil
			*address = parsed.String()
		}
	}
}

// uriAttribute names the attribute that says where the registry is.
func (s Settings) uriAttribute() string {
	if s.RegistryURI != "" {
		return AttributeRegistryURI
	}
	return AttributeTrackingURI
}

// environment reads variables and notes which ones were used, and the first that cannot be read.
type environment struct {
	getenv func(string) string
	used   map[string]string
	err    error
}

func fill(value *string, other string) {
	if *value == "" {
		*value = other
	}
}

func (e *environment) text(value *string, attribute, variable string) {
	if text := e.getenv(variable); *value == "" && text != "" {
		*value, e.used[attribute] = text, variable
	}
}

// boolean reads what the Python SDK takes for a boolean: true, false, 1 or 0 in any letter case.
func (e *environment) boolean(value **bool, attribute, variable string) {
	text := e.getenv(variable)
	if *value != nil || text == "" {
		return
	}
	switch strings.ToLower(text) {
	case "true", "1":
		*value = new(true)
	case "false", "0":
		*value = new(false)
	default:
		e.fail(attribute, variable, fmt.Errorf("%q is not a boolean: use true or false", text))
	}
	e.used[attribute] = variable
}

// number reads a number that is not negative.
func (e *environment) number(value *float64, attribute, variable string) {
	text := strings.TrimSpace(e.getenv(variable))
	if text == "" {
		return
	}
	kind, whole := "number", attribute == AttributeMaxRetries || attribute == AttributeRequestTimeout
	if whole {
		kind = "whole number"
	}
	number, err := strconv.ParseFloat(text, 64)
	inRange := number >= 0 && number <= 1e6 // Which "nan", a number to ParseFloat, is not.
	switch {
	case err != nil || !inRange || whole && number != math.Trunc(number):
		e.fail(attribute, variable, fmt.Errorf("%q is not a number that can be used: use a %s such as %v", text, kind, *value))
	case attribute == AttributeRequestTimeout && number == 0:
		e.fail(attribute, variable, fmt.Errorf("%q leaves no time for a request: use a number of seconds from 1", text))
	default:
		*value, e.used[attribute] = number, variable
	}
}

func (e *environment) fail(attribute, variable string, err error) {
	if e.err == nil {
		e.err = &SettingError{Attribute: attribute, Variable: variable, Err: err}
	}
}

// refuse finds the ways to sign requests that the Python SDK has and this client has not: going on without them would
// end in a refusal by the server that says nothing of them.
func (e *environment) refuse(s *Settings) {
	if s.scheme() == schemeEmbedded || s.URI() == "" {
		return
	}
	var sign *bool
	probe := &environment{getenv: e.getenv, used: map[string]string{}}
	if probe.boolean(&sign, AttributeToken, EnvSigV4); sign != nil && *sign {
		e.fail(AttributeToken, EnvSigV4, fmt.Errorf("requests with an AWS Signature Version 4 are not supported: run a proxy that signs "+
			"them (such as aws-sigv4-proxy) and set tracking_uri to its address, or give the server another way to authenticate. "+
			"Credentials in the provider block make this variable be ignored"))
	}
	if name := e.getenv(EnvAuth); name != "" {
		e.fail(AttributeToken, EnvAuth, fmt.Errorf("the Python SDK's plugin %q cannot be used here: set exec in the provider block to a command "+
			"that prints the token. For kubernetes that is kubectl create token, see the guide \"Connection and credentials\". Credentials "+
			"in the provider block make this variable be ignored", name))
	}
}
