package table

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/rng"
)

// correlated is a table of two normal numbers with correlation 0.8 off any grid, and a category that says whether the first is positive; with blanks.
func correlated(n int, blanks float64) *Table {
	r := rand.New(rng.New(2))
	t := &Table{Names: []string{"x", "y", "sign"}}
	for range n {
		x := r.NormFloat64()
		y := 0.8*x + 0.6*r.NormFloat64()
		row := []string{fmt.Sprint(x), fmt.Sprint(y), "plus"}
		if x < 0 {
			row[2] = "minus"
		}
		for j := range row {
			if r.Float64() < blanks {
				row[j] = ""
			}
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// learned is a model of correlated rows, learned once.
var learned = sync.OnceValues(func() (*Model, *Report) {
	m, r, err := Learn(context.Background(), correlated(1000, 0.1), &Settings{Steps: 1000})
	if err != nil {
		panic(err)
	}
	return m, r
})

func normalLog(x, mean, sd float64) float64 {
	z := (x - mean) / sd
	return -z*z/2 - math.Log(sd*math.Sqrt(2*math.Pi))
}

// Densities and conditionals come near the closed forms.
func TestClosedForms(t *testing.T) {
	m, r := learned()
	// H = ½log(2πe)·2 + log 0.6, and nothing for the sign, for rows without blanks.
	complete := correlated(2000, 0)
	scores, err := m.Score(complete)
	if err != nil {
		t.Fatal(err)
	}
	var nll, truth float64
	s := m.Schema()
	x, _ := s.Encode(complete)
	for i, c := range scores {
		nll -= c.LogProb / 2000
		truth -= (normalLog(x.At(i, 0), 0, 1) + normalLog(x.At(i, 1), 0.8*x.At(i, 0), 0.6)) / 2000
	}
	if math.Abs(nll-truth) > 0.12 {
		t.Errorf("got the NLL %v of fresh rows, want %v", nll, truth)
	}
	// H of the columns: twice ½log(2πe), and log 2; of a mixture less.
	if r.Independent < 2.8 || r.Independent > 3.6 || r.Mixture < r.NLL-0.05 || r.Mixture > r.Independent-0.3 {
		t.Errorf("got NLL %v by independent columns, %v by a mixture, %v by the model", r.Independent, r.Mixture, r.NLL)
	}
	if r.OrderGap > 0.5 {
		t.Errorf("got other orders %v nats away", r.OrderGap)
	}
	for _, at := range []float64{-1, 0.5, 1.2} {
		d, err := m.Conditional("y", map[string]string{"x": fmt.Sprint(at)})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(d.Mean()-0.8*at) > 0.12 || math.Abs(d.SD()-0.6) > 0.08 || math.Abs(d.Quantile(0.9)-(0.8*at+0.6*1.2816)) > 0.2 {
			t.Errorf("given %v: got mean %v, deviation %v and the quantile %v", at, d.Mean(), d.SD(), d.Quantile(0.9))
		}
		sign, err := m.Conditional("sign", map[string]string{"x": fmt.Sprint(at)})
		if err != nil {
			t.Fatal(err)
		}
		if want := map[bool]string{false: "minus", true: "plus"}[at > 0]; sign.Column.Levels[int(sign.Mode())] != want {
			t.Errorf("given %v: got the sign %v, want %v", at, sign.Probabilities, want)
		}
	}
}

// A score of a row with blanks is the integral over what would stand there, by quadrature: exactly if that comes last in the order, else as
// far as the networks' conditional distributions fit together.
func TestMarginals(t *testing.T) {
	m, r := learned()
	one := *m
	for _, last := range []bool{true, false} {
		j := *m.joint
		if j.Order = []int{2, 0, 1}; !last {
			j.Order = []int{2, 1, 0}
		}
		one.joint = &j
		for _, x := range []string{"-0.7", "1.3"} {
			got, err := one.Score(&Table{Names: r.Schema.Names(), Rows: [][]string{{x, "", "plus"}}})
			if err != nil {
				t.Fatal(err)
			}
			var rows [][]string
			const n, from, to = 4000, -8.0, 8.0
			for k := range n {
				rows = append(rows, []string{x, fmt.Sprint(from + (to-from)*(float64(k)+0.5)/n), "plus"})
			}
			all, err := one.Score(&Table{Names: r.Schema.Names(), Rows: rows})
			if err != nil {
				t.Fatal(err)
			}
			var sum float64
			for _, s := range all {
				sum += math.Exp(s.LogProb) * (to - from) / n
			}
			integral, err := one.Marginal(&Table{Names: r.Schema.Names(), Rows: [][]string{{x, "", "plus"}}}, 4000, rng.New(1))
			if err != nil {
				t.Fatal(err)
			}
			if e := integral[0]; math.Abs(e.Value-math.Log(sum)) > 5*e.SE+1e-4 || e.SE > 0.05 {
				t.Errorf("last: %t, at %s: got log p %v ± %v by importance sampling, want %v", last, x, e.Value, e.SE, math.Log(sum))
			}
			within := 1e-4
			if !last {
				within = 0.5
			}
			if math.Abs(math.Log(sum)-got[0].LogProb) > within {
				t.Errorf("last: %t, at %s: got log p %v, want %v by quadrature", last, x, got[0].LogProb, math.Log(sum))
			}
		}
	}
}

func TestSaveLoad(t *testing.T) {
	m, _ := learned()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	file := b.Bytes()
	again, err := Load(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	some := correlated(20, 0.2)
	want, _ := m.Score(some)
	got, err := again.Score(some)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %v and %v, want %v", got, err, want)
	}
	if again.Schema().String() != m.Schema().String() {
		t.Errorf("got the schema %v", again.Schema())
	}
	f, err := flow.Load(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	if lp := f.LogProb([]float64{0.3, 0.1, 1}); math.IsNaN(lp - lp) {
		t.Errorf("got log p %v by flow.Load", lp)
	}
	for _, at := range []int{len(file) / 3, len(file) - 1} {
		if _, err := Load(bytes.NewReader(file[:at])); err == nil {
			t.Errorf("no error for a file cut at %d", at)
		}
	}
}

// Columns go by their names; what is no value is said row by row.
func TestMismatch(t *testing.T) {
	m, _ := learned()
	straight, err := m.Score(&Table{Names: []string{"x", "y", "sign"}, Rows: [][]string{{"0.4", "0.1", "plus"}}})
	if err != nil {
		t.Fatal(err)
	}
	swapped, err := m.Score(&Table{Names: []string{"sign", "y", "x"}, Rows: [][]string{{"plus", "0.1", "0.4"}}})
	if err != nil || swapped[0] != straight[0] {
		t.Errorf("got %v and %v for swapped columns, want %v", swapped, err, straight)
	}
	for _, c := range []struct {
		names []string
		want  string
	}{
		{[]string{"x", "y"}, `the table has no column "sign"`},
		{[]string{"x", "y", "Sign"}, `the table has no column "sign"; it has "Sign", which the model does not know`},
		{[]string{"x", "y", "sign", "more"}, `the table has the column "more", which the model does not know`},
	} {
		if _, err := m.Score(&Table{Names: c.names}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got the error %v, want %q", c.names, err, c.want)
		}
	}
	got, err := m.Score(&Table{Names: []string{"x", "y", "sign"}, Rows: [][]string{{"0.4", "one", "plus"}, {"", "0.1", "neither"}, {"0.4", "0.1", ""}, {"9", "-9", "minus"}}})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"not a number: y", "unseen category: sign; missing: x", "missing: sign", "ok"} {
		if got[i].Status != want {
			t.Errorf("row %d: got the status %q, want %q", i, got[i].Status, want)
		}
	}
	if !math.IsInf(got[1].LogProb, -1) || got[1].P > 0.002 || got[3].P > 0.01 {
		t.Errorf("got %+v", got)
	}
	e, err := m.Explain(&Table{Names: []string{"x", "y", "sign"}, Rows: [][]string{{"0.4", "-4", "plus"}}})
	if err != nil {
		t.Fatal(err)
	}
	if c := e[0].Contributions; c[1] < 3 || c[1] < c[2] {
		t.Errorf("got the contributions %v, want most by y", c)
	}
}

// A given schema needs no more than kinds and bounds.
func TestGivenSchema(t *testing.T) {
	inf := math.Inf(1)
	s := &Schema{Columns: []Column{{Name: "sign", Kind: Binary, Levels: []string{"minus", "plus"}}, {Name: "y", Kind: Heavy, Low: -inf, High: inf}, {Name: "x", Kind: Real, Low: -inf, High: inf}}}
	m, _, err := Learn(context.Background(), correlated(200, 0.1), &Settings{Schema: s, Steps: 200})
	if err != nil {
		t.Fatal(err)
	}
	got, err := m.Impute(&Table{Names: []string{"x", "y", "sign"}, Rows: [][]string{{"", "1.234567", "plus"}}})
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := number(got.Rows[0][0], false); !ok || v < 0.2 || v > 2 || len(got.Rows[0][0]) < 5 {
		t.Errorf("got x = %q, want about 1 with its decimals", got.Rows[0][0])
	}
	if s.Columns[1].Most != 0 {
		t.Error("the schema was changed")
	}
	if _, err := m.Impute(&Table{Names: []string{"x", "y", "sign"}, Rows: [][]string{{"1", "2"}}}); err == nil || !strings.Contains(err.Error(), "row 0: got 2 texts, want 3") {
		t.Errorf("got the error %v", err)
	}
	s.Columns[0].Levels = []string{"minus"}
	scores, err := m.Score(&Table{Names: []string{"x", "y", "sign"}, Rows: [][]string{{"1", "2", "plus"}}})
	if err != nil || scores[0].Status != "ok" {
		t.Errorf("got %v and %v", scores, err)
	}
}

// Blanks alone are filled, and draws spread as the conditional distribution does.
func TestImpute(t *testing.T) {
	m, _ := learned()
	from := &Table{Names: []string{"y", "x", "sign"}, Rows: [][]string{{"", "1.50", "plus"}, {"odd", "1", ""}, {" 2.0", "0.1", "plus"}}}
	got, err := m.Impute(from)
	if err != nil {
		t.Fatal(err)
	}
	if r := got.Rows; r[0][1] != "1.50" || r[1][0] != "odd" || r[1][2] != "plus" || r[2][0] != " 2.0" || from.Rows[0][0] != "" {
		t.Errorf("got %q", r)
	}
	if v, ok := number(got.Rows[0][0], false); !ok || math.Abs(v-1.2) > 0.2 {
		t.Errorf("got y = %q at x = 1.5, want about 1.2", got.Rows[0][0])
	}
	d, err := m.ImputeDraws(from, 400, rng.New(1))
	if err != nil {
		t.Fatal(err)
	}
	var sum, squares float64
	for k := range d.Len() {
		v, _ := number(d.Table(k).Rows[0][0], false)
		sum, squares = sum+v, squares+v*v
	}
	mean := sum / 400
	if sd := math.Sqrt(squares/400 - mean*mean); math.Abs(mean-1.2) > 0.2 || math.Abs(sd-0.6) > 0.12 {
		t.Errorf("got draws of mean %v and deviation %v, want 1.2 and 0.6", mean, sd)
	}
}

// The same seed gives the same model, on any number of cores.
func TestSameBits(t *testing.T) {
	var files [2]bytes.Buffer
	for k := range files {
		m, _, err := Learn(context.Background(), correlated(100, 0.1), &Settings{Steps: 30, Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		if err := m.Save(&files[k]); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(files[0].Bytes(), files[1].Bytes()) {
		t.Error("two trainings give different files")
	}
	ctx, stop := context.WithCancel(context.Background())
	stop()
	if _, _, err := Learn(ctx, correlated(100, 0.1), nil); err == nil {
		t.Error("got no error though the context is done")
	}
}
