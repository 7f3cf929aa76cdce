package connect

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// authorities returns the certificates that may sign the server's; nil for those of the system.
func (s Settings) authorities() (*x509.CertPool, error) {
	attribute, content := AttributeServerCertPEM, []byte(s.ServerCertPEM)
	if s.ServerCertPEM == "" {
		if s.ServerCertPath == "" {
			return nil, nil
		}
		attribute = AttributeServerCertPath
		var err error
		if content, err = readPEM(s.ServerCertPath); err != nil {
			return nil, s.wrong(attribute, err)
		}
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(content) {
		return nil, s.wrong(attribute, errors.New("no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in it"))
	}
	return pool, nil
}

// readPEM reads a file, or every file of a folder, as OpenSSL and so the Python SDK take either.
func readPEM(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, withPath(err)
	}
	if !info.IsDir() {
		content, err := os.ReadFile(name)
		return content, withPath(err)
	}
	entries, err := os.ReadDir(name)
	if err != nil {
		return nil, withPath(err)
	}
	var all []byte
	for _, entry := range entries {
		file := filepath.Join(name, entry.Name())
		// A system's folder holds links, some of them to folders or to what was removed: they are passed over.
		if info, err := os.Stat(file); errors.Is(err, fs.ErrNotExist) || err == nil && info.IsDir() {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, withPath(err)
		}
		all = append(append(all, content...), '\n')
	}
	return all, nil
}

// clientCertificate returns what this client shows to servers that ask for a certificate; nil for nothing.
func (s Settings) clientCertificate() (*tls.Certificate, error) {
	attribute, content := AttributeClientCertPEM, []byte(s.ClientCertPEM)
	if s.ClientCertPEM == "" {
		if s.ClientCertPath == "" {
			return nil, nil
		}
		attribute = AttributeClientCertPath
		var err error
		if content, err = os.ReadFile(s.ClientCertPath); err != nil {
			return nil, s.wrong(attribute, withPath(err))
		}
	}
	text := string(content)
	switch {
	case !strings.Contains(text, "-----BEGIN CERTIFICATE-----"):
		return nil, s.wrong(attribute, errors.New("no certificate in PEM form (-----BEGIN CERTIFICATE-----) is in it"))
	case !strings.Contains(text, "PRIVATE KEY-----"):
		return nil, s.wrong(attribute, errors.New("no private key (-----BEGIN PRIVATE KEY-----) is in it: certificate and key belong into one file"))
	case strings.Contains(text, "ENCRYPTED"):
		return nil, s.wrong(attribute, errors.New("the private key is encrypted: decrypt it first, as with openssl pkey -in key.pem -out plain.pem"))
	}
	certificate, err := tls.X509KeyPair(content, content)
	if err != nil {
		return nil, s.wrong(attribute, fmt.Errorf("certificate and private key cannot be used together: %w", err))
	}
	return &certificate, nil
}

// withPath makes an error of the file system say which file it is about, and not which call failed.
func withPath(err error) error {
	var pathError *os.PathError
	if errors.As(err, &pathError) {
		return fmt.Errorf("the file %s cannot be read: %w", pathError.Path, pathError.Err)
	}
	return err
}
