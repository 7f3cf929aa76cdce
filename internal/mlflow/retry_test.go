package mlflow_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

// The calls of the tables below, one of each repetition.
var (
	reads   = func(ctx context.Context, c *mlflow.Client) error { _, err := c.Version(ctx, "m", 7); return err }
	creates = func(ctx context.Context, c *mlflow.Client) error {
		_, err := c.CreateVersion(ctx, registry.NewVersion{Model: "m"})
		return err
	}
	registers = func(ctx context.Context, c *mlflow.Client) error {
		_, err := c.CreateModel(ctx, registry.NewModel{Name: "m"})
		return err
	}
	moves = func(ctx context.Context, c *mlflow.Client) error {
		_, err := c.TransitionStage(ctx, registry.Transition{Model: "m", Number: 7, Stage: registry.StageProduction})
		return err
	}
	points  = func(ctx context.Context, c *mlflow.Client) error { return c.SetAlias(ctx, "m", "champion", 7) }
	setsTag = func(ctx context.Context, c *mlflow.Client) error { return c.SetVersionTag(ctx, "m", 7, "k", "v") }
	deletes = func(ctx context.Context, c *mlflow.Client) error { return c.DeleteVersion(ctx, "m", 7) }
	untags  = func(ctx context.Context, c *mlflow.Client) error { return c.DeleteModelTag(ctx, "m", "k") }
)

func TestRetries(t *testing.T) {
	busy := fails(503, "TEMPORARILY_UNAVAILABLE", "deadlock detected")
	gone := fails(404, "RESOURCE_DOES_NOT_EXIST", "Model Version (name=m, version=7) not found")
	known, unknown := false, true
	for name, test := range map[string]struct {
		call    func(context.Context, *mlflow.Client) error
		script  []reply
		kind    error // nil: success
		unknown bool
		text    string
	}{
		"a read is repeated":                     {reads, []reply{says(502, "<h1>Bad Gateway</h1>"), busy, says(504, ""), hangsUp, breaksOff, fails(500, "INTERNAL_ERROR", "x"), says(429, "slow down"), says(200, aVersion)}, nil, known, ""},
		"a read gives up with the last message":  {reads, slices.Repeat([]reply{busy}, 8), registry.ErrUnavailable, known, "deadlock detected"},
		"a read of 400 is not repeated":          {reads, []reply{fails(400, "INVALID_PARAMETER_VALUE", "no")}, registry.ErrInvalid, known, "no"},
		"a read of 501 is not repeated":          {reads, []reply{fails(501, "NOT_IMPLEMENTED", "no")}, registry.ErrInternal, known, "no"},
		"a transition is sent once, 503":         {moves, []reply{busy}, registry.ErrUnavailable, unknown, "deadlock"},
		"a transition is sent once, 502":         {moves, []reply{says(502, "<h1>Bad Gateway</h1>")}, registry.ErrUnavailable, unknown, "Bad Gateway"},
		"a transition is sent once, 504":         {moves, []reply{says(504, "too slow")}, registry.ErrUnavailable, unknown, "too slow"},
		"a transition is sent once, 500":         {moves, []reply{fails(500, "INTERNAL_ERROR", "boom")}, registry.ErrInternal, unknown, "boom"},
		"a transition is sent once, lost answer": {moves, []reply{hangsUp}, registry.ErrUnavailable, unknown, "EOF"},
		"a transition is sent once, half answer": {moves, []reply{breaksOff}, registry.ErrUnavailable, unknown, "broke off"},
		"a refused transition is known":          {moves, []reply{fails(403, "PERMISSION_DENIED", "no")}, registry.ErrPermissionDenied, known, "no"},
		"a transition waits for its turn":        {moves, []reply{says(429, ""), says(429, ""), says(200, aVersion)}, nil, known, ""},
		"a transition gives up waiting":          {moves, slices.Repeat([]reply{says(429, "slow down")}, 8), registry.ErrUnavailable, known, "slow down"},
		"an alias is set once, 503":              {points, []reply{busy}, registry.ErrUnavailable, unknown, "deadlock"},
		"an alias is set once, lost answer":      {points, []reply{hangsUp}, registry.ErrUnavailable, unknown, "EOF"},
		"an alias waits for its turn":            {points, []reply{says(429, ""), says(200, "{}")}, nil, known, ""},
		"a tag is repeated":                      {setsTag, []reply{hangsUp, says(502, ""), says(200, "{}")}, nil, known, ""},
		"a version is created once, 503":         {creates, []reply{busy}, registry.ErrUnavailable, unknown, "deadlock"},
		"a version is created once, 502":         {creates, []reply{says(502, "<h1>Bad Gateway</h1>")}, registry.ErrUnavailable, unknown, "Bad Gateway"},
		"a version is created once, 500":         {creates, []reply{says(500, "<title>500</title>")}, registry.ErrInternal, unknown, "500"},
		"a version is created once, lost answer": {creates, []reply{hangsUp}, registry.ErrUnavailable, unknown, "EOF"},
		"a version is created once, half answer": {creates, []reply{breaksOff}, registry.ErrUnavailable, unknown, "broke off"},
		"a version is created once, odd answer":  {creates, []reply{says(200, "<h1>Hello</h1>")}, registry.ErrNotMLflow, unknown, "Hello"},
		"a refused version is known":             {creates, []reply{fails(404, "RESOURCE_DOES_NOT_EXIST", "no m")}, registry.ErrNotFound, known, "no m"},
		"a version waits for its turn":           {creates, []reply{says(429, ""), says(429, ""), says(200, aVersion)}, nil, known, ""},
		"a model is created once":                {registers, []reply{busy}, registry.ErrUnavailable, unknown, "deadlock"},
		"a model is created once, lost answer":   {registers, []reply{hangsUp}, registry.ErrUnavailable, unknown, "EOF"},
		"a delete that was lost is done":         {deletes, []reply{hangsUp, gone}, nil, known, ""},
		"a delete after 503 is done":             {deletes, []reply{busy, gone}, nil, known, ""},
		"a first delete finds nothing":           {deletes, []reply{gone}, registry.ErrNotFound, known, "not found"},
		"a delete after 429 finds nothing":       {deletes, []reply{says(429, ""), gone}, registry.ErrNotFound, known, "not found"},
		"an untag that was lost is done":         {untags, []reply{breaksOff, gone}, nil, known, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := test.call(t.Context(), serve(t, test.script...).connect())
			if test.kind == nil {
				must(t, err)
				return
			}
			if !errors.Is(err, test.kind) || errors.Is(err, registry.ErrOutcomeUnknown) != test.unknown || !strings.Contains(err.Error(), test.text) {
				t.Errorf("%v (unknown %v); want %v, unknown %v, %q", err, errors.Is(err, registry.ErrOutcomeUnknown), test.kind, test.unknown, test.text)
			}
		})
	}
}

