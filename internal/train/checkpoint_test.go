package train

import (
	"context"
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// checkpointed returns a training of a bowl with a checkpoint.
func checkpointed(file string) *Training {
	b := newBowl()
	c := config()
	c.Checkpoint = file
	return &Training{Config: c, Objective: b, Validate: func() float64 { return math.Abs(b.params.Data[0] - 0.9) },
		Explain: func([]float64, float64) string { return "no more is known" }}
}

// Faults of the file are found before the first step.
func TestCheckpointFolder(t *testing.T) {
	dir := t.TempDir()
	for name, want := range map[string]string{
		filepath.Join(dir, "no", "such"): "no such file",
		dir:                              "got a folder, want a regular file",
		os.DevNull:                       "want a regular file",
	} {
		if err := checkpointed(name).Begin(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
	huge := filepath.Join(dir, "huge")
	if err := os.WriteFile(huge, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(huge, 1<<40); err == nil { // without a byte on the disk
		if err := checkpointed(huge).Begin(); err == nil || !strings.Contains(err.Error(), "want at most") {
			t.Errorf("huge file: got %v", err)
		}
	}
}

// Two trainings with one file end with a clear error, and neither overwrites what the other wrote.
func TestCheckpointShared(t *testing.T) {
	file := filepath.Join(t.TempDir(), "training")
	first, second := checkpointed(file), checkpointed(file)
	if err := errors.Join(first.Begin(), second.Begin()); err != nil {
		t.Fatal(err)
	}
	if err := first.Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := second.Run(context.Background()); !errors.Is(err, errShared) {
		t.Errorf("got %v, want %v", err, errShared)
	}
}

// A checkpoint that cannot be written once is no end: later ones are.
func TestCheckpointFails(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "folder")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	tr := checkpointed(filepath.Join(dir, "training"))
	tr.Patience = 0
	tr.Report = func(r Record) {
		switch r.Step {
		case 10:
			os.Rename(dir, dir+".away")
		case 30:
			os.Rename(dir+".away", dir)
		}
	}
	if err := errors.Join(tr.Begin(), tr.Run(context.Background())); err != nil {
		t.Fatal(err)
	}
	if tr.Unsaved == nil || !strings.Contains(tr.Unsaved.Error(), "after step") {
		t.Errorf("got %v, want an error of a checkpoint", tr.Unsaved)
	}
	if _, err := os.Stat(tr.Checkpoint); err != nil {
		t.Error(err)
	}
}

// A symbolic link is followed, also a link to a link, relative ones, and one to a file that is not there yet.
func TestCheckpointLink(t *testing.T) {
	dir := t.TempDir()
	file, link := filepath.Join(dir, "training"), filepath.Join(dir, "link")
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o755); err != nil {
		t.Fatal(err)
	}
	between := filepath.Join(dir, "folder", "between")
	if err := errors.Join(os.Symlink(filepath.Join("..", "training"), between), os.Symlink(between, link)); err != nil {
		return // not every system has links
	}
	for range 2 { // the second time the file is there
		if err := WriteFile(link, checkpointText); err != nil {
			t.Fatal(err)
		}
		if raw, err := os.ReadFile(file); err != nil || len(raw) == 0 {
			t.Errorf("got %q, %v, want the text where the links point", raw, err)
		}
		for _, l := range []string{link, between} {
			if info, err := os.Lstat(l); err != nil || info.Mode()&os.ModeSymlink == 0 {
				t.Errorf("the link %s is gone", filepath.Base(l))
			}
		}
	}
}

func checkpointText(w io.Writer) error {
	_, err := w.Write([]byte("text"))
	return err
}

// A damaged checkpoint is refused or resumed, but never panics.
func FuzzCheckpoint(f *testing.F) {
	file := filepath.Join(f.TempDir(), "training")
	tr := checkpointed(file)
	ctx, cancel := context.WithCancel(context.Background())
	tr.Report = func(r Record) {
		if r.Step == 30 {
			cancel()
		}
	}
	if err := tr.Begin(); err != nil {
		f.Fatal(err)
	}
	tr.Run(ctx)
	raw, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	text := string(raw)
	for _, damage := range [][2]string{{`\"Steps\":30`, `\"Steps\":-1`}, {`\"Count\":0`, `\"Count\":99`}, {`\"Last\":60`, `\"Last\":10`}, {`F64`, `F32`}} {
		f.Add([]byte(strings.Replace(text, damage[0], damage[1], 1)))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		tr := checkpointed("") // without a file an execution takes microseconds
		if tr.resumeFrom(raw) == nil {
			tr.Run(context.Background())
		}
	})
}
