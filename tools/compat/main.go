package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	results := flag.String("results", ".work/compat", "the folder with the runs' results: KIND-VERSION.json, as testsummary writes them")
	file := flag.String("measured", "tools/compat/measured.json", "the file that keeps what was measured")
	guide := flag.String("guide", "templates/guides/compatibility.md", "the guide whose tables are written")
	flag.Parse()
	if err := update(*results, *file, *guide); err != nil {
		fmt.Fprintln(os.Stderr, "compat:", err)
		os.Exit(1)
	}
}

// update adds the results of a folder to what was measured, and writes both the file and the guide.
func update(folder, file, guide string) error {
	known, err := load(file)
	if err != nil {
		return err
	}
	runs, err := filepath.Glob(filepath.Join(folder, "*.json"))
	if err != nil {
		return err
	}
	for _, run := range runs {
		name := strings.TrimSuffix(filepath.Base(run), ".json")
		kind, version, found := strings.Cut(name, "-")
		if !found {
			return fmt.Errorf("%s: the name is not KIND-VERSION.json", run)
		}
		made, err := os.Stat(run)
		if err != nil {
			return err
		}
		content, err := os.ReadFile(run)
		if err != nil {
			return err
		}
		var outcomes map[string]string
		if err := json.Unmarshal(content, &outcomes); err != nil {
			return fmt.Errorf("%s: %w", run, err)
		}
		known.add(column{Kind: kind, Version: version, Date: made.ModTime().UTC().Format(time.DateOnly), Areas: areas(outcomes)})
	}
	if err := known.save(file); err != nil {
		return err
	}
	return writeGuide(guide, known)
}
