package provider

import "github.com/mlregistry/terraform-provider-mlregistry/internal/registry"

// faultAdvice says for each fault on the way to a registry what it means and which setting to look at. The first sentence
// of each is a heading of the guide "Troubleshooting by message".
var faultAdvice = map[registry.Fault]string{
	registry.FaultName: "The host name of the server has no address. Check the host in tracking_uri or registry_uri (MLFLOW_TRACKING_URI, " +
		"MLFLOW_REGISTRY_URI), and that this machine can resolve it: it may need a VPN, or a proxy (proxy_url, HTTPS_PROXY) that resolves it.",
	registry.FaultRefused: "Nothing accepts connections at this host and port. Check that the server runs, and host and port in tracking_uri or " +
		"registry_uri (MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI). MLflow's own port is 5000.",
	registry.FaultTimeout: "The server did not answer in time. If it is slow, raise request_timeout (MLFLOW_HTTP_REQUEST_TIMEOUT). If it cannot be " +
		"reached from here, check host and port in tracking_uri or registry_uri, firewalls, and whether a proxy is needed (proxy_url, HTTPS_PROXY).",
	registry.FaultNotHTTP: "What listens at this port is not a web server. Check the port in tracking_uri or registry_uri (MLFLOW_TRACKING_URI, " +
		"MLFLOW_REGISTRY_URI).",
	registry.FaultPlainHTTP: "The address starts with https://, and the server speaks plain http. Check scheme and port in tracking_uri or " +
		"registry_uri (MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI): write http://, or name the port at which the server speaks https.",
	registry.FaultHTTPS: "The address starts with http://, and the server speaks https. Write https:// in tracking_uri or registry_uri " +
		"(MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI).",
	registry.FaultUnknownAuthority: "The server's certificate is signed by an authority that is not trusted here. Set server_cert_path " +
		"(MLFLOW_TRACKING_SERVER_CERT_PATH) to a PEM file with the certificate of that authority; companies' administrators have it. A proxy " +
		"that opens TLS connections signs with an authority of its own, which belongs there too.",
	registry.FaultCertificateTime: "The server's certificate has expired, or is not valid yet. Have the server's certificate renewed, and check the " +
		"clock of this machine. No setting of the provider is wrong.",
	registry.FaultCertificateHost: "The server's certificate is for another host name. Use in tracking_uri or registry_uri (MLFLOW_TRACKING_URI, " +
		"MLFLOW_REGISTRY_URI) the host name for which the message says the certificate is.",
	registry.FaultClientCertificate: "The server wants a client certificate, or refuses the one it got. Set client_cert_path " +
		"(MLFLOW_TRACKING_CLIENT_CERT_PATH) to a PEM file with a certificate that the server's authority has signed, and its private key.",
	registry.FaultTLS: "No encrypted connection could be agreed on. The server must know TLS 1.2 or newer. It may also want a client certificate: see " +
		"client_cert_path (MLFLOW_TRACKING_CLIENT_CERT_PATH). Check that the port in tracking_uri or registry_uri is one for https.",
	registry.FaultProxy: "The proxy cannot be reached, or does not let this connection through. Check proxy_url, or the variables HTTPS_PROXY, " +
		"HTTP_PROXY and ALL_PROXY; name the server's host in NO_PROXY if it is to be reached without a proxy.",
	registry.FaultProxyCredentials: "The proxy wants a user name and a password. Put them into its address: proxy_url = \"http://user:password@proxy:port\", " +
		"or the same in HTTPS_PROXY or HTTP_PROXY; characters such as @ written as %40.",
	registry.FaultRedirect: "The server sends requests on to another address. If that is a page to log in at, something before MLflow wants a token: set " +
		"exec, token or headers. Otherwise set tracking_uri or registry_uri (MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI) to that address, if it is MLflow's.",
	registry.FaultPage: "A web page came instead of MLflow's answer. Check tracking_uri or registry_uri (MLFLOW_TRACKING_URI, MLFLOW_REGISTRY_URI): it must be " +
		"the address at which MLflow's own page opens, without what follows #, and with its path prefix if there is one (--static-prefix). If it is a page to log " +
		"in at, something before MLflow wants a token: set exec, token or headers.",
	registry.FaultOtherJSON: "Another service answered. Check host, port and path prefix in tracking_uri or registry_uri (MLFLOW_TRACKING_URI, " +
		"MLFLOW_REGISTRY_URI): at this address is some API, but not MLflow's model registry.",
	registry.FaultNotJSON: "The answer is not JSON, or not all of it. Check host, port and path prefix in tracking_uri or registry_uri (MLFLOW_TRACKING_URI, " +
		"MLFLOW_REGISTRY_URI), and whatever stands between here and the server.",
	registry.FaultBrokenOff: "The connection ended in the middle of an answer. Something between here and MLflow ends it: look at the time and size limits of the " +
		"proxy or load balancer, and at the server's log. Then run terraform apply again: what was done already is not done twice.",
	registry.FaultTooLong: "The answer is longer than this provider takes. Check that tracking_uri or registry_uri is MLflow's address.",
	registry.FaultTooLarge: "The request is too large for the server, or for a proxy before it. Shorten description or tags, or raise the limit of " +
		"the proxy, such as client_max_body_size of nginx.",
	registry.FaultLongAddress: "The request is longer than the server takes in an address. Shorten filter, or ask for less of it: tags that are too long are " +
		"compared here. Servers have a setting for it, such as --gunicorn-opts '--limit-request-line 8190' of mlflow server, and " +
		"large_client_header_buffers of nginx.",
	registry.FaultEndless: "The server's list does not end. Check that tracking_uri or registry_uri is MLflow's address, and what stands between here and the " +
		"server; ask for less, with filter or model_name, if the registry has hundreds of thousands of what is listed.",
	registry.FaultTooMany: "The server asks to slow down, also after waiting. Set max_concurrent_requests lower, max_retries (MLFLOW_HTTP_REQUEST_MAX_RETRIES) " +
		"or backoff_factor (MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR) higher, then run terraform apply again.",
	registry.FaultNoCredentials: "The server wants credentials, and none were sent. Set username and password, token, or exec (or " +
		"MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, or MLFLOW_TRACKING_TOKEN). A file .netrc is not read.",
	registry.FaultCredentialCommand: "The command of exec gave no token. Run it by hand, and check exec.command, exec.args and exec.env; exec.timeout if it needs longer.",
	registry.FaultHostHeader: "MLflow does not allow this host name. Start it with --allowed-hosts and the host of tracking_uri " +
		"(MLFLOW_SERVER_ALLOWED_HOSTS), or use a name that it allows.",
}
