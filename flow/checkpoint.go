package flow

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/safetensors"
)

// checkpointVersion is the version of the files that save writes.
const checkpointVersion = "normflow checkpoint 2"

// progress is the part of a checkpoint that is not tensors.
type progress struct {
	Result  Result // without the history
	Place   place
	Noise   []byte // state of the source
	Count   int
	Skipped int
	Since   int
	Steps   int // of the optimizer
}

// due reports whether it is time to write a checkpoint.
func (f *fit) due(recorded bool) bool {
	switch {
	case f.Checkpoint == "":
		return false
	case f.result.Steps == f.Steps || f.result.Stopped:
		return true
	case f.CheckpointSteps == 0 && f.CheckpointTime == 0:
		return recorded
	}
	return f.CheckpointSteps > 0 && f.result.Steps%f.CheckpointSteps == 0 ||
		f.CheckpointTime > 0 && time.Since(f.saved) >= f.CheckpointTime
}

// save writes the state of the training.
func (f *fit) save() error {
	state := f.Optimizer.State()
	noise, err := f.noise.MarshalBinary()
	if err != nil {
		return err
	}
	r := f.result
	r.History = nil
	r.Resumed = 0
	r.Loss = 0 // it is in the history, and may not be finite
	text, err := json.Marshal(progress{Result: r, Place: f.pass.place(), Noise: noise, Count: f.count,
		Skipped: f.skipped, Since: f.since, Steps: state.Steps})
	if err != nil {
		return err
	}
	tensors := []safetensors.Tensor{
		safetensors.Floats("learned", f.trainer.vec.Data, len(f.trainer.vec.Data)),
		safetensors.Floats("loss", []float64{f.loss}, 1),
	}
	add := func(kind string, x [][]float64) {
		for i, v := range x {
			tensors = append(tensors, safetensors.Floats(fmt.Sprintf("%s.%d", kind, i), v, len(v)))
		}
	}
	add("state", f.numbers()[1:])
	add("moment", state.Moments)
	add("best", f.best)
	if f.average != nil {
		add("average", [][]float64{f.average})
	}
	add("history", history(f.result.History))
	f.saved = time.Now()
	return writeFile(f.Checkpoint, func(w io.Writer) error {
		return safetensors.Write(w, map[string]string{"format": checkpointVersion, "model": f.id.model, "training": f.id.training, "progress": string(text)}, tensors)
	})
}

// history returns records as rows of numbers.
func history(records []Record) (rows [][]float64) {
	for _, r := range records {
		rows = append(rows, []float64{float64(r.Step), float64(r.Steps), r.Loss, r.Validation, r.GradNorm, r.Rate, float64(r.Skipped)})
	}
	return rows
}

func records(rows [][]float64) (h []Record) {
	for _, v := range rows {
		h = append(h, Record{Step: int(v[0]), Steps: int(v[1]), Loss: v[2], Validation: v[3], GradNorm: v[4], Rate: v[5], Skipped: int(v[6])})
	}
	return h
}

// resume goes on from the checkpoint, if there is one.
func (f *fit) resume() error {
	if f.Checkpoint == "" {
		return nil
	}
	raw, err := os.ReadFile(f.Checkpoint)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	file, err := safetensors.Read(bytes.NewReader(raw))
	if err != nil {
		return err
	}
	if got := file.Metadata["format"]; got != checkpointVersion {
		return fmt.Errorf("got format %q, want %q", got, checkpointVersion)
	}
	if diff := f.id.difference(file.Metadata); diff != "" {
		return fmt.Errorf("it is of another training: %s", diff)
	}
	var p progress
	if err := json.Unmarshal([]byte(file.Metadata["progress"]), &p); err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	return f.restore(file, &p)
}

// restore takes everything from a file before it changes anything.
func (f *fit) restore(file *safetensors.File, p *progress) error {
	r := tensors{file: file}
	n := len(f.trainer.vec.Data)
	now := [][]float64{r.get("learned", n)}
	for i, q := range f.state {
		now = append(now, r.get(fmt.Sprintf("state.%d", i), q.Len()))
	}
	loss := r.get("loss", 1)
	moments, past := r.all("moment", n), records(r.all("history", 7))
	var best [][]float64
	if file.Tensor("best.0") != nil {
		for i, v := range now {
			best = append(best, r.get(fmt.Sprintf("best.%d", i), len(v)))
		}
	}
	average := f.average
	if average != nil {
		average = r.get("average.0", n)
	}
	if r.err != nil {
		return r.err
	}
	if err := f.Optimizer.SetState(optim.State{Steps: p.Steps, Moments: moments}); err != nil {
		return err
	}
	if err := f.noise.UnmarshalBinary(p.Noise); err != nil {
		return fmt.Errorf("random source: %w", err)
	}
	if f.data.fresh == nil {
		if err := f.pass.resume(p.Place); err != nil {
			return err
		}
	}
	f.set(now)
	f.best, f.average, f.loss = best, average, loss[0]
	f.count, f.skipped, f.since, f.result = p.Count, p.Skipped, p.Since, p.Result
	f.result.History, f.result.Resumed = past, p.Result.Steps
	if f.best != nil {
		f.result.Loss = f.leastLoss()
	} else if len(past) > 0 {
		f.result.Loss = past[len(past)-1].Loss
	}
	return nil
}

// tensors reads tensors and keeps the first error.
type tensors struct {
	file *safetensors.File
	err  error
}

func (r *tensors) get(name string, n int) []float64 {
	t := r.file.Tensor(name)
	if t == nil || t.Len() != n {
		if r.err == nil {
			r.err = fmt.Errorf("tensor %q: got %s, want %d numbers", name, describe(t), n)
		}
		return make([]float64, n)
	}
	return t.Floats()
}

// all returns name.0, name.1, … of n numbers each.
func (r *tensors) all(name string, n int) (x [][]float64) {
	for i := 0; r.file.Tensor(fmt.Sprintf("%s.%d", name, i)) != nil; i++ {
		x = append(x, r.get(fmt.Sprintf("%s.%d", name, i), n))
	}
	return x
}

func describe(t *safetensors.Tensor) string {
	if t == nil {
		return "none"
	}
	return fmt.Sprintf("%v", t.Shape)
}

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
