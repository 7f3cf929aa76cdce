package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
	"net/http"
	"os"
	"strings"
)

// credential is the hash of what a request must bring.
type credential [sha256.Size]byte

func tokenCredential(token string) credential { return sha256.Sum256([]byte("bearer " + token)) }

func basicCredential(user, password string) credential {
	return sha256.Sum256([]byte("basic " + user + ":" + password))
}

// readCredentials reads the files of the flags.
func (o *options) readCredentials() error {
	token, err := readSecret("--token-file", o.tokenFile, "put a long random text into it")
	if err != nil {
		return err
	}
	if token != "" {
		o.credentials = append(o.credentials, tokenCredential(token))
	}
	users, err := readSecret("--basic-auth-file", o.basicFile, "put lines of user:password into it")
	if err != nil || users == "" {
		return err
	}
	for number, line := range strings.Split(users, "\n") {
		user, password, ok := strings.Cut(strings.TrimRight(line, "\r"), ":")
		if !ok || user == "" || password == "" {
			return fmt.Errorf("serve: --basic-auth-file %s: line %d is not user:password", o.basicFile, number+1)
		}
		o.credentials = append(o.credentials, basicCredential(user, password))
	}
	return nil
}

// readSecret returns the content of the file of a flag, empty if the flag is not given.
func readSecret(flag, path, remedy string) (string, error) {
	if path == "" {
		return "", nil
	}
	content, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("serve: %s: %w", flag, err)
	}
	secret := strings.TrimSpace(string(content))
	if secret == "" {
		return "", fmt.Errorf("serve: %s %s is empty: %s", flag, path, remedy)
	}
	return secret, nil
}

// requireCredential asks for one of the credentials as MLflow's client sends them. How long the comparison takes
// does not tell how much of a guess is right.
func requireCredential(next http.Handler, known []credential) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		given, ok := credentialOf(request)
		found := 0
		for _, each := range known {
			found |= subtle.ConstantTimeCompare(given[:], each[:])
		}
		if !ok || found != 1 {
			w.Header().Add("WWW-Authenticate", `Bearer realm="mlregistry"`)
			w.Header().Add("WWW-Authenticate", `Basic realm="mlregistry"`)
			http.Error(w, "You are not authenticated. Send the token of the server's --token-file as a bearer token, "+
				"or a user and password of its --basic-auth-file.", http.StatusUnauthorized)
			return
		}
		next.ServeHTTP(w, request)
	})
}

func credentialOf(request *http.Request) (credential, bool) {
	if user, password, ok := request.BasicAuth(); ok {
		return basicCredential(user, password), true
	}
	scheme, token, _ := strings.Cut(request.Header.Get("Authorization"), " ")
	return tokenCredential(strings.TrimSpace(token)), strings.EqualFold(scheme, "Bearer")
}
