package flow

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/normflow/normflow/internal/train"
)

// A checkpoint of Learn is a zip archive: "learning" says of what, and an entry a finished fit
// holds its model file, or after "note:" why there is none.
const learnVersion = "normflow learning 6"

// workEntry follows the name of a fit in that of an entry with the multiply-adds of its training.
const workEntry = "/work"

// openCheckpoint reads the checkpoint, if there is one.
func (l *learner) openCheckpoint() error {
	if l.Checkpoint == "" {
		return nil
	}
	l.self = l.identity()
	l.done = map[string][]byte{}
	raw, err := os.ReadFile(l.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		return err
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			return err
		}
		text, err := io.ReadAll(r)
		if err := errors.Join(err, r.Close()); err != nil {
			return fmt.Errorf("%s: %w", f.Name, err)
		}
		l.done[f.Name] = text
	}
	got, want := train.Identity{Training: string(l.done["learning"])}, train.Identity{Training: l.self}
	if diff := want.Difference(got); diff != "" {
		return fmt.Errorf("it is of another learning: %s", diff)
	}
	return nil
}

// identity says what must be the same for a checkpoint to be of use, one thing a line.
func (l *learner) identity() string {
	var names []string
	for _, c := range l.tried {
		names = append(names, c.Name)
	}
	digest := l.data.Digest()
	if l.data.Contexts != nil {
		digest ^= (&train.Memory{Rows: l.data.Contexts}).Digest() * 0x9e3779b97f4a7c15
	}
	dim, cond := l.data.Dims()
	return fmt.Sprintf("%s\nLearnSettings.Seed: %d\nLearnSettings.Budget: %d\nLearnSettings.Single: %v\ndata: %d rows of %d and %d columns, digest %016x\ncandidates: %s",
		learnVersion, l.Seed, l.Budget, l.Single, l.data.Len(), dim, cond, digest, strings.Join(names, ", "))
}

// recall takes the result of a task from the checkpoint, if it is there.
func (l *learner) recall(t *task) (found bool, err error) {
	l.doneLock.Lock()
	raw, found := l.done[t.name]
	work := l.done[t.name+workEntry]
	l.doneLock.Unlock()
	if !found {
		return false, nil
	}
	if note, ok := bytes.CutPrefix(raw, []byte("note:")); ok {
		t.note = string(note)
		return true, nil
	}
	if t.model, err = Load(bytes.NewReader(raw)); err != nil {
		return true, err
	}
	t.spent, err = strconv.ParseFloat(string(work), 64)
	return true, err
}

// remember writes the checkpoint, if there is one, with the results of more tasks.
func (l *learner) remember(tasks ...*task) error {
	if l.Checkpoint == "" {
		return nil
	}
	l.doneLock.Lock()
	defer l.doneLock.Unlock()
	for _, t := range tasks {
		if t.model == nil {
			l.done[t.name] = []byte("note:" + t.note)
			continue
		}
		var b bytes.Buffer
		if err := t.model.Save(&b); err != nil {
			return fmt.Errorf("checkpoint %s: %w", l.Checkpoint, err)
		}
		l.done[t.name], l.done[t.name+workEntry] = b.Bytes(), strconv.AppendFloat(nil, t.spent, 'g', -1, 64)
	}
	l.done["learning"] = []byte(l.self)
	if err := l.writeCheckpoint(); err != nil {
		return fmt.Errorf("checkpoint %s: %w", l.Checkpoint, err)
	}
	return nil
}

func (l *learner) writeCheckpoint() error {
	var names []string
	for name := range l.done {
		names = append(names, name)
	}
	slices.Sort(names)
	return train.WriteFile(l.Checkpoint, func(w io.Writer) error {
		z := zip.NewWriter(w)
		for _, name := range names {
			f, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
			if err != nil {
				return err
			}
			if _, err := f.Write(l.done[name]); err != nil {
				return err
			}
		}
		return z.Close()
	})
}
