package credential

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// The tests use a shell as the program: what a user's wrapper is written in.
func shell(t *testing.T, script string) Command {
	t.Helper()
	path, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("no sh on this machine")
	}
	return Command{Name: path, Args: []string{"-c", script}}
}

// counting returns a source whose command notes each run in a file, and prints a token with the number of the run.
func counting(t *testing.T, rest string) (*Source, func() int) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "runs")
	source := NewSource(shell(t, fmt.Sprintf("echo run >>'%[1]s'; n=$(wc -l <'%[1]s'); %[2]s", file, rest)))
	return source, func() int {
		content, _ := os.ReadFile(file)
		return strings.Count(string(content), "run\n")
	}
}

func wantToken(t *testing.T, source *Source, want string) {
	t.Helper()
	if got, err := source.Token(t.Context()); err != nil || got != want {
		t.Errorf("got %q, %v; want %q", got, err, want)
	}
}

func TestOneRunServesAllRequests(t *testing.T) {
	source, runs := counting(t, `sleep 0.2; printf '{"token": "token-%d"}' $n`)
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() { wantToken(t, source, "token-1") })
	}
	all.Wait()
	if got := runs(); got != 1 {
		t.Errorf("%d runs", got)
	}
}

func TestATokenIsReplacedShortlyBeforeItExpires(t *testing.T) {
	source, runs := counting(t, `printf '{"token": "token-%d", "expiry": "2026-05-01T12:0%d:00Z"}' $n $n`)
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	source.now = func() time.Time { return now }
	wantToken(t, source, "token-1")
	now = now.Add(49 * time.Second)
	wantToken(t, source, "token-1")
	now = now.Add(time.Second) // Ten seconds before 12:01.
	wantToken(t, source, "token-2")
	now = now.Add(59 * time.Second)
	wantToken(t, source, "token-2")
	now = now.Add(time.Second)
	wantToken(t, source, "token-3")
	if got := runs(); got != 3 {
		t.Errorf("%d runs", got)
	}
}

func TestARejectedTokenIsReplacedOnce(t *testing.T) {
	source, runs := counting(t, `printf '{"token": "token-%d"}' $n`)
	wantToken(t, source, "token-1")
	source.Reject(t.Context(), "token-1")
	source.Reject(t.Context(), "token-1") // By another request that had it too.
	wantToken(t, source, "token-2")
	source.Reject(t.Context(), "token-1")
	wantToken(t, source, "token-2")
	if got := runs(); got != 2 {
		t.Errorf("%d runs", got)
	}
}

func TestAFailureIsSharedByThoseWhoWaitedForIt(t *testing.T) {
	source, runs := counting(t, `sleep 0.3; echo "login first" >&2; exit 3`)
	var all, started sync.WaitGroup
	for range 10 {
		started.Add(1)
		all.Go(func() {
			started.Done()
			if _, err := source.Token(t.Context()); err == nil || !strings.Contains(err.Error(), "exit status 3; it wrote: login first") {
				t.Errorf("got %v", err)
			}
		})
	}
	started.Wait()
	all.Wait()
	if got := runs(); got > 2 { // A goroutine may have been started, and not have asked, when the first run ended.
		t.Errorf("%d runs", got)
	}
	if _, err := source.Token(t.Context()); err == nil || runs() < 2 {
		t.Errorf("a later request does not try again: %v", err)
	}
}

func TestARequestThatIsGivenUpEndsItsRunAndNoOther(t *testing.T) {
	source, runs := counting(t, `if [ $n = 1 ]; then sleep 60; fi; printf '{"token": "token-%d"}' $n`)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { _, err := source.Token(ctx); ended <- err }()
	for runs() == 0 { // Until the first run has begun.
		time.Sleep(time.Millisecond)
	}
	begun := time.Now()
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) || time.Since(begun) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(begun))
	}
	if got, err := source.Token(t.Context()); err != nil || !strings.HasPrefix(got, "token-") {
		t.Errorf("got %q, %v", got, err)
	}
}

// While the command runs, who has a refused token waits, but no longer than its own request.
func TestARejectionThatIsGivenUpWaitsForNoCommand(t *testing.T) {
	source, runs := counting(t, `if [ $n = 1 ]; then sleep 60; fi; printf '{"token": "token-%d"}' $n`)
	running, stop := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { _, _ = source.Token(running); close(ended) }()
	for runs() == 0 { // Until the first run has begun.
		time.Sleep(time.Millisecond)
	}
	rejected := make(chan struct{})
	given, giveUp := context.WithCancel(t.Context())
	go func() { source.Reject(given, "token-0"); close(rejected) }()
	giveUp()
	select {
	case <-rejected:
	case <-time.After(10 * time.Second):
		t.Error("the rejection still waits")
	}
	stop()
	<-ended
}

// A wrapper's child must not keep the command going, nor the pipe open.
func TestTheTimeLimitEndsTheWholeCommand(t *testing.T) {
	command := shell(t, `echo "waiting for a browser" >&2; sleep 60 & wait`)
	command.Timeout = 200 * time.Millisecond
	begun := time.Now()
	_, err := NewSource(command).Token(t.Context())
	if err == nil || !strings.Contains(err.Error(), "took longer than 200ms; it wrote: waiting for a browser") || time.Since(begun) > 10*time.Second {
		t.Errorf("%v after %s", err, time.Since(begun))
	}
}

func TestNoShellSeesTheArguments(t *testing.T) {
	command := shell(t, "")
	script := `printf '{"token": "%s"}' "$1"`
	wantToken(t, NewSource(Command{Name: command.Name, Args: []string{"-c", script, "sh", `$(id) ; a b *`}}), `$(id) ; a b *`)
}

func TestTheCommandHasItsEnvironment(t *testing.T) {
	t.Setenv("ROLE", "from outside")
	command := shell(t, `printf '{"token": "%s/%s"}' "$ROLE" "$KUBERNETES_EXEC_INFO" | sed 's/"{.*}"/x/; s/{"api[^}]*}}/info/'`)
	command.Env = map[string]string{"ROLE": "robot"}
	wantToken(t, NewSource(command), "robot/info")
}

func TestCheckFindsWhatCannotRun(t *testing.T) {
	folder := t.TempDir()
	plain := filepath.Join(folder, "plain")
	if err := os.WriteFile(plain, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"": "no command", "no-such-program-here": "in PATH", plain: "permission denied", filepath.Join(folder, "x"): "no such file"} {
		if err := (Command{Name: name}).Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := shell(t, "").Check(); err != nil {
		t.Error(err)
	}
}
