package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/terraform"
)

// cookie is what Terraform says to a plugin, so that it knows who starts it (hashicorp/terraform, plugin.Handshake).
const cookie = "TF_PLUGIN_MAGIC_COOKIE=d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"

// startUp measures how long the plugin takes until it has answered with its schemas, how big it is and what it needs idle.
func startUp(ctx context.Context, b *bench) (measurement, error) {
	m := measurement{Title: "start-up of the plugin", Costs: make(map[who]cost)}
	file, err := os.Stat(b.provider)
	if err != nil {
		return m, err
	}
	var runs []cost
	for range 21 {
		run, err := b.startOnce(ctx)
		if err != nil {
			return m, err
		}
		run.BinarySize = file.Size()
		runs = append(runs, run)
	}
	m.Costs[ours] = fastest(runs)
	return m, nil
}

func (b *bench) startOnce(ctx context.Context) (measured cost, err error) {
	command := exec.CommandContext(ctx, b.provider)
	command.Env = append(terraform.CleanEnvironment(), cookie, "PLUGIN_PROTOCOL_VERSIONS=6")
	output, err := command.StdoutPipe()
	if err != nil {
		return cost{}, err
	}
	start := time.Now()
	if err := command.Start(); err != nil {
		return cost{}, err
	}
	defer func() {
		err = errors.Join(err, command.Process.Kill())
		_ = command.Wait() // It says that it was killed.
	}()
	line, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		return cost{}, err
	}
	fields := strings.Split(line, "|") // core version|protocol|unix|socket|grpc|
	if len(fields) < 5 || fields[2] != "unix" {
		return cost{}, fmt.Errorf("the plugin says %q", line)
	}
	connection, err := grpc.NewClient("unix://"+fields[3], grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.ForceCodec(rawCodec{}), grpc.MaxCallRecvMsgSize(64<<20)))
	if err != nil {
		return cost{}, err
	}
	defer func() { err = errors.Join(err, connection.Close()) }()
	var schemas []byte
	if err := connection.Invoke(ctx, "/tfplugin6.Provider/GetProviderSchema", []byte{}, &schemas); err != nil {
		return cost{}, err
	}
	measured.StartUp = time.Since(start)
	if len(schemas) < 1000 {
		return cost{}, fmt.Errorf("the plugin's schemas are only %d bytes", len(schemas))
	}
	measured.Wall = measured.StartUp
	measured.IdleMemory, err = resident(command.Process.Pid)
	return measured, err
}

// resident returns the memory of a process as Linux counts it, 0 on other systems.
func resident(pid int) (int64, error) {
	content, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	for line := range strings.Lines(string(content)) {
		var kib int64
		if _, scanErr := fmt.Sscanf(line, "VmRSS: %d kB", &kib); scanErr == nil {
			return kib * 1024, nil
		}
	}
	return 0, err
}

// rawCodec passes messages as the bytes they are: the request is empty, and nobody looks into the answer.
type rawCodec struct{}

func (rawCodec) Name() string { return "proto" }

func (rawCodec) Marshal(message any) ([]byte, error) {
	content, ok := message.([]byte)
	if !ok {
		return nil, fmt.Errorf("not bytes: %T", message)
	}
	return content, nil
}

func (rawCodec) Unmarshal(content []byte, message any) error {
	target, ok := message.(*[]byte)
	if !ok {
		return fmt.Errorf("not bytes: %T", message)
	}
	*target = append([]byte(nil), content...)
	return nil
}
