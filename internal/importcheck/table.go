package main

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
)

// A row is what came of one model: its status with settings, without, and a note.
type row struct {
	m                *model
	told, bare, note string
}

// A total says how often models of some sort had which status.
type total struct{ of, text string }

// count counts the statuses by library and folder.
func count(rows []row) (totals []total) {
	counts := map[[2]string]int{}
	for _, r := range rows {
		dir := filepath.Base(r.m.dir)
		for _, of := range []string{r.m.Library + " " + dir, r.m.Library + " all", "all " + dir, "all all"} {
			counts[[2]string{of, "with: " + r.told}]++
			counts[[2]string{of, "without: " + r.bare}]++
		}
	}
	texts := map[string][]string{}
	for key, n := range counts {
		texts[key[0]] = append(texts[key[0]], fmt.Sprintf("%s %d", key[1], n))
	}
	for of, text := range texts {
		slices.Sort(text)
		totals = append(totals, total{of, strings.Join(text, ", ")})
	}
	slices.SortFunc(totals, func(a, b total) int { return strings.Compare(a.of, b.of) })
	return totals
}

// markdown returns the results as two tables.
func markdown(rows []row, totals []total) string {
	var b strings.Builder
	b.WriteString("| variant | what | with settings | without | note |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.m.name, r.m.Words, r.told, r.bare, strings.ReplaceAll(r.note, "|", "\\|"))
	}
	b.WriteString("\n| models | |\n|---|---|\n")
	for _, t := range totals {
		fmt.Fprintf(&b, "| %s | %s |\n", t.of, t.text)
	}
	return b.String()
}
