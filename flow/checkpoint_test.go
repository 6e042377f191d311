package flow_test

import (
	"context"
	"flag"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

var kills = flag.Int("kills", 3, "how often TestKilledTraining kills its training")

// stream returns the rows of x one by one.
func stream(x *mat.Dense) flow.Data {
	n, d := x.Dims()
	return flow.Stream(d, func() iter.Seq2[[]float64, error] {
		return func(yield func([]float64, error) bool) {
			row := make([]float64, d)
			for i := range n {
				copy(row, x.RawRowView(i))
				if !yield(row, nil) {
					return
				}
			}
		}
	})
}

// trainings are of every kind of data and with every part of a training's state.
func trainings() map[string]func(file string, steps int, ctx context.Context, report func(flow.Record)) (*flow.Transformed, *flow.Result, error) {
	type settings = flow.Settings
	rows := bananas(1000, 3)
	all := map[string]struct {
		data flow.Data
		s    settings
	}{
		"rows":     {flow.Rows(rows), settings{Average: 0.99}},
		"windows":  {flow.Rows(rows), settings{Shuffle: 130, Accumulate: 2, Optimizer: &optim.SGD{Momentum: 0.9}, Schedule: optim.Constant(1e-3)}},
		"stream":   {stream(rows), settings{Shuffle: 130, Held: flow.Rows(bananas(300, 5))}},
		"fresh":    {flow.Fresh(2, banana), settings{}},
		"weighted": {flow.Rows(rows).Weighted(slices.Repeat([]float64{1, 2}, 500)).Dequantized(), settings{ClipValue: 0.1}},
	}
	out := map[string]func(file string, steps int, ctx context.Context, report func(flow.Record)) (*flow.Transformed, *flow.Result, error){}
	for name, c := range all {
		out[name] = func(file string, steps int, ctx context.Context, report func(flow.Record)) (*flow.Transformed, *flow.Result, error) {
			m := flow.RealNVP(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{8}}, rng.New(1))
			s := c.s
			if o, ok := s.Optimizer.(*optim.SGD); ok {
				s.Optimizer = &optim.SGD{Momentum: o.Momentum}
			}
			s.Steps, s.Batch, s.Every, s.Checkpoint, s.CheckpointSteps, s.Report = steps, 64, 10, file, 7, report
			r, err := flow.Fit(ctx, m, c.data, &s)
			return m, r, err
		}
	}
	return out
}

