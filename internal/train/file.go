package train

import (
	"io"
	"os"
	"path/filepath"
)

// writeFile replaces a file in one step: a reader, or a crash at any time,
// finds the whole old file or the whole new one.
func writeFile(name string, write func(w io.Writer) error) (err error) {
	temp := name + ".tmp"
	out, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			out.Close()
			os.Remove(temp)
		}
	}()
	if err := write(out); err != nil {
		return err
	}
	if err := out.Sync(); err != nil {
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp, name); err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
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
