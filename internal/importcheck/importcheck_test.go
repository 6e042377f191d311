package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const goldens = "../../testdata/goldens/neural"

// write puts a golden into dir as a model of Python, changed by change.
func write(t *testing.T, dir, golden, name string, change func(m map[string]any)) {
	t.Helper()
	var g struct{ Data map[string]any }
	text, err := os.ReadFile(filepath.Join(goldens, golden+".json"))
	if err == nil {
		err = json.Unmarshal(text, &g)
	}
	if err != nil {
		t.Fatal(err)
	}
	m := map[string]any{"library": "zuko", "words": golden, "x": g.Data["x"], "context": g.Data["context"], "log_prob": g.Data["log_prob"]}
	change(m)
	text, err = json.Marshal(m)
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".json"), text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	tensors, err := os.ReadFile(filepath.Join(goldens, golden+".safetensors"))
	if err == nil {
		err = os.WriteFile(filepath.Join(dir, name+".safetensors"), tensors, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "zuko_maf", "a", func(m map[string]any) {})
	write(t, dir, "realnvp4_logprob", "b", func(m map[string]any) {
		m["library"], m["facts"] = "normflows", map[string]any{"activation": "tanh", "output": "tanh"}
	})
	write(t, dir, "zuko_nsf", "c", func(m map[string]any) { m["log_prob"].([]any)[1] = "-inf" })
	write(t, dir, "made_mog", "d", func(m map[string]any) { m["x"], m["log_prob"] = [][]float64{{1}}, []float64{1} })
	models, err := readModels(dir)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for i, want := range []row{
		{told: "ok", bare: "refused", note: "e-"},
		{told: "wrong, nothing to say", bare: "refused", note: "max error"},
		{told: "wrong", bare: "refused", note: "max error NaN"},
		{told: "refused", bare: "refused", note: "got tensors such as"},
	} {
		got := models[i].check()
		rows = append(rows, got)
		if got.told != want.told || got.bare != want.bare || !strings.Contains(got.note, want.note) {
			t.Errorf("model %s: got %q, %q, %q, want %q, %q, %q", models[i].name, got.told, got.bare, got.note, want.told, want.bare, want.note)
		}
	}
	totals := count(rows)
	if last := totals[len(totals)-1]; !strings.HasPrefix(last.of, "zuko") || !strings.Contains(last.text, "with: ok 1, with: refused 1, with: wrong 1") {
		t.Errorf("got the last total %v", last)
	}
	if table := markdown(rows, totals); strings.Count(table, "\n") != 2+len(rows)+3+len(totals) {
		t.Errorf("got the table\n%s", table)
	}
	if _, err := readModels(t.TempDir()); err == nil || !strings.Contains(err.Error(), "got no *.json") {
		t.Errorf("got %v for an empty folder", err)
	}
}
