package archtest

import (
	"fmt"
	"go/format"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A marker of a page of the manual names the example that follows it.
var marker = regexp.MustCompile("(?m)^<!-- (Example_\\w+) -->\n(\n```go\n(?s:.*?)```\n(\n```text\n(?s:.*?)```\n)?)?")

// The programs of the manual are the examples of the test file beside each page, with their output;
// other blocks are text of that file. After a change,
//
//	go test ./internal/archtest -run Manual -update
func TestManual(t *testing.T) {
	seen := 0
	walk(t, func(name string) {
		if path.Dir(name) != "examples/manual" || path.Ext(name) != ".md" {
			return
		}
		page := read(t, name)
		test := strings.TrimSuffix(name, ".md") + "_test.go"
		if !strings.Contains(page, "```go\n") && !marker.MatchString(page) {
			return
		}
		code := read(t, test)
		want := marker.ReplaceAllStringFunc(page, func(m string) string {
			seen++
			example := marker.FindStringSubmatch(m)[1]
			return fmt.Sprintf("<!-- %s -->\n\n%s", example, shown(t, test, code, example))
		})
		if *update {
			if err := os.WriteFile(filepath.Join(root, name), []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
		} else if want != page {
			t.Errorf("%s is stale: run go test ./internal/archtest -run Manual -update", name)
		}
		for _, block := range strings.Split(marker.ReplaceAllString(page, ""), "```go\n")[1:] {
			if block, _, _ = strings.Cut(block, "```"); !strings.Contains(code, block) {
				t.Errorf("%s shows code that is not in %s: %.60q", name, test, block)
			}
		}
	})
	if seen < 10 {
		t.Errorf("found %d programs in the manual: the walk has lost its way", seen)
	}
}

// shown returns the body of an example as a block of code, and its output as another.
func shown(t *testing.T, file, code, example string) string {
	_, body, ok := strings.Cut(code, "\nfunc "+example+"() {\n")
	body, _, ended := strings.Cut(body, "\n}\n")
	body, output, checked := strings.Cut(body, "\t// Output:")
	if !ok || !ended || !checked {
		t.Fatalf("%s has no %s with output", file, example)
	}
	pretty, err := format.Source([]byte(body))
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for line := range strings.Lines(output) {
		lines = append(lines, strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(line), "//")))
	}
	return "```go\n" + dedent(string(pretty)) + "```\n\n```text\n" + strings.TrimSpace(strings.Join(lines, "\n")) + "\n```\n"
}

// dedent takes a tab off the beginning of each line.
func dedent(text string) string {
	return strings.TrimPrefix(strings.ReplaceAll("\n"+text, "\n\t", "\n"), "\n")
}

var (
	mdLink  = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	mdCode  = regexp.MustCompile("(?s)```.*?```|`[^`\n]*`")
	heading = regexp.MustCompile(`(?m)^#+ (.*)$`)
)

// Every link in Markdown to a file or folder of the repository leads to one, and to a heading that exists.
func TestLinks(t *testing.T) {
	names := map[string]bool{}
	for _, name := range tracked(t) {
		for ; name != "."; name = path.Dir(name) {
			names[name] = true
		}
	}
	links := 0
	for name := range names {
		if path.Ext(name) != ".md" {
			continue
		}
		for _, m := range mdLink.FindAllStringSubmatch(mdCode.ReplaceAllString(read(t, name), ""), -1) {
			to, err := url.Parse(m[1])
			if err != nil || to.Scheme != "" {
				continue
			}
			links++
			target := name
			if to.Path != "" {
				target = path.Join(path.Dir(name), to.Path)
			}
			if !names[target] {
				t.Errorf("%s: the link to %s leads nowhere", name, m[1])
			} else if to.Fragment != "" && !headings(read(t, target))[to.Fragment] {
				t.Errorf("%s: %s has no heading #%s", name, target, to.Fragment)
			}
		}
	}
	if links < 30 {
		t.Errorf("found %d links: the walk has lost its way", links)
	}
	if reached := read(t, "README.md"); !strings.Contains(reached, "](examples/manual/README.md)") {
		t.Error("README.md does not lead to the manual")
	}
}

// headings returns the anchors of a page, as GitHub makes them.
func headings(page string) map[string]bool {
	all := map[string]bool{}
	for _, m := range heading.FindAllStringSubmatch(mdCode.ReplaceAllString(page, ""), -1) {
		anchor := regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(m[1]), "")
		all[strings.ReplaceAll(anchor, " ", "-")] = true
	}
	return all
}