// A training that is broken off again and again ends like one that is not.
func TestResume(t *testing.T) {
	for name, train := range trainings() {
		want, wantResult, err := train("", 100, background, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		file := filepath.Join(t.TempDir(), "training")
		resumed := 0
		for stop := 10; ; stop += 20 {
			ctx, cancel := context.WithCancel(background)
			m, r, err := train(file, 100, ctx, func(r flow.Record) {
				if r.Step >= stop {
					cancel()
				}
			})
			cancel()
			if r == nil {
				t.Fatalf("%s: %v", name, err)
			}
			resumed = max(resumed, r.Resumed)
			if err != nil {
				continue
			}
			if !slices.Equal(bits(m), bits(want)) {
				t.Errorf("%s: the resumed training ended with other parameters", name)
			}
			if fmt.Sprint(r.History) != fmt.Sprint(wantResult.History) || r.Loss != wantResult.Loss || r.Best != wantResult.Best {
				t.Errorf("%s: got result %+v, want %+v", name, r, wantResult)
			}
			break
		}
		if resumed < 70 {
			t.Errorf("%s: training went on from step %d at the latest", name, resumed)
		}
	}
}

// A stream and rows in memory give the same bits, if shuffled in the same windows.
func TestStreamIsLikeRows(t *testing.T) {
	x := bananas(1000, 6)
	fit := func(d flow.Data) []uint64 {
		m := flow.RealNVP(flow.Arch{Dim: 2, Layers: 2, Hidden: []int{8}}, rng.New(1))
		_, err := flow.Fit(background, m, d, &flow.Settings{Steps: 50, Batch: 64, Shuffle: 150, Schedule: optim.Constant(0.01), Average: -1, Decay: -1, Held: flow.Rows(x)})
		if err != nil {
			t.Fatal(err)
		}
		return bits(m)
	}
	if !slices.Equal(fit(stream(x)), fit(flow.Rows(x))) {
		t.Error("a stream and the same rows in memory gave different parameters")
	}
	posterior := func(d flow.Data) []uint64 {
		m := flow.RealNVP(flow.Arch{Dim: 1, Cond: 1, Layers: 2, Hidden: []int{8}}, rng.New(1))
		if _, err := flow.Fit(background, m, d, &flow.Settings{Steps: 20, Batch: 64, Shuffle: 1, Schedule: optim.Constant(0.01), Average: -1, Decay: -1, Held: flow.Rows(x.Slice(0, 9, 0, 1)).Given(x.Slice(0, 9, 1, 2))}); err != nil {
			t.Fatal(err)
		}
		return bits(m)
	}
	pairs := flow.StreamGiven(1, 1, func() iter.Seq2[[]float64, error] {
		return func(yield func([]float64, error) bool) {
			for i := range 1000 {
				if !yield(x.RawRowView(i), nil) {
					return
				}
			}
		}
	})
	if !slices.Equal(posterior(pairs), posterior(flow.Rows(x.Slice(0, 1000, 0, 1)).Given(x.Slice(0, 1000, 1, 2)))) {
		t.Error("a stream of pairs and the same pairs in memory gave different parameters")
	}
}

func TestStreamErrors(t *testing.T) {
	for want, rows := range map[string][][]float64{
		"got no rows":                           nil,
		"stream row 2: got 3 numbers, want 2":   {{1, 2}, {1, 2}, {1, 2, 3}},
		"stream row 1: column 0: got NaN":       {{1, 2}, {nan, 2}},
		"stream row 3: the disk is on the fire": {{1, 2}, {3, 4}, {5, 6}, nil},
	} {
		open := func() iter.Seq2[[]float64, error] {
			return func(yield func([]float64, error) bool) {
				for _, r := range rows {
					var err error
					if r == nil {
						err = fmt.Errorf("the disk is on the fire")
					}
					if !yield(r, err) {
						return
					}
				}
			}
		}
		m := flow.RealNVP(flow.Arch{Dim: 2, Hidden: []int{4}}, rng.New(1))
		_, err := flow.Fit(background, m, flow.Stream(2, open), nil)
		wantError(t, err, want)
	}
}

// A checkpoint of another training, a cut-off or broken one is refused.
func TestCheckpointIsChecked(t *testing.T) {
	file := filepath.Join(t.TempDir(), "training")
	train := trainings()["rows"]
	if _, _, err := train(file, 20, background, nil); err != nil {
		t.Fatal(err)
	}
	if _, r, err := train(file, 20, background, nil); err != nil || r.Resumed != 20 || len(r.History) != 3 {
		t.Errorf("a finished training: got %+v, %v, want it as it ended", r, err)
	}
	_, _, err := trainings()["fresh"](file, 20, background, nil)
	wantError(t, err, "it is of another training: Settings.")
	if _, r, err := train(file, 30, background, nil); err != nil || r.Resumed != 20 || r.Steps != 30 {
		t.Errorf("a finished training with more steps: got %+v, %v, want it extended", r, err)
	}
	_, _, err = train(file, 20, background, nil)
	wantError(t, err, "it is of another training: Settings.Steps: got 30, want 20")
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 5, 100, len(raw) / 2, len(raw) - 1} {
		if err := os.WriteFile(file, raw[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if _, _, err := train(file, 30, background, nil); err == nil {
			t.Errorf("a checkpoint cut off after %d of %d bytes: got no error", n, len(raw))
		}
	}
}

// A folder that is not there is noticed before the first step.
func TestCheckpointCannotBeWritten(t *testing.T) {
	_, r, err := trainings()["fresh"](filepath.Join(t.TempDir(), "no", "such", "folder"), 20, background, nil)
	wantError(t, err, "checkpoint")
	if r.Steps != 0 {
		t.Errorf("got %d steps, want none", r.Steps)
	}
}

// TestKilledTraining kills a training at random moments, as often as the flag
// kills says, and compares its end with that of one that lives. A training that
// ends before it is killed is compared too, and begun again.
func TestKilledTraining(t *testing.T) {
	if file := os.Getenv("NORMFLOW_TRAIN"); file != "" {
		m, _, err := killable(file)
		if err != nil {
			t.Fatal(err)
		}
		out := os.Getenv("NORMFLOW_BITS")
		if err := os.WriteFile(out+".part", fmt.Append(nil, bits(m)), 0o644); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(out+".part", out); err != nil {
			t.Fatal(err)
		}
		return
	}
	model, _, err := killable("")
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprint(bits(model))
	dir, out := t.TempDir(), filepath.Join(t.TempDir(), "bits")
	file := filepath.Join(dir, "training")
	r := rand.New(rand.NewPCG(uint64(time.Now().UnixNano()), 1))
	killed, ended := 0, 0
	for broken := true; killed < *kills || broken; {
		c := exec.Command(os.Args[0], "-test.run=^TestKilledTraining$")
		c.Env = append(os.Environ(), "NORMFLOW_TRAIN="+file, "NORMFLOW_BITS="+out)
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if killed < *kills {
			time.Sleep(time.Duration(r.IntN(400)) * time.Millisecond)
			c.Process.Kill()
		}
		err := c.Wait()
		got, missing := os.ReadFile(out)
		if missing != nil {
			if killed == *kills {
				t.Fatalf("after %d kills the training did not end: %v", killed, err)
			}
			killed, broken = killed+1, true
			continue
		}
		broken = false
		if ended++; string(got) != want {
			t.Fatalf("after %d kills the training ended with other parameters", killed)
		}
		entries, err := os.ReadDir(dir)
		if err != nil || len(entries) != 1 {
			t.Errorf("got %v in the folder (%v), want the checkpoint alone", entries, err)
		}
		os.Remove(out)
		os.Remove(file)
	}
	t.Logf("%d trainings, killed %d times", ended, killed)
}

// killable trains for about a second.
func killable(file string) (*flow.Transformed, *flow.Result, error) {
	m := flow.NSF(flow.Arch{Dim: 2}, rng.New(1))
	r, err := flow.Fit(background, m, flow.Rows(bananas(2000, 3)), &flow.Settings{Steps: 400, Batch: 128, Average: 0.99, Checkpoint: file, CheckpointSteps: 20})
	return m, r, err
}
