package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/outside"
)

// line is what the log says of one request.
type line struct {
	at      time.Duration
	racer   string
	request string
	// fault is what happened to it, if anything.
	fault string
	// status and after are what the registry answered, and when; zero if it was not asked, or has not answered.
	status int
	after  time.Duration
}

// String is a line for people: when, who, what, and what came of it.
func (l *line) String() string {
	text := fmt.Sprintf("%6d ms %s %s", l.at.Milliseconds(), l.racer, l.request)
	if l.fault != "" {
		text += " [" + l.fault + "]"
	}
	if l.status != 0 {
		text += fmt.Sprintf(" -> %d at %d ms", l.status, l.after.Milliseconds())
	}
	return text
}

// sent is one request of a racer.
type sent struct {
	line  *line
	body  []byte
	fault *due
}

// receive reads a request to its end, writes it into the log, and takes the fault that is due for it. Whoever receives a request
// takes it off the pending ones.
func (g *gate) receive(racer string, r *http.Request) (sent, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return sent{}, err
	}
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.pending.Add(1)
	endpoint := strings.TrimPrefix(r.URL.Path, outside.APIPath)
	one := sent{body: body, line: &line{at: time.Since(g.begun), racer: racer, request: r.Method + " " + endpoint + " " + string(body)}}
	g.seen.log = append(g.seen.log, one.line)
	kind := counter{racer, r.Method != http.MethodGet}
	if g.counts == nil { // Before the first round.
		return one, nil
	}
	g.counts[kind]++
	for index, drawn := range g.due {
		if drawn.racer == racer && drawn.write == kind.write && drawn.nth == g.counts[kind] {
			one.fault, one.line.fault = &g.due[index], drawn.String()
			g.seen.faults[drawn.column]++
			break
		}
	}
	return one, nil
}

// happen lets the fault happen to a request, or forwards it. What the registry was sent, it is left to do, whether or not the
// client still waits: so does a server.
func (g *gate) happen(w http.ResponseWriter, r *http.Request, one sent) {
	drawn := one.fault
	switch {
	case drawn == nil:
		var gone time.Time
		stop := context.AfterFunc(r.Context(), func() {
			g.mutex.Lock()
			defer g.mutex.Unlock()
			gone = time.Now()
		})
		defer func() {
			stop()
			g.mutex.Lock()
			defer g.mutex.Unlock()
			g.seen.overdue = g.seen.overdue || r.Method != http.MethodGet && !gone.IsZero() && time.Since(gone) > g.lateness
		}()
		g.forward(w, r, one)
		return
	case drawn.effect == done:
		g.forward(&unread{header: make(http.Header)}, r, one)
	case drawn.effect == late:
		g.pending.Add(1)
		lost := time.Now()
		time.AfterFunc(drawn.delay, func() {
			defer g.pending.Done()
			g.forward(&unread{header: make(http.Header)}, r, one)
			g.mutex.Lock()
			defer g.mutex.Unlock()
			g.seen.overdue = g.seen.overdue || time.Since(lost) > g.lateness
		})
	}
	if drawn.status == 0 {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(drawn.status)
	_, _ = io.WriteString(w, drawn.body)
}

// forward sends a request to the registry and waits for its answer.
func (g *gate) forward(w http.ResponseWriter, r *http.Request, one sent) {
	outgoing := r.Clone(context.Background())
	outgoing.Body = io.NopCloser(bytes.NewReader(one.body))
	noting := &noted{ResponseWriter: w, status: http.StatusOK}
	g.proxy.ServeHTTP(noting, outgoing)
	g.mutex.Lock()
	defer g.mutex.Unlock()
	one.line.status, one.line.after = noting.status, time.Since(g.begun)
}

// noted remembers the status of an answer.
type noted struct {
	http.ResponseWriter

	status int
}

func (n *noted) WriteHeader(status int) {
	n.status = status
	n.ResponseWriter.WriteHeader(status)
}

// unread is an answer that nobody gets.
type unread struct{ header http.Header }

func (u *unread) Header() http.Header             { return u.header }
func (*unread) Write(content []byte) (int, error) { return len(content), nil }
func (*unread) WriteHeader(int)                   {}