func TestMaxRetriesCountsRepetitions(t *testing.T) {
	for setting, attempts := range map[int]int{-1: 1, 1: 2, 3: 4, 0: 8} {
		server := serve(t, slices.Repeat([]reply{says(503, "busy")}, attempts)...)
		wantKind(t, "read", reads(t.Context(), server.connect(func(c *mlflow.Config) { c.MaxRetries = setting })), registry.ErrUnavailable)
	}
}

func TestNoConnectionIsKnownAndGivenUpSoon(t *testing.T) {
	server := serve(t)
	server.Close()
	dials := 0
	count := func(c *mlflow.Config) {
		c.Transport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			dials++
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}}
	}
	for _, call := range []func(context.Context, *mlflow.Client) error{reads, creates, moves, deletes} {
		dials = 0
		wantKind(t, "no server", call(t.Context(), server.connect(count)), registry.ErrUnreachable)
		if dials != 5 {
			t.Errorf("%d dials, want 5", dials)
		}
	}
}

func TestWhatIsSentOnceGoesOnAfterAFailedDial(t *testing.T) {
	for _, call := range []func(context.Context, *mlflow.Client) error{creates, moves} {
		server := serve(t, says(200, aVersion))
		dials := 0
		flaky := func(c *mlflow.Config) {
			c.Transport = &http.Transport{DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
				if dials++; dials < 3 {
					return nil, errors.New("no route to host")
				}
				return (&net.Dialer{}).DialContext(ctx, network, address)
			}}
		}
		must(t, call(t.Context(), server.connect(flaky)))
	}
}

func TestAnUnknownHostIsNotAskedAgain(t *testing.T) {
	dials := 0
	client := connect(t, "http://registry.invalid", func(c *mlflow.Config) {
		c.Transport = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
			dials++
			return nil, &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "registry.invalid", IsNotFound: true}}
		}}
	})
	wantKind(t, "unknown host", reads(t.Context(), client), registry.ErrUnreachable)
	if dials != 1 {
		t.Errorf("%d dials, want 1", dials)
	}
}

