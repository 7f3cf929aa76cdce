package soak_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/internal/acctest"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/handover"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/mlflow"
	"github.com/mlregistry/terraform-provider-mlregistry/internal/registry"
)

var (
	pairs    = flag.Int("pairs", 1, "how many cases of two clients on a server that is killed")
	rounds   = flag.Int("rounds", 2, "how many changes each of the two makes in a case")
	pairSeed = flag.Uint64("pair-seed", 20261201, "the first case of them")
)

// killedServer is a process of `serve`, which is killed and started again at the same address over the same file.
type killedServer struct {
	t       testing.TB
	binary  string
	file    string
	address string

	mu      sync.Mutex
	process *exec.Cmd
	kills   int
}

func newKilledServer(t testing.TB) *killedServer {
	t.Helper()
	s := &killedServer{t: t, binary: acctest.ProviderBinary(t), file: filepath.Join(t.TempDir(), "registry.db"), address: "127.0.0.1:0"}
	if err := s.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.end()
	})
	return s
}

// start starts the process and waits for the line that says where it listens.
func (s *killedServer) start() error {
	process := exec.Command(s.binary, "serve", "--listen", s.address, "--db", s.file)
	output, err := process.StdoutPipe()
	if err != nil {
		return err
	}
	if err := process.Start(); err != nil {
		return err
	}
	s.process = process
	line, err := bufio.NewReader(output).ReadString('\n')
	_, address, found := strings.Cut(strings.TrimSpace(line), "http://")
	if !found {
		s.end()
		return fmt.Errorf("serve says %q: %w", line, err)
	}
	s.address, _, _ = strings.Cut(address, " ")
	return nil
}

func (s *killedServer) end() {
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
}

// kill ends the process with SIGKILL and starts another one.
func (s *killedServer) kill() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kills++
	s.end()
	if err := s.start(); err != nil {
		s.t.Errorf("serve does not start over the file of a killed one: %v", err)
	}
}

// pairClient is one of two configurations over one model, with a state of its own.
type pairClient struct {
	name   string
	core   core
	proxy  *acctest.Proxy
	order  *rand.Rand
	wanted configuration
	// versions counts the blocks; the live one is to hold Production, if any is.
	versions, live int
}

// change draws what a client wants next: one version more, mostly, and another one that serves, or none of its own.
func (c *pairClient) change(model string) {
	if c.versions == 0 || c.order.IntN(3) > 0 {
		c.versions++
	}
	c.live = 1 + c.order.IntN(c.versions)
	if c.order.IntN(4) == 0 {
		c.live = 0
	}
	c.wanted = nil
	for number := range c.versions {
		each := block{typ: versionType, name: fmt.Sprintf("v%d", number+1), attributes: map[string]any{
			"model_name": model, "source": fmt.Sprintf("s3://%s/%d", c.name, number+1), "description": fmt.Sprint(c.order.IntN(3)),
		}}
		if number+1 == c.live {
			each.attributes["stage"] = "Production"
		}
		c.wanted = append(c.wanted, each)
	}
	if c.live > 0 {
		c.wanted = append(c.wanted, block{typ: aliasType, name: "a", attributes: map[string]any{
			"model_name": model, "alias": "of-" + c.name, "version": reference{fmt.Sprintf("%s.v%d", versionType, c.live), "version"},
		}})
	}
}

// run plans and applies, and returns what went wrong.
func (c *pairClient) run() problems {
	how := pace{order: c.order, parallel: c.order.IntN(2) == 0, dead: make(chan struct{})}
	made := c.core.plan(context.Background(), c.proxy.URL, c.wanted, how)
	if made.problems.failed() {
		return made.problems
	}
	return c.core.apply(context.Background(), c.proxy.URL, made, how)
}

// killsServer has the server killed at one of the client's next requests: before it gets there, while the server is at work on it, or after
// it was done but before the client is answered.
func (c *pairClient) killsServer(server *killedServer) string {
	at, number := 1+c.order.IntN(14), 0
	moment := c.order.IntN(3)
	kind := map[int]acctest.FaultKind{0: acctest.Delay(0), 1: acctest.Delay(0), 2: acctest.DropAfter}[moment]
	switch moment {
	case 0:
		c.proxy.OnRequest(onceAt(at, server.kill))
	case 1:
		c.proxy.OnRequest(onceAt(at, func() { go server.kill() }))
	case 2:
		kind = finally(kind, server.kill)
	}
	c.proxy.Fault(func(acctest.Request) bool { number++; return number == at }, kind, 1)
	return fmt.Sprintf("%s: killed %s request %d", c.name, []string{"before", "during", "after"}[moment], at)
}

// onceAt calls does at the given request of a proxy.
func onceAt(at int, does func()) func(acctest.Request) {
	var mu sync.Mutex
	number := 0
	return func(acctest.Request) {
		mu.Lock()
		number++
		due := number == at
		mu.Unlock()
		if due {
			does()
		}
	}
}

// pair is a case: two clients, a server that is killed, and an observer.
type pair struct {
	t       *testing.T
	server  *killedServer
	clients []*pairClient
	outside registry.Registry
	model   string
	story   strings.Builder
	sources map[string]registry.Number
}

