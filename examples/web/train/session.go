package train

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"gonum.org/v1/gonum/mat"
)

// A Session is the points, the model and where to look.
type Session struct {
	Arch   Arch
	View   View
	Model  *flow.Transformed
	points *mat.Dense
	held   *mat.Dense // fresh points to judge by
	right  float64    // NLL of the truth on them
	normal float64    // NLL on them of the normal distribution with the points' moments
}

// An Arch is what the page lets a person choose of a flow.
type Arch struct {
	Kind          string // "nsf" or "realnvp"
	Layers, Width int
	Seed          uint64
}

// A View is the square of the plane that is shown.
type View struct{ X, Y, Half float64 }

var plane = View{0, 0, 4}

const judged = 1000 // points to judge by

// NewSession returns a session without points.
func NewSession() *Session {
	s := &Session{Arch: Arch{Kind: "nsf", Layers: 4, Width: 32, Seed: 1}, View: plane}
	s.Start(s.Arch)
	return s
}

// Start replaces the model by a new one. Its networks compute in float32, which has no need of a fused multiply-add.
func (s *Session) Start(a Arch) error {
	preset := map[string]func(flow.Arch, rand.Source) *flow.Transformed{"nsf": flow.NSF, "realnvp": flow.RealNVP}[a.Kind]
	if preset == nil || a.Layers < 1 || a.Layers > 16 || a.Width < 1 || a.Width > 256 {
		return fmt.Errorf("got a model %+v, want nsf or realnvp of 1 to 16 layers and widths up to 256", a)
	}
	s.Arch = a
	s.Model = preset(flow.Arch{Dim: 2, Layers: a.Layers, Hidden: []int{a.Width, a.Width}, Precision: flow.Float32}, rand.NewPCG(a.Seed, 0))
	return nil
}

// Learn takes the points to learn, and where they come from; the model starts anew.
func (s *Session) Learn(points *mat.Dense, truth Truth) error {
	s.points = nil
	n, d := points.Dims()
	if n < 50 || d != 2 {
		return fmt.Errorf("got %d points, want 50 or more", n)
	}
	s.held = Points(truth, judged, rand.NewPCG(7, 7))
	s.right = NLL(truth, s.held)
	g, err := dist.FitMultivariateNormal(points, nil)
	if err != nil {
		return err
	}
	s.normal = 0
	for i := range judged {
		s.normal -= g.LogProb(s.held.RawRowView(i)) / judged
	}
	s.points, s.View = points, plane
	return s.Start(s.Arch)
}

// A Progress is how far training is, NLLs in nats a point.
type Progress struct {
	Step, Steps int
	Train       float64 // of the minibatches
	NLL         float64 // of fresh points, never learned
	Truth       float64 // of the same points under their own density: less is luck
	Normal      float64 // of them under the best normal distribution
}

// Fit trains the model for so many steps, and reports every 20.
func (s *Session) Fit(ctx context.Context, steps int, report func(Progress)) error {
	if s.points == nil {
		return fmt.Errorf("there are no points to learn: draw some, or choose a shape")
	}
	_, err := flow.Fit(ctx, s.Model, flow.Rows(s.points), &flow.Settings{
		Steps: steps, Batch: 128, Schedule: optim.Cosine{Start: 0.005}, Every: 20, Validation: -1, Seed: s.Arch.Seed,
		Report: func(r flow.Record) { report(s.progress(r)) },
	})
	return err
}

func (s *Session) progress(r flow.Record) Progress {
	return Progress{r.Step, r.Steps, r.Loss, -mean(s.Model.LogProbs(nil, s.held)), s.right, s.normal}
}

// Save returns the model file.
func (s *Session) Save() ([]byte, error) {
	var b bytes.Buffer
	err := s.Model.Save(&b)
	return b.Bytes(), err
}

// Load replaces the model by that of a file, of any preset and any program, and looks at where it has its mass.
func (s *Session) Load(file []byte) error {
	m, err := flow.Load(bytes.NewReader(file))
	if err != nil {
		return err
	}
	if m.Dim() != 2 || m.CondDim() != 0 {
		return fmt.Errorf("got a model of %d columns and %d of a context, want 2 and 0", m.Dim(), m.CondDim())
	}
	s.Model, s.View = m, plane
	if v := viewOf(m); v.Half > plane.Half || math.Abs(v.X) > 2 || math.Abs(v.Y) > 2 || v.Half < 0.5 {
		s.View = v
	}
	return nil
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}
