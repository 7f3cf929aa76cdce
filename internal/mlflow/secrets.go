package mlflow

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
)

// know tells known everything secret in a configuration, as it is and as it travels: servers and proxies repeat headers in their
// messages, as an echo service does, and a debug page.
func know(known *redact.Secrets, config Config, inURL *url.Userinfo) {
	known.Add(config.Password, config.Token)
	if config.Username != "" {
		known.Add(strings.TrimPrefix(basic(config.Username, config.Password), "Basic "))
	}
	if inURL != nil {
		password, _ := inURL.Password()
		known.Add(password, strings.TrimPrefix(basic(inURL.Username(), password), "Basic "))
	}
	for _, value := range config.Headers {
		known.Add(value)
		if _, bare, found := strings.Cut(value, " "); found { // as in "Bearer …"
			known.Add(bare)
		}
	}
}

// readable makes one line of a body that is not MLflow's JSON, or names the status if it is empty.
func (c *call) readable(response *http.Response, body []byte) string {
	text := string(body)
	var line string
	switch {
	case strings.Contains(response.Header.Get("Content-Type"), "html"), strings.Contains(text[:min(len(text), 16<<10)], "</"):
		line = c.secrets.Page(text)
	default:
		line = c.secrets.Line(text)
	}
	if line == "" {
		return statusText(response.StatusCode) + " without a text"
	}
	return line
}
