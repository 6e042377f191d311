package flow_test

import (
	"bytes"
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

// A learned value that several maps are given is one parameter with one meaning,
// before and after it went through a file.
func TestSharedValue(t *testing.T) {
	model := func(v autodiff.Value) *flow.Transformed {
		return flow.New(dist.NewStdNormal(2), bijector.NewShift(v), bijector.NewScale(v), bijector.NewSoftplus(v, autodiff.Value{}), bijector.NewScale(v))
	}
	m := model(autodiff.Learned(2))
	y := []float64{3, 1.5}
	if got, want := m.LogProb(y), model(autodiff.Fixed(2)).LogProb(y); !(math.Abs(got-want) <= 1e-14) {
		t.Errorf("got log-density %v, want %v as with fixed numbers", got, want)
	}
	var file bytes.Buffer
	if err := m.Save(&file); err != nil {
		t.Fatal(err)
	}
	loaded, err := flow.Load(&file)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := loaded.LogProb(y), m.LogProb(y); got != want {
		t.Errorf("got log-density %v from the file, want %v", got, want)
	}
}