func TestTheEndOfTheContextEndsTheCallAtOnce(t *testing.T) {
	slow := func(c *mlflow.Config) { c.BackoffFactor = 3600 }
	busy := fails(503, "TEMPORARILY_UNAVAILABLE", "restarting")
	for name, test := range map[string]struct {
		call    func(context.Context, *mlflow.Client) error
		unknown bool
	}{"read": {reads, false}, "tag": {setsTag, true}} {
		t.Run("in the wait of a "+name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			answered := make(chan struct{})
			server := serve(t, func(w http.ResponseWriter, r *http.Request) { busy(w, r); close(answered) })
			go func() { <-answered; cancel() }()
			wantInterrupted(t, test.call(ctx, server.connect(slow)), context.Canceled, test.unknown)
		})
		t.Run("in an attempt of a "+name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			server := serve(t, func(_ http.ResponseWriter, r *http.Request) { cancel(); <-r.Context().Done() })
			wantInterrupted(t, test.call(ctx, server.connect(slow)), context.Canceled, test.unknown)
		})
		t.Run("before a "+name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			wantInterrupted(t, test.call(ctx, serve(t).connect(slow)), context.Canceled, false)
		})
	}
	t.Run("keeps the server's message", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		err := reads(ctx, serve(t, busy).connect(slow))
		wantInterrupted(t, err, context.DeadlineExceeded, false)
		if !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), "restarting") {
			t.Error(err)
		}
	})
}

func wantInterrupted(t *testing.T, err, cause error, unknown bool) {
	t.Helper()
	var answer *registry.Error
	if !errors.Is(err, cause) || !errors.As(err, &answer) || answer.Unknown != unknown ||
		errors.Is(err, registry.ErrOutcomeUnknown) != unknown || !strings.Contains(err.Error(), cause.Error()) {
		t.Errorf("%v; want one that wraps %v, unknown %v", err, cause, unknown)
	}
}

func TestTheRequestTimeoutIsNotTheCallersDeadline(t *testing.T) {
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	quick := func(c *mlflow.Config) { c.RequestTimeout = 20 * time.Millisecond }
	must(t, reads(t.Context(), serve(t, hang, says(200, aVersion)).connect(quick)))

	err := creates(t.Context(), serve(t, hang).connect(quick))
	if !errors.Is(err, registry.ErrOutcomeUnknown) || !errors.Is(err, registry.ErrUnavailable) ||
		errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "20ms") {
		t.Error(err)
	}
}

func TestRetryAfterBeyondReasonIsNotWaitedFor(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "86400")
		says(429, "come back tomorrow")(w, r)
	})
	err := reads(t.Context(), server.connect())
	if !errors.Is(err, registry.ErrUnavailable) || !strings.Contains(err.Error(), "come back tomorrow") {
		t.Error(err)
	}
}

func TestRetryAfterWinsOverTheBackOff(t *testing.T) {
	server := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "0")
		says(503, "")(w, r)
	}, says(200, aVersion))
	must(t, reads(t.Context(), server.connect(func(c *mlflow.Config) { c.BackoffFactor = 3600 })))
}

// RetryAfter is for whoever sends again what this client sends once.
func TestAnErrorTellsHowLongTheServerAsksToWait(t *testing.T) {
	asks := func(status int, header map[string]string) reply {
		return func(w http.ResponseWriter, r *http.Request) {
			for name, value := range header {
				w.Header().Set(name, value)
			}
			says(status, "busy")(w, r)
		}
	}
	const date = "Mon, 23 Nov 2026 12:00:00 GMT"
	for name, test := range map[string]struct {
		reply  reply
		ignore bool
		want   time.Duration
	}{
		"not said":                           {asks(503, nil), false, 0},
		"in seconds":                         {asks(503, map[string]string{"Retry-After": "7"}), false, 7 * time.Second},
		"longer than this client would wait": {asks(429, map[string]string{"Retry-After": "86400"}), false, 24 * time.Hour},
		"no number":                          {asks(503, map[string]string{"Retry-After": "soon"}), false, 0},
		"a time by the server's clock":       {asks(503, map[string]string{"Retry-After": "Mon, 23 Nov 2026 12:00:09 GMT", "Date": date}), false, 9 * time.Second},
		"a time that is over":                {asks(503, map[string]string{"Retry-After": "Mon, 23 Nov 2026 11:00:00 GMT", "Date": date}), false, 0},
		"said, and not to be heeded":         {asks(503, map[string]string{"Retry-After": "7"}), true, 0},
	} {
		t.Run(name, func(t *testing.T) {
			err := moves(t.Context(), serve(t, test.reply).connect(func(c *mlflow.Config) { c.IgnoreRetryAfter, c.MaxRetries = test.ignore, -1 }))
			answered, ok := errors.AsType[*registry.Error](err)
			if !ok || answered.RetryAfter != test.want {
				t.Errorf("%v, wait %v; want %v", err, answered.RetryAfter, test.want)
			}
		})
	}
}
