package main

import (
	"fmt"
	"os"
	"strings"
)

const tableHead = `| Registry | Who promotes at once | Rounds | Not one at rest | Has it | Overtaken | Displaced | Refused | 503 | Seconds |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|
`

const tableHeadFaults = `| Registry | Who acts at once | Rounds | Not one at rest | Owned twice | 503 | 504 | Lost | Late | 403 | Could not find out | Has it | Overtaken | Displaced | Refused | Failed | Seconds |
|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|
`

// row is the tally as a row of the table of races with faults.
func (t *tally) row() string {
	rounds, wrong, owned := fmt.Sprint(t.rounds), fmt.Sprintf("**%d**", t.wrong), "–"
	if t.void > 0 {
		rounds += fmt.Sprintf(" (and %d void)", t.void)
	}
	if t.byScript > 0 {
		wrong += fmt.Sprintf(" (and %d by the script)", t.byScript)
	}
	if t.wrongSaid > 0 {
		wrong += fmt.Sprintf(" (and %d that an error told)", t.wrongSaid)
	}
	if t.registering {
		wrong, owned = "–", fmt.Sprintf("**%d**", t.owned)
	}
	var faults strings.Builder
	for _, column := range []string{column503, column504, columnLost, columnLate, column403} {
		fmt.Fprintf(&faults, "%d | ", t.faults[column])
	}
	return fmt.Sprintf("| %s | %s | %s | %s | %s | %s%d | %d | %d | %d | %d | %d | %.0f |", t.registry, t.who, rounds, wrong, owned,
		faults.String(), t.unsureRounds, t.kept, t.overtaken, t.displaced, t.refused, t.failed, t.took.Seconds())
}

// String is the tally as a row of the table.
func (t *tally) String() string {
	if t.hints != "" {
		return t.row()
	}
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
	head := tableHead
	if len(tallies) > 0 && tallies[0].hints != "" {
		head = tableHeadFaults
	}
	var rows strings.Builder
	for _, one := range tallies {
		fmt.Fprintln(&rows, one)
	}
	if file == "" {
		_, err := fmt.Print(head, rows.String())
		return err
	}
	before, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		before, err = []byte(head), nil
	}
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(before, rows.String()...), 0o644)
}
