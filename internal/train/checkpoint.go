package train

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/internal/safetensors"
)

// checkpointVersion is the version of the files that save writes.
const checkpointVersion = "normflow checkpoint 4"

// progress is the part of a checkpoint that is not tensors.
type progress struct {
	Result   Result // without the history
	Position Position
	Count    int
	Skipped  int
	Since    int
	Steps    int // of the optimizer
	Cooling  cooling
	Last     int // step of the training at most
}

// due reports whether it is time to write a checkpoint.
func (t *Training) due(recorded bool) bool {
	switch {
	case t.Checkpoint == "":
		return false
	case t.Result.Steps == t.Steps || t.Result.Stopped:
		return true
	case t.CheckpointSteps == 0 && t.CheckpointTime == 0:
		return recorded
	}
	return t.CheckpointSteps > 0 && t.Result.Steps%t.CheckpointSteps == 0 ||
		t.CheckpointTime > 0 && time.Since(t.saved) >= t.CheckpointTime
}

// save writes the state of the training.
func (t *Training) save() error {
	state := t.Optimizer.State()
	r := t.Result
	r.History = nil
	r.Resumed = 0
	r.Loss = 0 // it is in the history, and may not be finite
	text, err := json.Marshal(progress{Result: r, Position: t.Objective.Position(), Count: t.count,
		Skipped: t.skipped, Since: t.since, Steps: state.Steps, Cooling: t.cooling, Last: t.Steps})
	if err != nil {
		return err
	}
	tensors := []safetensors.Tensor{
		safetensors.Floats("learned", t.params(), len(t.params())),
		safetensors.Floats("loss", []float64{t.loss}, 1),
	}
	add := func(kind string, x [][]float64) {
		for i, v := range x {
			tensors = append(tensors, safetensors.Floats(fmt.Sprintf("%s.%d", kind, i), v, len(v)))
		}
	}
	add("state", t.values()[1:])
	add("moment", state.Moments)
	add("best", t.best)
	if t.average != nil {
		add("average", [][]float64{t.average})
	}
	add("history", rows(t.Result.History))
	t.saved = time.Now()
	return writeFile(t.Checkpoint, func(w io.Writer) error {
		return safetensors.Write(w, map[string]string{"format": checkpointVersion, "model": t.Identity.Model,
			"training": t.Identity.Training, "plan": t.Identity.Plan, "progress": string(text)}, tensors)
	})
}

// rows returns records as rows of numbers.
func rows(records []Record) (x [][]float64) {
	for _, r := range records {
		x = append(x, []float64{float64(r.Step), float64(r.Steps), r.Loss, r.Validation, r.GradNorm, r.Rate, float64(r.Skipped)})
	}
	return x
}

// records undoes rows.
func records(x [][]float64) (h []Record) {
	for _, v := range x {
		h = append(h, Record{Step: int(v[0]), Steps: int(v[1]), Loss: v[2], Validation: v[3], GradNorm: v[4], Rate: v[5], Skipped: int(v[6])})
	}
	return h
}

// resume goes on from the checkpoint, if it exists.
func (t *Training) resume() error {
	raw, err := os.ReadFile(t.Checkpoint)
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
	var p progress
	if err := json.Unmarshal([]byte(file.Metadata["progress"]), &p); err != nil {
		return fmt.Errorf("progress: %w", err)
	}
	from := Identity{file.Metadata["model"], file.Metadata["training"], file.Metadata["plan"]}
	if finished := p.Result.Steps == p.Last || p.Result.Stopped; finished && t.Steps > p.Last {
		from.Plan = t.Identity.Plan // more steps may be added, by another schedule
	}
	if diff := t.Identity.Difference(from); diff != "" {
		return fmt.Errorf("it is of another training: %s", diff)
	}
	return t.restore(file, &p)
}

// restore takes everything from a file before it changes anything.
func (t *Training) restore(file *safetensors.File, p *progress) error {
	r := tensors{file: file}
	n := len(t.params())
	now := [][]float64{r.get("learned", n)}
	for i, q := range t.State {
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
	average := t.average
	if average != nil {
		average = r.get("average.0", n)
	}
	if r.err != nil {
		return r.err
	}
	if err := t.Optimizer.SetState(optim.State{Steps: p.Steps, Moments: moments}); err != nil {
		return err
	}
	if err := t.Objective.Resume(p.Position); err != nil {
		return err
	}
	t.set(now)
	t.best, t.average, t.loss = best, average, loss[0]
	t.count, t.skipped, t.since, t.Result, t.cooling = p.Count, p.Skipped, p.Since, p.Result, p.Cooling
	if t.Steps > p.Last {
		t.Result.Stopped, t.cooling, t.since = false, cooling{}, 0 // a training that is extended
	}
	t.Result.History, t.Result.Resumed = past, p.Result.Steps
	if t.best != nil {
		t.Result.Loss = t.leastLoss()
	} else if len(past) > 0 {
		t.Result.Loss = past[len(past)-1].Loss
	}
	return nil
}
