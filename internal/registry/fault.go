package registry

// Fault is what exactly went wrong on the way to a registry, where it can be told: finer than the kind of an Error, so
// that a message can name the setting to look at. The empty Fault says that nothing more is known than the kind.
type Fault string

// The faults that can be told apart.
const (
	// FaultName: the host name has no address.
	FaultName Fault = "name"
	// FaultRefused: the host refuses connections at this port, or cannot be reached.
	FaultRefused Fault = "refused"
	// FaultTimeout: no whole answer within the time limit of one request.
	FaultTimeout Fault = "timeout"
	// FaultNotHTTP: what listens at the port does not speak HTTP.
	FaultNotHTTP Fault = "not HTTP"
	// FaultPlainHTTP: https was asked of a server that speaks http.
	FaultPlainHTTP Fault = "plain HTTP"
	// FaultHTTPS: http was asked of a server that speaks https.
	FaultHTTPS Fault = "HTTPS"
	// FaultUnknownAuthority: an authority that is not trusted here signed the server's certificate.
	FaultUnknownAuthority Fault = "unknown authority"
	// FaultCertificateTime: the server's certificate has expired, or is not valid yet by the clock of this machine.
	FaultCertificateTime Fault = "certificate time"
	// FaultCertificateHost: the server's certificate is for another host.
	FaultCertificateHost Fault = "certificate host"
	// FaultClientCertificate: the server wants a client certificate, or refuses the one it got.
	FaultClientCertificate Fault = "client certificate"
	// FaultTLS: the TLS handshake failed for another reason, such as a server that knows only TLS 1.1.
	FaultTLS Fault = "TLS"
	// FaultProxy: the proxy cannot be reached, or refuses to connect to the server.
	FaultProxy Fault = "proxy"
	// FaultProxyCredentials: the proxy wants credentials (407).
	FaultProxyCredentials Fault = "proxy credentials"
	// FaultRedirect: the server redirects to another server, such as a page to log in at.
	FaultRedirect Fault = "redirect"
	// FaultPage: a web page where MLflow would send JSON.
	FaultPage Fault = "page"
	// FaultOtherJSON: JSON that is not MLflow's.
	FaultOtherJSON Fault = "other JSON"
	// FaultNotJSON: an answer that is no JSON, or not all of it.
	FaultNotJSON Fault = "not JSON"
	// FaultBrokenOff: the connection ended before the answer did.
	FaultBrokenOff Fault = "broken off"
	// FaultTooLong: an answer that is longer than this client takes.
	FaultTooLong Fault = "too long"
	// FaultTooLarge: the server, or a proxy before it, finds the request too large (413).
	FaultTooLarge Fault = "too large"
	// FaultLongAddress: the server, or a proxy before it, finds the address of the request, with what is searched for, too long
	// (414, 431, and gunicorn's 400).
	FaultLongAddress Fault = "long address"
	// FaultEndless: the server has ever more pages to a list.
	FaultEndless Fault = "endless"
	// FaultTooMany: the server asks to slow down (429).
	FaultTooMany Fault = "too many"
	// FaultNoCredentials: the server wants credentials, and none were sent (401).
	FaultNoCredentials Fault = "no credentials"
	// FaultCredentialCommand: the command that is to print a token failed, or printed something else.
	FaultCredentialCommand Fault = "credential command"
	// FaultHostHeader: MLflow does not allow the host name under which it was asked.
	FaultHostHeader Fault = "host header"
)
