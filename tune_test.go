package main

import (
	"os"
	"runtime/debug"
	"testing"
)

func TestTheTraceOfCallsIsWrittenOnlyForSomebody(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	for _, c := range []struct {
		environment []string
		want        string
	}{
		{nil, "OFF"},
		{[]string{"TF_LOG=", "PATH=/bin"}, "OFF"},
		{[]string{"TF_LOG=debug"}, ""},
		{[]string{"TF_LOG_PROVIDER=trace"}, ""},
		{[]string{"TF_LOG_SDK_PROTO=trace"}, ""},
	} {
		t.Setenv("TF_LOG_SDK", "")
		if logged := tune(c.environment); os.Getenv("TF_LOG_SDK") != c.want || logged != (c.want == "") {
			t.Errorf("%q: TF_LOG_SDK is %q, want %q; logged: %t", c.environment, os.Getenv("TF_LOG_SDK"), c.want, logged)
		}
	}
}

func TestASettingOfTheCollectorIsLeftAlone(t *testing.T) {
	t.Setenv("TF_LOG_SDK", "")
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	tune([]string{"GOGC=50"})
	if got := debug.SetGCPercent(100); got != 100 {
		t.Errorf("GOGC was set, and is %d now", got)
	}
	tune(nil)
	if got := debug.SetGCPercent(100); got != gcPercent {
		t.Errorf("the collector runs at %d, want %d", got, gcPercent)
	}
}
