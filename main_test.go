package main

import "testing"

func TestHelpIsNoError(t *testing.T) {
	for _, argument := range []string{"-help", "--help", "-h"} {
		if err := run([]string{argument}); err != nil {
			t.Errorf("%s: %v", argument, err)
		}
	}
	if err := run([]string{"-no-such-flag"}); err == nil {
		t.Error("a flag that does not exist is no error")
	}
}
