package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/outside"
)

// options are the flags.
type options struct {
	cli, provider, uri string
	keep               bool
}

// scene is what the story is played with: a scratch folder, a CLI, a registry and a narrator.
type scene struct {
	*narrator
	cli      *cli
	registry *registry
	model    string
	// trackingURI is what the configuration says; history is who was in which stage after each step.
	trackingURI string
	history     []moment

	folder  string
	server  *outside.Server
	options options
}

// newScene prepares everything up to a folder in which init can run. Whoever gets a scene closes it.
func newScene(ctx context.Context, given options) (*scene, error) {
	provider, err := filepath.Abs(given.provider)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "mlregistry-demo-")
	if err != nil {
		return nil, err
	}
	s := &scene{narrator: &narrator{out: os.Stdout, begun: time.Now()}, folder: folder, options: given}
	if err := s.prepare(ctx, provider); err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *scene) prepare(ctx context.Context, provider string) error {
	work := filepath.Join(s.folder, "work")
	if err := os.Mkdir(work, 0o755); err != nil {
		return err
	}
	settings, err := installProvider(s.folder, provider)
	if err != nil {
		return err
	}
	if s.cli, err = newCLI(ctx, s.options.cli, work, settings); err != nil {
		return err
	}
	if s.options.uri != "" {
		s.trackingURI = strings.TrimRight(s.options.uri, "/")
		s.model = "fraud-" + strings.ToLower(rand.Text()[:8]) // Others use the server too.
		s.registry = newRegistry(s.trackingURI)
		return nil
	}
	s.trackingURI, s.model = "embedded:registry.db", "fraud"
	if s.server, err = outside.StartServer(ctx, provider, work); err != nil {
		return err
	}
	s.registry = newRegistry(s.server.Address)
	return nil
}

// close stops the server and removes what the demo left behind, also after a failure.
func (s *scene) close() error {
	var err error
	if s.options.uri != "" && !s.options.keep && s.registry != nil {
		ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
		defer cancel()
		err = s.registry.deleteModel(ctx, s.model)
	}
	if s.server != nil {
		s.server.Stop()
	}
	if s.options.keep {
		fmt.Fprintln(s.out, "\nKept:", s.folder)
		return err
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}

// configure replaces main.tf and shows the blocks of the versions in it.
func (s *scene) configure(versions string) error {
	s.show("main.tf", versions)
	content := configurationHead(s.trackingURI, s.model) + versions
	return os.WriteFile(filepath.Join(s.cli.folder, "main.tf"), []byte(content), 0o600)
}