func newPair(t *testing.T, seed uint64) *pair {
	p := &pair{t: t, server: newKilledServer(t), model: "fraud", sources: make(map[string]registry.Number)}
	var err error
	if p.outside, err = mlflow.New(mlflow.Config{BaseURL: "http://" + p.server.address}); err != nil {
		t.Fatal(err)
	}
	if _, err := p.outside.CreateModel(t.Context(), registry.NewModel{Name: p.model}); err != nil {
		t.Fatal(err)
	}
	for number, name := range []string{"a", "b"} {
		order := rand.New(rand.NewPCG(seed, uint64(number))) //nolint:gosec // Drawn cases, not secrets.
		way := handover.Ways()[order.IntN(len(handover.Ways()))]
		p.clients = append(p.clients, &pairClient{name: name, order: order, proxy: acctest.NewProxy(t, "http://"+p.server.address),
			core: core{provider: map[string]any{"handover": string(way)}, state: make(state)}})
	}
	return p
}

// round lets both clients change something at once while the server is killed, and then each of them again, by itself and undisturbed.
func (p *pair) round() {
	var group sync.WaitGroup
	found := make([]problems, len(p.clients))
	for index, client := range p.clients {
		client.change(p.model)
		client.proxy.Reset()
		fmt.Fprintf(&p.story, "%s\n%s\n", client.killsServer(p.server), client.wanted.hcl())
		group.Go(func() { found[index] = client.run() })
	}
	group.Wait()
	for index, client := range p.clients {
		fmt.Fprintf(&p.story, "%s:\n%s\n", client.name, found[index])
		client.proxy.Reset()
		client.proxy.Ahead(time.Minute) // The leases of what was cut off have run out by then.
	}
	p.look("after both")
	for _, client := range p.clients {
		p.settle(client)
	}
}

// settle applies undisturbed, and checks that the client has what it wants, and no more to do.
func (p *pair) settle(client *pairClient) {
	p.t.Helper()
	found := client.run()
	fmt.Fprintf(&p.story, "%s, undisturbed:\n%s\n", client.name, found)
	if found.failed() {
		p.t.Fatalf("%s cannot apply undisturbed\n%s", client.name, p.story.String())
	}
	p.look("after " + client.name)
	versions := p.versions()
	holders := registry.Holders(versions, registry.StageProduction)
	if len(holders) > 1 {
		p.t.Fatalf("%v hold Production\n%s", holders, p.story.String())
	}
	if client.live > 0 {
		live := numberOf(client.core.state[fmt.Sprintf("%s.v%d", versionType, client.live)])
		if len(holders) != 1 || holders[0] != live {
			p.t.Fatalf("%v hold Production, not %s\n%s", holders, live, p.story.String())
		}
	}
	how := pace{order: client.order, dead: make(chan struct{})}
	if again := client.core.plan(context.Background(), client.proxy.URL, client.wanted, how); again.problems.failed() || !again.empty() {
		p.t.Fatalf("the next plan of %s: %s\n%s\n%s", client.name, changesOf(again), again.problems, p.story.String())
	}
}

func (p *pair) versions() []registry.Version {
	p.t.Helper()
	found, err := p.outside.Versions(context.Background(), p.model)
	if err != nil {
		p.t.Fatalf("the outside observer cannot read: %v", err)
	}
	return found
}

// look checks what must hold whatever was killed: nothing that was seen is lost, nothing is registered twice, and no version is owned by
// both states.
func (p *pair) look(moment string) {
	p.t.Helper()
	versions := p.versions()
	fmt.Fprintf(&p.story, "%s: %s\n", moment, describe(versions))
	seen := make(map[string]registry.Number)
	for _, version := range versions {
		if other, twice := seen[version.Source]; twice {
			p.t.Fatalf("%s: %s is registered twice, as %s and %s\n%s", moment, version.Source, other, version.Number, p.story.String())
		}
		seen[version.Source] = version.Number
	}
	for source, number := range p.sources {
		if seen[source] != number {
			p.t.Fatalf("%s: version %s of %s is lost\n%s", moment, number, source, p.story.String())
		}
	}
	p.sources = seen
	owners := make(map[registry.Number]string)
	for _, client := range p.clients {
		for address, each := range client.core.state {
			if each.typ != versionType {
				continue
			}
			number, source := numberOf(each), text(each.value, "source")
			if seen[source] != number {
				p.t.Fatalf("%s: the state of %s has version %s of %s, the registry %s\n%s", moment, client.name, number, source, seen[source], p.story.String())
			}
			if other, owned := owners[number]; owned {
				p.t.Fatalf("%s: version %s is owned by %s and by %s of %s\n%s", moment, number, other, address, client.name, p.story.String())
			}
			owners[number] = address + " of " + client.name
		}
	}
}

// TestTwoClientsAndAKilledServer lets two configurations register into one model, promote, and move an alias each, side by side, while
// the server is killed at a request of each of them. -pairs sets how many cases there are, and -rounds
// how long they are; a failed one prints what happened, and its
// number is the -pair-seed with which it comes again, as far as the scheduler lets it.
func TestTwoClientsAndAKilledServer(t *testing.T) {
	impatient(t)
	var mu sync.Mutex
	kills := 0
	t.Run("cases", func(t *testing.T) {
		for number := range uint64(*pairs) { //nolint:gosec // A count.
			seed := *pairSeed + number
			t.Run(fmt.Sprint(seed), func(t *testing.T) {
				t.Parallel()
				pairSlots <- struct{}{}
				defer func() { <-pairSlots }()
				p := newPair(t, seed)
				for range *rounds {
					p.round()
				}
				mu.Lock()
				defer mu.Unlock()
				kills += p.server.kills
			})
		}
	})
	t.Logf("%d cases of %d rounds, the server was killed %d times", *pairs, *rounds, kills)
	if kills < *pairs {
		t.Errorf("the server was killed only %d times", kills)
	}
}

// pairSlots bounds how many servers run at a time. A case is mostly waiting: for as long as a lost write may still be committed.
var pairSlots = make(chan struct{}, 12)
