package train

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
)

// A bowl is an objective with a gradient of its own: ½‖p − (1, 2, 3)‖².
type bowl struct {
	params *autodiff.Vector
	grad   []float64
	calls  int // its position
}

func newBowl() *bowl {
	return &bowl{params: autodiff.NewVector([]*autodiff.Param{autodiff.NewParam(1, 3, nil)}), grad: make([]float64, 3)}
}

func (b *bowl) Params() *autodiff.Vector { return b.params }

func (b *bowl) Next() (loss float64, grad []float64, err error) {
	b.calls++
	for i, p := range b.params.Data {
		b.grad[i] = p - float64(i+1)
		loss += b.grad[i] * b.grad[i] / 2
	}
	return loss, b.grad, nil
}

func (b *bowl) Position() Position { return Position{At: b.calls} }

func (b *bowl) Resume(to Position) error {
	b.calls = to.At
	return nil
}

func config() Config {
	return Config{Steps: 60, Every: 10, Patience: 3, MaxSkipped: 3, Schedule: optim.Cosine{Start: 0.5}, Optimizer: new(optim.Adam)}
}

// A training takes any objective, and goes on from its checkpoint bit for bit.
func TestTraining(t *testing.T) {
	whole := newBowl()
	tr := &Training{Config: config(), Objective: whole}
	if err := errors.Join(tr.Begin(), tr.Run(context.Background())); err != nil {
		t.Fatal(err)
	}
	for i, p := range whole.params.Data {
		if math.Abs(p-float64(i+1)) > 0.05 {
			t.Errorf("got parameter %v, want about %d", p, i+1)
		}
	}
	file := filepath.Join(t.TempDir(), "training")
	for stop := range 5 {
		part := newBowl()
		ctx, cancel := context.WithCancel(context.Background())
		c := config()
		c.Checkpoint = file
		c.Report = func(r Record) {
			if r.Step == 10*(stop+1) {
				cancel()
			}
		}
		tr := &Training{Config: c, Objective: part}
		if err := tr.Begin(); err != nil {
			t.Fatal(err)
		}
		err := tr.Run(ctx)
		cancel()
		if tr.Result.Resumed != 10*stop || !errors.Is(err, context.Canceled) {
			t.Fatalf("got %+v and error %v, want it resumed at %d and cancelled", tr.Result, err, 10*stop)
		}
	}
	last := newBowl()
	c := config()
	c.Checkpoint = file
	tr = &Training{Config: c, Objective: last}
	if err := errors.Join(tr.Begin(), tr.Run(context.Background())); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(last.params.Data, whole.params.Data) || last.calls != 60 {
		t.Errorf("got %v after %d calls, want %v after 60", last.params.Data, last.calls, whole.params.Data)
	}
}

// A training that is futile stops after the record that says so.
func TestFutile(t *testing.T) {
	c := config()
	c.Futile = func(r Record) bool { return r.Step >= 20 }
	tr := &Training{Config: c, Objective: newBowl()}
	if err := errors.Join(tr.Begin(), tr.Run(context.Background())); err != nil {
		t.Fatal(err)
	}
	if r := tr.Result; !r.Stopped || r.Steps != 20 || len(r.History) != 2 {
		t.Errorf("got %+v, want it stopped after 20 steps and two records", r)
	}
}

// Early stopping comes after so many records without a better one: then the rate comes down from the best
// parameters on, for half of the steps to these, and the best of all are kept.
func TestPatience(t *testing.T) {
	b := newBowl()
	tr := &Training{Config: config(), Objective: b, Validate: func() float64 { return math.Abs(b.params.Data[0] - 0.9) }}
	tr.Schedule = optim.Constant(0.05)
	tr.Steps = 400
	if err := errors.Join(tr.Begin(), tr.Run(context.Background())); err != nil {
		t.Fatal(err)
	}
	r := tr.Result
	if !r.Stopped || r.Steps != 20+30+10 || math.Abs(b.params.Data[0]-0.9) != r.Loss || r.Loss > r.History[2].Validation {
		t.Errorf("got %+v with parameter %v, want it cooled down after three records and the best kept", r, b.params.Data[0])
	}
	if first, last := r.History[0], r.History[len(r.History)-1]; first.Step != 0 || last.Rate > 0.01 || last.Step != r.Steps {
		t.Errorf("got first record %+v and last %+v, want one before the first step and a rate near 0", first, last)
	}
}
