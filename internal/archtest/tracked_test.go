package archtest

import (
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// tracked returns the names of the files under version control, sorted: what examples, builds and
// editors leave in the folder is not the repository. Without git, or where it does not know this
// folder, as in a module that go get has downloaded, they are the files that .gitignore does not name.
func tracked(t *testing.T) []string {
	t.Helper()
	present := onDisk(t, func(string) bool { return false })
	listed, ok := byGit(root)
	if !ok {
		return onDisk(t, ignored(t))
	}
	slices.Sort(listed)
	return slices.DeleteFunc(present, func(name string) bool {
		_, found := slices.BinarySearch(listed, name)
		return !found
	})
}

// byGit returns the files that git tracks in dir, if dir is the top of a repository.
func byGit(dir string) (names []string, ok bool) {
	git := func(args ...string) string {
		cmd := exec.Command("git", args...)
		cmd.Dir = dir
		out, err := cmd.Output()
		if err != nil {
			return ""
		}
		return string(out)
	}
	index := strings.TrimSpace(git("rev-parse", "--git-path", "index"))
	if !filepath.IsAbs(index) {
		index = filepath.Join(dir, index)
	}
	os.Stat(index) // so that a cached result does not outlive a git add
	names = strings.Split(strings.TrimRight(git("ls-files", "-z"), "\x00"), "\x00")
	return names, slices.Contains(names, "go.mod")
}

// onDisk returns the files of the folder, sorted, without what skip says and git's own.
func onDisk(t *testing.T, skip func(name string) bool) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".git" && e.IsDir():
			return fs.SkipDir
		case name == ".git" || !e.IsDir() && skip(name):
			return nil
		case skip(name + "/"):
			return fs.SkipDir
		case !e.IsDir():
			names = append(names, name)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(names)
	return names
}

// ignored returns what .gitignore names: base names, and paths from the top that begin with a
// slash; those of folders end with one.
func ignored(t *testing.T) func(name string) bool {
	var patterns []string
	for line := range strings.Lines(read(t, ".gitignore")) {
		patterns = append(patterns, strings.TrimSpace(line))
	}
	return func(name string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool {
			if top, ok := strings.CutPrefix(p, "/"); ok {
				return top == name
			}
			match, err := path.Match(p, path.Base(name))
			return match && err == nil
		})
	}
}

// What is in the folder but not in the repository is not looked at, with git and without.
func TestTracked(t *testing.T) {
	all := tracked(t)
	for _, want := range []string{"go.mod", "README.md", ".ci/run", "internal/archtest/doc.go"} {
		if !slices.Contains(all, want) {
			t.Errorf("%s is not found", want)
		}
	}
	skip := ignored(t)
	for name, want := range map[string]bool{"banana/": true, "banana/samples.png": false, "examples/banana/": false, "moons.png": true,
		"flow.test": true, "flow/cpu.prof": true, "flow/doc.go": false, "banana": false} {
		if got := skip(name); got != want {
			t.Errorf("ignored(%q) = %v, want %v", name, got, want)
		}
	}
	if _, ok := byGit(t.TempDir()); ok {
		t.Error("git tracks a folder outside any repository")
	}
}
