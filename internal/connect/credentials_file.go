package connect

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CredentialsFile is the content of ~/.mlflow/credentials, where `mlflow login` keeps a user name and a password. The
// environment wins over it, as in the Python SDK.
type CredentialsFile struct {
	Username, Password string
}

// ReadCredentialsFile reads .mlflow/credentials in the given home folder: the section [mlflow] with the keys
// mlflow_tracking_username and mlflow_tracking_password. A file that is not there is empty.
func ReadCredentialsFile(home string) (CredentialsFile, error) {
	var found CredentialsFile
	if home == "" {
		return found, nil
	}
	file, err := os.Open(filepath.Join(home, ".mlflow", "credentials"))
	if errors.Is(err, fs.ErrNotExist) {
		return found, nil
	}
	if err != nil {
		return found, err
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
	return found, lines.Err()
}
