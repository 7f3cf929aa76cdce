package connect

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// CredentialsFile is the content of ~/.mlflow/credentials, where `mlflow login` keeps a user name and a password. The
// environment wins over it, as in the Python SDK.
type CredentialsFile struct {
	Username, Password string
}

// CredentialsFileError is a credentials file that is there and cannot be read.
type CredentialsFileError struct {
	// Err names the file and says why.
	Err error
}

func (e *CredentialsFileError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *CredentialsFileError) Unwrap() error { return e.Err }

// ReadCredentialsFile reads .mlflow/credentials in the given home folder: the section [mlflow] with the keys
// mlflow_tracking_username and mlflow_tracking_password. A file that is not there is empty, and so is one in a folder that
// cannot be entered, as for the Python SDK. The error is a *CredentialsFileError: the file is there and cannot be read.
func ReadCredentialsFile(home string) (CredentialsFile, error) {
	var found CredentialsFile
	if home == "" {
		return found, nil
	}
	path := filepath.Join(home, ".mlflow", "credentials")
	if _, err := os.Stat(path); err != nil {
		return found, nil // It is not there, or not for this user.
	}
	file, err := os.Open(path)
	if err != nil {
		return found, &CredentialsFileError{Err: err}
	}
	defer func() { _ = file.Close() }()
	section := ""
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if strings.HasPrefix(line, "[") && strings.HasSuffix(line, "]") {
			section = line[1 : len(line)-1]
			continue
		}
		separator := strings.IndexAny(line, "=:")
		if section != "mlflow" || separator < 0 || strings.HasPrefix(line, "#") || strings.HasPrefix(line, ";") {
			continue
		}
		value := strings.ReplaceAll(strings.TrimSpace(line[separator+1:]), "%%", "%") // as Python's configparser reads it
		switch strings.ToLower(strings.TrimSpace(line[:separator])) {
		case "mlflow_tracking_username":
			found.Username = value
		case "mlflow_tracking_password":
			found.Password = value
		}
	}
	if err := lines.Err(); err != nil {
		return found, &CredentialsFileError{Err: fmt.Errorf("read %s: %w", path, err)}
	}
	return found, nil
}
