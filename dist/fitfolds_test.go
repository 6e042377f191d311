package dist_test

import (
	"strings"
	"testing"

	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/mat"
)

// Folds of three bumps find them all, with numbers that are not those of one fold by itself, and are
// nearly as good as the true mixture on other rows.
func TestFitStudentTMixtureFolds(t *testing.T) {
	x, other := draw(bumps, 600, 1), draw(bumps, 2000, 2)
	var folds []dist.MixtureFold
	for i := range 3 {
		train := mat.NewDense(400, 2, nil)
		for r, at := 0, 0; r < 600; r++ {
			if r/200 != i {
				train.SetRow(at, x.RawRowView(r))
				at++
			}
		}
		folds = append(folds, dist.MixtureFold{Train: train, Held: x.Slice(200*i, 200*i+200, 0, 2)})
	}
	for _, k := range []int{0, 3, 1} {
		ms, err := dist.FitStudentTMixtureFolds(folds, &dist.MixtureSettings{Components: k})
		if err != nil || len(ms) != 3 {
			t.Fatalf("%d components: got %d mixtures and %v, want 3", k, len(ms), err)
		}
		for i, m := range ms {
			if len(m.Parts) != len(ms[0].Parts) || k > 0 && len(m.Parts) != k {
				t.Errorf("%d components: fold %d has %d, fold 0 has %d", k, i, len(m.Parts), len(ms[0].Parts))
			}
			if gap := meanLogDensity(bumps, other) - meanLogDensity(m, other); k != 1 && gap > 0.06 {
				t.Errorf("%d components: fold %d: %.3f nats behind the true mixture", k, i, gap)
			}
		}
	}
	folds[1].Held = mat.NewDense(1, 3, nil)
	if _, err := dist.FitStudentTMixtureFolds(folds, nil); err == nil || !strings.Contains(err.Error(), "fold 1: held-out rows: dist: FitStudentTMixtureFolds: got 3 columns, want 2") {
		t.Errorf("got error %v", err)
	}
}
