package flow

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var updateKeys = flag.Bool("update-keys", false, "add new keys to testdata/keys.txt")

// testdata/keys.txt lists the keys by which model files of released versions hold fields. No line ever
// goes: where a field is renamed, a tag keeps its key, see internal/plain. A release adds those of its new kinds,
//
//	go test ./flow -run Keys -update-keys
func TestKeys(t *testing.T) {
	const name = "../testdata/keys.txt"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	now := slices.DeleteFunc(kinds.Keys(), func(line string) bool {
		return strings.HasPrefix(line, "test.") || strings.HasPrefix(line, "example.")
	})
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		if _, found := slices.BinarySearch(now, line); !found {
			t.Errorf("gone: %s: files that have it cannot be read", line)
		}
	}
	if *updateKeys && !t.Failed() {
		if err := os.WriteFile(name, []byte(strings.Join(now, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
