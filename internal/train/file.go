package train

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// WriteFile replaces a file in one step: a reader, or a crash at any time,
// finds the whole old file or the whole new one. A symbolic link is followed.
func WriteFile(name string, write func(w io.Writer) error) (err error) {
	name = target(name)
	out, err := os.CreateTemp(filepath.Dir(name), temporary(name))
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			out.Close()
			os.Remove(out.Name())
		}
	}()
	if err := write(out); err != nil {
		return err
	}
	if err := errors.Join(out.Chmod(0o644), out.Sync()); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	if err := os.Rename(out.Name(), name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

// temporary is the pattern of the names of files that become the one of a name.
func temporary(name string) string { return "." + filepath.Base(name) + ".*.tmp" }

// removeStale removes what was left of a file by a process that was killed while it wrote.
func removeStale(name string) {
	name = target(name)
	left, _ := filepath.Glob(filepath.Join(filepath.Dir(name), temporary(name))) // fails for bad patterns only
	for _, f := range left {
		os.Remove(f)
	}
}

// target returns the path that a symbolic link points to, also where nothing is yet, or the name itself if it is not a link.
func target(name string) string {
	for range 40 { // more links in a row than a system follows
		to, err := os.Readlink(name)
		if err != nil {
			break
		}
		if !filepath.IsAbs(to) {
			to = filepath.Dir(name) + string(filepath.Separator) + to // not Join: .. of a linked folder is another one
		}
		name = to
	}
	return name
}

// syncDir makes a rename in a folder last; systems that cannot are no worse
// off than without.
func syncDir(name string) error {
	d, err := os.Open(name)
	if err != nil {
		return nil
	}
	d.Sync()
	return d.Close()
}

// writable returns an error unless files can be made beside a name.
func writable(name string) error {
	name = target(name)
	f, err := os.CreateTemp(filepath.Dir(name), temporary(name))
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

// readFile returns the content of a regular file of at most so many bytes, and what it
// was; both nil if there is none.
func readFile(name string, most int64) ([]byte, fs.FileInfo, error) {
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil, nil
	case err != nil:
		return nil, nil, err
	case !info.Mode().IsRegular():
		return nil, nil, fmt.Errorf("got a %s, want a regular file", kindOf(info.Mode()))
	case info.Size() > most:
		return nil, nil, fmt.Errorf("got %d bytes, want at most %d, as many as a checkpoint of this training can have", info.Size(), most)
	}
	raw, err := os.ReadFile(name)
	return raw, info, err
}

func kindOf(m fs.FileMode) string {
	if m.IsDir() {
		return "folder"
	}
	return "device or other special file"
}

// unchanged reports whether a file is still what it was: nil if there was none.
func unchanged(name string, was fs.FileInfo) bool {
	now, err := os.Stat(name)
	if was == nil || err != nil {
		return was == nil && errors.Is(err, fs.ErrNotExist)
	}
	return os.SameFile(now, was) && now.Size() == was.Size() && now.ModTime().Equal(was.ModTime())
}
