package main

import (
	"fmt"
	"os"
	"strings"
)

const tableHead = `| Registry | Who promotes at once | Rounds | Not one at rest | Has it | Overtaken | Displaced | Refused | 503 | Seconds |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|
`

// String is the tally as a row of the table.
func (t *tally) String() string {
	wrong := fmt.Sprint(t.wrong)
	if t.protocol {
		wrong = "**" + wrong + "**"
	}
	if t.byScript > 0 {
		wrong += fmt.Sprintf(" (and %d by the script)", t.byScript)
	}
	said := fmt.Sprintf("%d | %d | %d | %d", t.kept, t.overtaken, t.displaced, t.refused)
	if !t.protocol {
		said = fmt.Sprintf("%d | %d | – | –", t.kept, t.overtaken)
	}
	return fmt.Sprintf("| %s | %s | %d | %s | %s | %d | %.0f |",
		t.registry, t.who, t.rounds, wrong, said, t.unavailable, t.took.Seconds())
}

// writeTable appends rows to a file, after the head if it is new, or prints the table if no file is named.
func writeTable(file string, tallies []*tally) error {
	var rows strings.Builder
	for _, one := range tallies {
		fmt.Fprintln(&rows, one)
	}
	if file == "" {
		_, err := fmt.Print(tableHead, rows.String())
		return err
	}
	before, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		before, err = []byte(tableHead), nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(before, rows.String()...), 0o644)
}
