package connect

import (
	"errors"
	"fmt"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
)

// The attributes of the provider block that settings belong to.
const (
	AttributeTrackingURI        = "tracking_uri"
	AttributeRegistryURI        = "registry_uri"
	AttributeUsername           = "username"
	AttributePassword           = "password"
	AttributeToken              = "token"
	AttributeExec               = "exec"
	AttributeWorkspace          = "workspace"
	AttributeHeaders            = "headers"
	AttributeInsecureTLS        = "insecure_tls"
	AttributeServerCertPath     = "server_cert_path"
	AttributeServerCertPEM      = "server_cert_pem"
	AttributeClientCertPath     = "client_cert_path"
	AttributeClientCertPEM      = "client_cert_pem"
	AttributeProxyURL           = "proxy_url"
	AttributeRequestTimeout     = "request_timeout"
	AttributeMaxRetries         = "max_retries"
	AttributeBackoffFactor      = "backoff_factor"
	AttributeBackoffJitter      = "backoff_jitter"
	AttributeRespectRetryAfter  = "respect_retry_after"
	AttributeConcurrentRequests = "max_concurrent_requests"
)

// SettingError is a setting that cannot be used. Its text names the variable if the setting comes from one, and never
// shows a secret.
type SettingError struct {
	// Attribute is the attribute of the provider block, such as server_cert_path.
	Attribute string
	// Within is the attribute inside of Attribute, such as command of exec; empty if there is none.
	Within string
	// Variable is the environment variable that the value comes from; empty if it comes from the block.
	Variable string
	// Err says what is wrong.
	Err error
}

func (e *SettingError) Error() string {
	if e.Variable != "" {
		return fmt.Sprintf("the environment variable %s (for %s): %v", e.Variable, e.Attribute, e.Err)
	}
	if e.Within != "" {
		return fmt.Sprintf("%s.%s: %v", e.Attribute, e.Within, e.Err)
	}
	return fmt.Sprintf("%s: %v", e.Attribute, e.Err)
}

// Unwrap gives the cause.
func (e *SettingError) Unwrap() error { return e.Err }

// wrong makes the error of an attribute, with the variable that gave it its value.
func (s Settings) wrong(attribute string, err error) error {
	return &SettingError{Attribute: attribute, Variable: s.variables[attribute], Err: err}
}

// attributeOfField names the attribute that each field of the client's configuration comes from.
var attributeOfField = map[string]string{
	"Username": AttributeUsername, "Password": AttributePassword, "Token": AttributeToken, "Headers": AttributeHeaders,
	"Workspace": AttributeWorkspace, "RequestTimeout": AttributeRequestTimeout, "BackoffFactor": AttributeBackoffFactor,
	"BackoffJitter": AttributeBackoffJitter, "ConcurrentRequests": AttributeConcurrentRequests, "InsecureTLS": AttributeInsecureTLS,
}

// fromClient names the attribute of an error of the client.
func (s Settings) fromClient(err error) error {
	var config *mlflow.ConfigError
	if !errors.As(err, &config) {
		return err
	}
	if config.Field == "TokenHeader" {
		return &SettingError{Attribute: AttributeExec, Within: "header", Err: config.Err}
	}
	if attribute, known := attributeOfField[config.Field]; known {
		return s.wrong(attribute, config.Err)
	}
	return s.wrong(s.uriAttribute(), config.Err)
}
