package main

import (
	"io"
	"maps"
	"strings"
	"testing"
)

const passing = `{"Action":"start","Package":"p"}
{"Action":"run","Package":"p","Test":"TestA"}
{"Action":"output","Package":"p","Test":"TestA","Output":"=== RUN   TestA\n"}
{"Action":"output","Package":"p","Test":"TestA","Output":"chatter\n"}
{"Action":"pass","Package":"p","Test":"TestA","Elapsed":0.1}
{"Action":"output","Package":"p","Output":"PASS\n"}
{"Action":"output","Package":"p","Output":"ok  \tp\t0.2s\n"}
{"Action":"pass","Package":"p","Elapsed":0.2}
`

func summarize(input string, allowSkips bool) (string, bool) {
	return summarizeWith(input, allowance{skips: allowSkips})
}

func summarizeWith(input string, allow allowance) (string, bool) {
	var out strings.Builder
	passed := run(strings.NewReader(input), newSummary(&out), allow)
	return out.String(), passed
}

func TestPassingTestsAreOneLineAPackage(t *testing.T) {
	got, passed := summarize(passing, false)
	if want := "ok  \tp\t0.2s\n1 tests passed, 0 failed, 0 skipped\n"; got != want || !passed {
		t.Errorf("got %v %q, want %q", passed, got, want)
	}
}

func TestASkipFailsUnlessAllowed(t *testing.T) {
	input := passing + `{"Action":"run","Package":"p","Test":"TestB"}
{"Action":"output","Package":"p","Test":"TestB","Output":"    b_test.go:7: needs a server\n"}
{"Action":"output","Package":"p","Test":"TestB","Output":"--- SKIP: TestB (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestB"}
`
	got, passed := summarize(input, false)
	if passed || !strings.Contains(got, "skipped: p TestB: b_test.go:7: needs a server\n1 tests passed, 0 failed, 1 skipped\n") {
		t.Errorf("got %v %q", passed, got)
	}
	if got, passed := summarize(input, true); !passed {
		t.Errorf("failed although skips are allowed: %q", got)
	}
}

const lackingOne = passing + `{"Action":"run","Package":"p","Test":"TestOld"}
{"Action":"output","Package":"p","Test":"TestOld","Output":"    o_test.go:7: lacks workspaces: needs MLflow 3.10.0, this is 2.9.2\n"}
{"Action":"output","Package":"p","Test":"TestOld","Output":"--- SKIP: TestOld (0.00s)\n"}
{"Action":"skip","Package":"p","Test":"TestOld"}
`

func TestALackingFeatureIsCountedAndAllowedOnlyWhereAsked(t *testing.T) {
	got, passed := summarizeWith(lackingOne, allowance{lacking: true})
	if !passed || !strings.Contains(got, "lacking workspaces: 1 tests skipped\n1 tests passed, 0 failed, 1 skipped\n") {
		t.Errorf("got %v %q", passed, got)
	}
	if got, passed := summarizeWith(lackingOne, allowance{}); passed {
		t.Errorf("passed: %q", got)
	}
	other := strings.ReplaceAll(lackingOne, "lacks workspaces", "no time today")
	if got, passed := summarizeWith(other, allowance{lacking: true}); passed || strings.Contains(got, "lacking") {
		t.Errorf("another reason: %v %q", passed, got)
	}
}

func TestResultsNameEachTopLevelTestAndWhatIsLacking(t *testing.T) {
	summary := newSummary(io.Discard)
	run(strings.NewReader(lackingOne+`{"Action":"fail","Package":"p","Test":"TestBad"}
{"Action":"pass","Package":"p","Test":"TestA/sub"}
{"Action":"output","Package":"p","Test":"TestA/old","Output":"    a_test.go:7: lacks aliases: needs MLflow 2.3.0, this is 2.2.0\n"}
{"Action":"skip","Package":"p","Test":"TestA/old"}
{"Action":"run","Package":"p","Test":"TestCutOff"}
{"Action":"output","Package":"p","Test":"TestCutOff","Output":"panic\n"}
{"Action":"fail","Package":"p"}
`), summary, allowance{})
	want := results{"TestA": "pass", "TestOld": "lacks workspaces: needs MLflow 3.10.0, this is 2.9.2", "TestBad": "fail", "TestCutOff": "fail",
		"TestA/old": "lacks aliases: needs MLflow 2.3.0, this is 2.2.0"}
	if !maps.Equal(summary.results, want) {
		t.Errorf("got %v, want %v", summary.results, want)
	}
}

func TestAPackageWithoutTestsIsNotASkip(t *testing.T) {
	got, passed := summarize(`{"Action":"output","Package":"q","Output":"?   \tq\t[no test files]\n"}
{"Action":"skip","Package":"q","Elapsed":0}
`, false)
	if !passed || !strings.Contains(got, "0 skipped") {
		t.Errorf("got %v %q", passed, got)
	}
}

func TestAFailureShowsWhatItsTestPrinted(t *testing.T) {
	got, passed := summarize(passing+`{"Action":"run","Package":"p","Test":"TestC"}
{"Action":"output","Package":"p","Test":"TestC","Output":"    c_test.go:1: bad\n"}
{"Action":"fail","Package":"p","Test":"TestC"}
`, true)
	if passed || !strings.Contains(got, "c_test.go:1: bad") || strings.Contains(got, "chatter") || !strings.Contains(got, "1 failed") {
		t.Errorf("got %v %q", passed, got)
	}
}

func TestAnUnfinishedTestShowsWhatItPrinted(t *testing.T) {
	got, passed := summarize(`{"Action":"run","Package":"p","Test":"TestD"}
{"Action":"output","Package":"p","Test":"TestD","Output":"cannot run Terraform provider tests\n"}
{"Action":"output","Package":"p","Output":"exit status 1\n"}
{"Action":"output","Package":"p","Output":"FAIL\tp\t0.03s\n"}
{"Action":"fail","Package":"p"}
`, true)
	if passed || !strings.Contains(got, "cannot run Terraform") || !strings.Contains(got, "exit status 1") {
		t.Errorf("got %v %q", passed, got)
	}
}

func TestABuildFailureIsShown(t *testing.T) {
	got, passed := summarize(`{"ImportPath":"p [p.test]","Action":"build-output","Output":"./p.go:1:1: expected declaration\n"}
{"ImportPath":"p [p.test]","Action":"build-fail"}
{"Action":"output","Package":"p","Output":"FAIL\tp [build failed]\n"}
{"Action":"fail","Package":"p","Elapsed":0,"FailedBuild":"p [p.test]"}
`, true)
	if passed || !strings.Contains(got, "expected declaration") || !strings.Contains(got, "FAIL\tp [build failed]") {
		t.Errorf("got %v %q", passed, got)
	}
}
