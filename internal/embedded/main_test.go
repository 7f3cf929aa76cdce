package embedded_test

import (
	"fmt"
	"os"
	"testing"
)

// helperVariable makes the test program another program: the one that a test starts, stops or kills.
const helperVariable = "EMBEDDED_TEST_HELPER"

// helpers are those programs. They get the path of a registry as their last argument.
var helpers = map[string]func(path string) error{}

func TestMain(m *testing.M) {
	name := os.Getenv(helperVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	if err := helpers[name](os.Args[len(os.Args)-1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}
