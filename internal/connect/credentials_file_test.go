package connect_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/connect"
)

// The file counts only where what it holds could be sent: nothing else may fail because of it.
func TestTheCredentialsFileIsReadOnlyWhereItCounts(t *testing.T) {
	damaged := func() (connect.CredentialsFile, error) {
		return connect.CredentialsFile{}, &connect.CredentialsFileError{Err: errors.New("open /home/ann/.mlflow/credentials: permission denied")}
	}
	const server = "https://mlflow.example.com"
	for name, test := range map[string]struct {
		block connect.Settings
		env   []string
		reads bool
	}{
		"an MLflow server":                     {connect.Settings{TrackingURI: server}, nil, true},
		"one that a variable names":            {connect.Settings{}, []string{"MLFLOW_TRACKING_URI", server}, true},
		"a token, which the file wins over":    {connect.Settings{TrackingURI: server}, []string{"MLFLOW_TRACKING_TOKEN", "tok"}, true},
		"half of a pair":                       {connect.Settings{TrackingURI: server}, []string{"MLFLOW_TRACKING_USERNAME", "ann"}, true},
		"a user name alone in the address":     {connect.Settings{TrackingURI: "https://ann@mlflow.example.com"}, nil, true},
		"a token for another header":           {connect.Settings{TrackingURI: server, Exec: &connect.Exec{Command: "sh", Header: "X-Token"}}, nil, true},
		"an embedded registry":                 {connect.Settings{TrackingURI: "embedded:registry.db"}, nil, false},
		"no address":                           {connect.Settings{}, nil, false},
		"a token in the block":                 {connect.Settings{TrackingURI: server, Token: "tok"}, nil, false},
		"a command in the block":               {connect.Settings{TrackingURI: server, Exec: &connect.Exec{Command: "sh"}}, nil, false},
		"a user name and password in it":       {connect.Settings{TrackingURI: server, Username: "ann", Password: "pwd"}, nil, false},
		"both in variables":                    {connect.Settings{TrackingURI: server}, []string{"MLFLOW_TRACKING_USERNAME", "a", "MLFLOW_TRACKING_PASSWORD", "b"}, false},
		"one in the block, one in a variable":  {connect.Settings{TrackingURI: server, Username: "ann"}, []string{"MLFLOW_TRACKING_PASSWORD", "b"}, false},
		"both in the address":                  {connect.Settings{TrackingURI: "https://ann:pwd@mlflow.example.com"}, nil, false},
		"both in the address of the registry":  {connect.Settings{TrackingURI: server, RegistryURI: "https://ann:pwd@mlflow.example.com"}, nil, false},
		"an address that is of no server":      {connect.Settings{TrackingURI: "sqlite:///mlflow.db"}, nil, false},
		"only the tracking address holds them": {connect.Settings{TrackingURI: "https://ann:pwd@host", RegistryURI: server}, nil, true},
	} {
		_, err := test.block.WithEnvironment(environment(test.env...), damaged)
		if _, read := errors.AsType[*connect.CredentialsFileError](err); read != test.reads || !read && err != nil {
			t.Errorf("%s: %v; want the file to be read: %v", name, err, test.reads)
		}
	}
}

// A home folder that cannot be entered holds no file for this user, as for the Python SDK. Tests may run as root, who enters every
// folder, so that one which is none stands for it.
func TestAHomeThatCannotBeEnteredHoldsNoFile(t *testing.T) {
	noFolder := filepath.Join(t.TempDir(), "home")
	if err := os.WriteFile(noFolder, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink(loop, loop); err != nil {
		t.Fatal(err)
	}
	for _, home := range []string{noFolder, loop, filepath.Join(t.TempDir(), "missing"), "", strings.Repeat("x", 5000)} {
		if found, err := connect.ReadCredentialsFile(home); err != nil || found != (connect.CredentialsFile{}) {
			t.Errorf("%.40q: %v, %v", home, found, err)
		}
	}
}

// A file that is there and cannot be read is told, by its path: going on without it would end in a 401 that says nothing of it.
func TestACredentialsFileThatCannotBeReadIsNamed(t *testing.T) {
	home := t.TempDir()
	path := filepath.Join(home, ".mlflow", "credentials")
	if err := os.MkdirAll(path, 0o700); err != nil { // A folder can be opened and not read, also by root.
		t.Fatal(err)
	}
	_, err := connect.ReadCredentialsFile(home)
	if _, ok := errors.AsType[*connect.CredentialsFileError](err); !ok || !strings.Contains(err.Error(), path) {
		t.Errorf("%v; want an error that names %s", err, path)
	}
}
