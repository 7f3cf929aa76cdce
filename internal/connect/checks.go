package connect

import (
	"cmp"
	"errors"
	"net"
	"net/url"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/credential"
)

// check finds settings that contradict each other or are half of a pair.
func (s Settings) check() error {
	switch {
	case s.ServerCertPath != "" && s.ServerCertPEM != "":
		return s.wrong(AttributeServerCertPEM, errors.New("server_cert_path is set as well: set one of the two"))
	case isTrue(s.InsecureTLS) && (s.ServerCertPath != "" || s.ServerCertPEM != ""):
		return s.wrong(AttributeInsecureTLS, errors.New("the certificates to check the server's against are given as well "+
			"(server_cert_path or server_cert_pem): remove one of the two"))
	case s.ClientCertPath != "" && s.ClientCertPEM != "":
		return s.wrong(AttributeClientCertPEM, errors.New("client_cert_path is set as well: set one of the two"))
	case s.Username != "" && s.Password == "" && s.variables[AttributeUsername] == "":
		return s.wrong(AttributeUsername, errors.New("there is no password for it: set password, or the variable "+EnvPassword))
	case s.Password != "" && s.Username == "" && s.variables[AttributePassword] == "":
		return s.wrong(AttributePassword, errors.New("there is no user name for it: set username, or the variable "+EnvUsername))
	}
	if s.Exec == nil {
		return nil
	}
	if s.Exec.inAuthorization() && (s.Token != "" || s.Username != "" || s.Password != "") {
		return s.wrong(AttributeExec, errors.New("token, or username and password, are set as well, and both would be sent in the header "+
			"Authorization: keep one of them, or have the command's token sent in another header (exec.header)"))
	}
	if err := s.Exec.command().Check(); err != nil {
		return &SettingError{Attribute: AttributeExec, Within: "command", Err: err}
	}
	return nil
}

// SendsCredentialsInTheClear says whether credentials go over plain http to an address off this machine, where whoever
// carries the packets can read them.
func (s Settings) SendsCredentialsInTheClear() bool {
	address, err := url.Parse(s.URI())
	if err != nil || address.Scheme != "http" || onThisMachine(address.Hostname()) {
		return false
	}
	return address.User != nil || s.Username != "" && s.Password != "" || s.Token != "" || s.Exec != nil || len(s.Headers) > 0
}

func onThisMachine(host string) bool {
	if address := net.ParseIP(host); address != nil {
		return address.IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}

func (e *Exec) inAuthorization() bool { return e.header() == authorizationHeader }

const authorizationHeader = "Authorization"

func (e *Exec) header() string {
	if strings.EqualFold(e.Header, authorizationHeader) {
		return authorizationHeader
	}
	return cmp.Or(e.Header, authorizationHeader)
}

func (e *Exec) scheme() string {
	if e.Scheme == nil {
		return "Bearer"
	}
	return *e.Scheme
}

func (e *Exec) command() credential.Command {
	return credential.Command{Name: e.Command, Args: e.Args, Env: e.Env, Timeout: e.Timeout}
}

// DefaultExecTimeout is how long the command of Exec may take.
const DefaultExecTimeout = credential.DefaultTimeout
