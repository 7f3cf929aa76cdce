package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/mlregistry/terraform-provider-mlregistry/tools/terraform"
)

// scenario is one thing that is measured, with its title in the table.
type scenario struct {
	name, title string
	measure     func(ctx context.Context, b *bench) (measurement, error)
}

// measurement is what each of those who were measured came to.
type measurement struct {
	Title string       `json:"title"`
	Size  int          `json:"size"`
	Costs map[who]cost `json:"costs"`
}

// scenarios returns all of them, in the order of the table.
func scenarios(quick bool) []scenario {
	part := func(count int) int {
		if quick {
			return count / 10
		}
		return count
	}
	var all []scenario
	for _, count := range []int{100, 1000, 5000} {
		title := fmt.Sprintf("plan: %d versions of one model", part(count))
		all = append(all, planned(fmt.Sprintf("versions-%d", count), title, versions(fmt.Sprintf("one-%d", count), 1, part(count)),
			fmt.Sprintf("versions one-%d 1 %d", count, part(count))))
	}
	overSet := versions("one-1000", 1, part(1000))
	overSet.set = true
	first := 10_000 - part(200) + 1
	return append(all,
		planned("versions-1000-set", fmt.Sprintf("plan: %d versions of one model, for_each over a set", part(1000)), overSet,
			fmt.Sprintf("versions one-1000 1 %d", part(1000))),
		planned("versions-200-of-10000", fmt.Sprintf("plan: %d of a model's 10,000 versions", part(200)), versions("one-10000", first, 10_000),
			fmt.Sprintf("versions one-10000 %d 10000", first)),
		planned("pointers-500", fmt.Sprintf("plan: %d pointers over %[1]d models", part(500)), pointers(part(500), 1),
			fmt.Sprintf("pointers %d", part(500))),
		planned("aliases-100", fmt.Sprintf("plan: %d models with an alias each", part(100)), aliases(part(100)), fmt.Sprintf("aliases %d", part(100))),
		promoted("promote-100", fmt.Sprintf("apply: promote %d models", part(100)), part(100)),
		created("create-200", fmt.Sprintf("apply: create %d versions", part(200)), part(200)),
		scenario{"start-up", "start-up of the plugin", startUp},
	)
}

// planned measures a plan in which nothing is to do.
func planned(name, title string, e estate, read string) scenario {
	return scenario{name, title, func(ctx context.Context, b *bench) (measurement, error) {
		folder, err := b.workspace(name, e)
		if err != nil {
			return measurement{}, err
		}
		if err := e.writeState(folder); err != nil {
			return measurement{}, err
		}
		if _, err := b.terraform(ctx, ours, folder, 0, "apply", "-refresh-only", "-auto-approve", "-no-color"); err != nil {
			return measurement{}, err
		}
		size := (e.last - e.first + 1) * len(e.resources)
		m := measurement{Title: title, Size: size, Costs: make(map[who]cost)}
		rounds := 3
		switch {
		case b.quick || size > 1000:
			rounds = 1
		case size > 500:
			rounds = 2
		}
		runs := make(map[who][]cost)
		for range rounds { // In turns, so that the machine's moods meet all.
			for _, w := range []who{floor, ours} {
				measured, err := b.terraform(ctx, w, folder, 0, "plan", "-no-color", "-detailed-exitcode")
				if err != nil {
					return m, err
				}
				runs[w] = append(runs[w], measured)
			}
		}
		for w, costs := range runs {
			m.Costs[w] = fastest(costs)
		}
		if m.Costs[single], err = b.terraform(ctx, single, folder, 0, "plan", "-no-color", "-detailed-exitcode"); err != nil {
			return m, err
		}
		m.Costs[script], err = b.read(ctx, read)
		return m, err
	}}
}

// promoted measures the apply of a saved plan that gives Production of many models to version 2.
func promoted(name, title string, count int) scenario {
	return scenario{name, title, func(ctx context.Context, b *bench) (measurement, error) {
		folder, err := b.workspace(name, pointers(count, 1))
		if err == nil {
			err = pointers(count, 1).writeState(folder)
		}
		if err != nil {
			return measurement{}, err
		}
		if _, err := b.terraform(ctx, ours, folder, 0, "apply", "-refresh-only", "-auto-approve", "-no-color"); err != nil {
			return measurement{}, err
		}
		if err := pointers(count, 2).write(folder, b.counter.URL); err != nil {
			return measurement{}, err
		}
		return b.applied(ctx, folder, title, count)
	}}
}

// created measures the apply of a saved plan that registers versions.
func created(name, title string, count int) scenario {
	return scenario{name, title, func(ctx context.Context, b *bench) (measurement, error) {
		folder, err := b.workspace(name, births(count))
		if err != nil {
			return measurement{}, err
		}
		return b.applied(ctx, folder, title, count)
	}}
}

func (b *bench) applied(ctx context.Context, folder, title string, count int) (measurement, error) {
	m := measurement{Title: title, Size: count, Costs: make(map[who]cost)}
	if _, err := b.terraform(ctx, ours, folder, 2, "plan", "-no-color", "-detailed-exitcode", "-out=bench.tfplan"); err != nil {
		return m, err
	}
	measured, err := b.terraform(ctx, ours, folder, 0, "apply", "-no-color", "bench.tfplan")
	m.Costs[ours] = measured
	return m, err
}

// workspace makes a folder with the configuration of an estate.
func (b *bench) workspace(name string, e estate) (string, error) {
	folder := filepath.Join(b.folder, name)
	if err := os.Mkdir(folder, 0o755); err != nil {
		return "", err
	}
	return folder, e.write(folder, b.counter.URL)
}

// read runs the script that only reads.
func (b *bench) read(ctx context.Context, arguments string) (cost, error) {
	command := exec.CommandContext(ctx, b.python, append([]string{"bench/read.py"}, strings.Fields(arguments)...)...) //nolint:gosec // Our own script.
	command.Env = append(terraform.CleanEnvironment(), "MLFLOW_TRACKING_URI="+b.counter.URL, "MLFLOW_DISABLE_TELEMETRY=true")
	measured, output, err := b.measure(command)
	if err != nil {
		return cost{}, fmt.Errorf("read.py %s: %w\n%s", arguments, err, output)
	}
	return measured, nil
}

// fastest returns the run that others disturbed least.
func fastest(costs []cost) cost {
	slices.SortFunc(costs, func(a, b cost) int { return cmp.Compare(a.Wall, b.Wall) })
	return costs[0]
}
