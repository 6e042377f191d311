package flow_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

// savedLift returns the file of l.
func savedLift(t testing.TB, l *flow.Lifted) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := l.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A lifted model comes back to the last bit, the same bytes again, and is no file for Load.
func TestLiftedFiles(t *testing.T) {
	target := dist.NewNormal(1, autodiff.Fixed(0.5), autodiff.Fixed(1.5))
	for _, c := range []struct {
		of *flow.Transformed
		by flow.Lift
	}{
		{shaken(2, 0, 1), flow.NewDequantizer(shaken(2, 2, 2))},
		{shaken(2, 1, 1), flow.NewDequantizer(shaken(2, 2, 2))},
		{shaken(5, 0, 3), flow.NewArgmax([]int{3, 2}, shaken(5, 5, 4))},
		{shaken(1, 0, 5), flow.NewMetropolis(target, 3, 1)},
		{shaken(1, 0, 6), flow.NewLangevin(target, 3, 0.2)},
	} {
		l := flow.NewLifted(c.of, c.by)
		l.Draws = 20
		file := savedLift(t, l)
		var got *flow.Lifted
		var err error
		if n := memtest.Allocated(func() { got, err = flow.LoadLifted(bytes.NewReader(file)) }); err != nil || n > memtest.Bound(file) {
			t.Errorf("%T: got %d bytes allocated for %d, or %v", c.by, n, len(file), err)
			continue
		}
		if got.Draws != 20 || !bytes.Equal(savedLift(t, got), file) {
			t.Errorf("%T: got %d draws, or another file by the loaded model", c.by, got.Draws)
		}
		if l.CondDim() == 1 {
			c := mat.NewDense(1, 1, []float64{0.5})
			l, got = l.Given(c), got.Given(c)
		}
		y, again := mat.NewDense(50, l.Dim(), nil), mat.NewDense(50, l.Dim(), nil)
		l.Draw(y, rng.New(7))
		got.Draw(again, rng.New(7))
		lp, se := l.LogProbs(y)
		lp2, se2 := got.LogProbs(y)
		if !mat.Equal(y, again) || !slices.Equal(lp, lp2) || !slices.Equal(se, se2) {
			t.Errorf("%T: the loaded model draws or scores otherwise", c.by)
		}
		_, err = flow.Load(bytes.NewReader(file))
		wantError(t, err, "LoadLifted reads it")
	}
	_, err := flow.LoadLifted(bytes.NewReader(saved(t, shaken(1, 0, 1))))
	wantError(t, err, "without a lift")
	mustPanic(t, "got no reader", func() { flow.LoadLifted(nil) })
	l := flow.NewLifted(shaken(1, 0, 1), flow.NewMetropolis(target, 1, 1))
	l.Draws = 0
	wantError(t, l.Save(new(bytes.Buffer)), "at least 1")
}

// Lifts that do not fit are errors that say so, in no more memory than the file has.
func TestHostileLiftedFiles(t *testing.T) {
	file := savedLift(t, flow.NewLifted(shaken(5, 0, 3), flow.NewArgmax([]int{3, 2}, shaken(5, 5, 4))))
	for _, c := range []struct{ text, by, want string }{
		{`"Draws":256`, `"Draws":-1`, "at least 1"},
		{`"Kinds":[3,2]`, `"Kinds":[1,4]`, "at least 2"},
		{`"Kinds":[3,2]`, `"Kinds":[3]`, "for 3 categories"},
		{`"Kinds":[3,2]`, `"Kinds":[3,16777216]`, "2 columns"},
		{`"kind":"lift.argmax"`, `"kind":"lift.nobody"`, "lift.nobody"},
		{`"kind":"lift.argmax"`, `"kind":"exp"`, "exp"},
	} {
		bad := edited(t, file, strings.NewReplacer(c.text, c.by), strings.NewReplacer())
		if bytes.Equal(bad, file) {
			t.Errorf("%s: not in the file", c.text)
		}
		var err error
		if n := memtest.Allocated(func() { _, err = flow.LoadLifted(bytes.NewReader(bad)) }); n > memtest.Bound(bad) {
			t.Errorf("%s: got %d bytes allocated for %d", c.by, n, len(bad))
		}
		wantError(t, err, c.want)
	}
	narrow := savedLift(t, flow.NewLifted(shaken(1, 0, 1), flow.NewMetropolis(dist.NewStdNormal(1), 1, 1)))
	_, err := flow.LoadLifted(bytes.NewReader(edited(t, narrow, strings.NewReplacer(`"lift.metropolis","Target":{"kind":"dist.std-normal","D":1}`, `"lift.metropolis","Target":{"kind":"dist.std-normal","D":2}`), strings.NewReplacer())))
	wantError(t, err, "got a model of 1 columns")
}

func ExampleLifted_Save() {
	q := flow.RealNVP(flow.Arch{Dim: 5, Cond: 5}, rand.NewPCG(1, 0))
	l := flow.NewLifted(flow.NSF(flow.Arch{Dim: 5}, rand.NewPCG(2, 0)), flow.NewArgmax([]int{3, 2}, q)) // trained by FitLifted
	var file bytes.Buffer
	if err := l.Save(&file); err != nil {
		panic(err)
	}
	loaded, err := flow.LoadLifted(&file)
	if err != nil {
		panic(err)
	}
	fmt.Println(loaded.Dim(), loaded.By.(*flow.Argmax).Kinds)
	// Output: 2 [3 2]
}
