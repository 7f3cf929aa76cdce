package connect

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/credential"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/embedded"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/redact"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// ErrNotConfigured says that neither an address nor a variable with one is set.
var ErrNotConfigured = errors.New("no registry is configured")

// Open returns the registry that the settings name. It makes no network call. An embedded one is an io.Closer. userAgent
// names this program to servers. The error wraps ErrNotConfigured, registry.ErrInvalid for an address of another kind, or
// registry.ErrStorage for an embedded file that cannot be used; a setting that is wrong is a *SettingError.
func Open(settings Settings, userAgent string) (registry.Client, error) {
	uri := settings.URI()
	if uri == "" {
		return nil, ErrNotConfigured
	}
	if err := checkSpelling(uri); err != nil {
		return nil, settings.wrong(settings.uriAttribute(), err)
	}
	if err := checkScheme(uri); err != nil {
		return nil, settings.wrong(settings.uriAttribute(), err)
	}
	scheme, path := cutScheme(uri)
	switch {
	case scheme != schemeEmbedded:
		return openServer(uri, settings, userAgent)
	case path == "":
		return nil, settings.wrong(settings.uriAttribute(), fmt.Errorf("%w: %q names no file: write embedded:registry.db", registry.ErrInvalid, uri))
	case settings.Workspace != "":
		return nil, settings.wrong(AttributeWorkspace, fmt.Errorf("%w: an embedded registry has no workspaces: use a file for each", registry.ErrInvalid))
	}
	return openEmbedded(path, userAgent)
}

func openServer(uri string, settings Settings, userAgent string) (registry.Client, error) {
	if err := settings.check(); err != nil {
		return nil, err
	}
	config := mlflow.Config{
		BaseURL: uri, UserAgent: userAgent,
		Username: settings.Username, Password: settings.Password, Token: settings.Token,
		Headers: settings.Headers, Workspace: settings.Workspace, InsecureTLS: isTrue(settings.InsecureTLS),
		RequestTimeout: settings.Timeout, ConcurrentRequests: settings.ConcurrentRequests,
		BackoffFactor: max(value(settings.BackoffFactor), 0.001), BackoffJitter: value(settings.BackoffJitter),
		IgnoreRetryAfter: settings.RespectRetryAfter != nil && !*settings.RespectRetryAfter,
		MaxRetries:       value(settings.MaxRetries),
		Secrets:          settings.secrets(),
	}
	if config.MaxRetries == 0 {
		config.MaxRetries = -1 // For the client 0 is its default.
	}
	var err error
	if config.Authorities, err = settings.authorities(); err != nil {
		return nil, err
	}
	if config.ClientCertificate, err = settings.clientCertificate(); err != nil {
		return nil, err
	}
	if config.Proxy, err = settings.proxy(); err != nil {
		return nil, err
	}
	if exec := settings.Exec; exec != nil {
		command := exec.command()
		command.Secrets = config.Secrets
		config.TokenSource = credential.NewSource(command)
		config.TokenHeader, config.TokenScheme = exec.header(), exec.scheme()
	}
	client, err := mlflow.New(config)
	if err != nil {
		return nil, settings.fromClient(err)
	}
	return client, nil
}

// secrets returns what the settings hold that no message may show, besides the credentials of the client, which it adds itself.
func (s Settings) secrets() *redact.Secrets {
	known := &redact.Secrets{}
	known.Add(s.Username+":"+s.Password, s.Token, s.ClientCertPEM)
	for _, address := range []string{s.TrackingURI, s.RegistryURI, s.ProxyURL, s.proxies.http, s.proxies.https} {
		if !strings.Contains(address, "://") {
			address = "http://" + address // As a proxy may be written.
		}
		if parsed, err := url.Parse(address); err == nil && parsed.User != nil {
			password, _ := parsed.User.Password()
			known.Add(password, parsed.User.String())
		}
	}
	if s.Exec != nil {
		for _, value := range s.Exec.Env {
			known.Add(value)
		}
	}
	return known
}

func isTrue(setting *bool) bool { return setting != nil && *setting }

// value returns what a setting is set to; zero if it is not.
func value[T any](setting *T) T {
	if setting == nil {
		return *new(T)
	}
	return *setting
}

func openEmbedded(path, userAgent string) (registry.Client, error) {
	// The file is made at the first write, during apply. A folder that is not there is told in the plan.
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("%w: the folder of %s cannot be used: %w", registry.ErrStorage, filepath.Base(path), err)
	}
	file, err := embedded.Open(path)
	if err != nil {
		return nil, err
	}
	client, err := mlflow.New(mlflow.Config{
		BaseURL: "http://embedded", UserAgent: userAgent, Transport: embedded.Transport(file),
		MaxRetries: -1, // Nothing passes by itself here: what fails once fails again.
	})
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return embeddedClient{client, file}, nil
}

// embeddedClient is the client of a registry in this process.
type embeddedClient struct {
	*mlflow.Client
	file *embedded.Registry
}

// Close closes the file. The last process that closes it leaves nothing beside it.
func (c embeddedClient) Close() error { return c.file.Close() }
