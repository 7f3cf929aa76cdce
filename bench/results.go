package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"
)

// results are the measurements by the name of their scenario.
type results map[string]measurement

// loadResults returns what earlier runs of single scenarios measured; nothing when all are to be measured.
func loadResults(path string, anew bool) (results, error) {
	kept := make(results)
	content, err := os.ReadFile(path)
	if anew || path == "" || errors.Is(err, os.ErrNotExist) {
		return kept, nil
	}
	if err != nil {
		return nil, err
	}
	return kept, json.Unmarshal(content, &kept)
}

func (r results) save(path string) error {
	if path == "" {
		return nil
	}
	content, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(path, content, 0o600)
}

// printTable writes everything that was measured as a Markdown table.
func printTable(w io.Writer, r results, all []scenario) {
	fmt.Fprintln(w, "| | who reads | requests | wall | Terraform CPU | provider CPU | server CPU | Terraform peak | provider peak |")
	fmt.Fprintln(w, "|---|---|--:|--:|--:|--:|--:|--:|--:|")
	for _, s := range all {
		m, measured := r[s.name]
		if !measured {
			continue
		}
		title := m.Title
		for _, reader := range []who{ours, floor, single, script} {
			c, ran := m.Costs[reader]
			switch {
			case !ran:
				continue
			case c.StartUp > 0:
				fmt.Fprintf(w, "\nStart-up to the first answer: %s. Binary: %s. Idle memory: %s.\n", shown(c.StartUp), megabytes(c.BinarySize), megabytes(c.IdleMemory))
				continue
			case reader == script:
				fmt.Fprintf(w, "| %s | %s | %d | %s | %s | | %s | %s | |\n", title, reader, c.Requests, shown(c.Wall), shown(c.TerraformCPU),
					shown(c.ServerCPU), megabytes(c.TerraformPeak))
			default:
				fmt.Fprintf(w, "| %s | %s | %d | %s | %s | %s | %s | %s | %s |\n", title, reader, c.Requests, wall(m, reader), shown(c.TerraformCPU),
					shown(c.ProviderCPU), shown(c.ServerCPU), megabytes(c.TerraformPeak), megabytes(c.ProviderPeak))
			}
			title = ""
		}
	}
}

// wall returns the wall time, beside the floor where there is one.
func wall(m measurement, reader who) string {
	c := m.Costs[reader]
	if ground, ok := m.Costs[floor]; ok && reader != floor {
		return fmt.Sprintf("%s (× %.2f)", shown(c.Wall), c.Wall.Seconds()/ground.Wall.Seconds())
	}
	return shown(c.Wall)
}

func shown(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.0f MB", float64(bytes)/1e6) }
