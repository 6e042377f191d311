package manual_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/calibration"
	"github.com/normflow/normflow/flow/pytorch"
	"gonum.org/v1/gonum/mat"
)

// handler answers a row, as JSON, with its log-density. Any number of requests may share the model.
func handler(model *flow.Transformed) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var row []float64
		err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<16)).Decode(&row)
		if err != nil || len(row) != model.Dim() {
			http.Error(w, fmt.Sprintf("want a row of %d numbers", model.Dim()), http.StatusBadRequest)
			return
		}
		fmt.Fprintf(w, "%.4f\n", model.LogProb(row))
	}
}

func Example_serve() {
	var file bytes.Buffer // or an *os.File
	if err := flow.New(dist.NewStdNormal(2), bijector.Exp{}).Save(&file); err != nil {
		log.Fatal(err)
	}
	model, err := flow.Load(&file)
	if err != nil {
		log.Fatal(err)
	}
	server := handler(model) // http.ListenAndServe(":8080", handler(model))
	for _, body := range []string{"[1, 1]", "[1]"} {
		w := httptest.NewRecorder()
		server.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(body)))
		fmt.Print(w.Code, " ", w.Body)
	}
	// Output:
	// 200 -1.8379
	// 400 want a row of 2 numbers
}

func Example_resume() {
	dir, err := os.MkdirTemp("", "manual")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	settings := flow.Settings{Steps: 60, Every: 10, Checkpoint: filepath.Join(dir, "training")}
	newModel := func() *flow.Transformed { return flow.RealNVP(flow.Arch{Dim: 2}, rand.NewPCG(1, 2)) }
	data := flow.Rows(banana(500, 1))

	ctx, cancel := context.WithCancel(context.Background())
	interrupted := settings
	interrupted.Report = func(r flow.Record) {
		if r.Step == 30 {
			cancel() // or the machine is switched off
		}
	}
	_, err = flow.Fit(ctx, newModel(), data, &interrupted)
	fmt.Println(err)

	model := newModel()
	result, err := flow.Fit(context.Background(), model, data, &settings) // the same call again
	if err != nil {
		log.Fatal(err)
	}
	whole := newModel()
	if _, err := flow.Fit(context.Background(), whole, data, &flow.Settings{Steps: 60, Every: 10}); err != nil {
		log.Fatal(err)
	}
	y := []float64{1, 1}
	fmt.Println("resumed after step", result.Resumed, "with the same bits:", model.LogProb(y) == whole.LogProb(y))
	// Output:
	// flow: Fit: step 30: context canceled
	// resumed after step 30 with the same bits: true
}

func Example_import() {
	f, err := os.Open("../../testdata/goldens/neural/realnvp4_logprob.safetensors")
	if err != nil {
		log.Fatal(err)
	}
	defer f.Close()
	// a file without description: the settings say what its tensors do not
	model, err := pytorch.Import(f, &pytorch.Settings{Defaults: true, Activation: nn.Tanh, Map: bijector.Affine{Scale: bijector.TanhScale}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(model.Dim(), "columns,", len(model.Map), "maps")
	// Output: 3 columns, 4 maps
}

// A Stretch is y = s·x with s > 0, a bijector of one's own.
type Stretch struct{ By autodiff.Value }

// Forward returns y = s·x.
func (b *Stretch) Forward(x autodiff.Var) autodiff.Var { return x.Mul(b.By.On(x.Tape())) }

// Inverse returns x = y/s.
func (b *Stretch) Inverse(y autodiff.Var) autodiff.Var { return y.Div(b.By.On(y.Tape())) }

// ILDJ returns −Σ log s.
func (b *Stretch) ILDJ(y autodiff.Var) autodiff.Var { return b.By.On(y.Tape()).Log().RowSum().Neg() }

func TestStretch(t *testing.T) {
	bijectortest.Run(t, bijectortest.Case{B: &Stretch{autodiff.Learned(2, 3, 0.5)}, X: bijectortest.Normal(20, 3)})
}

func Example_extend() {
	flow.Register("manual.stretch", (*Stretch)(nil)) // for model files
	model := flow.New(dist.NewStdNormal(2), &Stretch{autodiff.Learned(2, 3)})
	var file bytes.Buffer
	if err := model.Save(&file); err != nil {
		log.Fatal(err)
	}
	loaded, err := flow.Load(&file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f %.4f\n", model.LogProb([]float64{1, 1}), loaded.LogProb([]float64{1, 1}))
	// Output: -3.8102 -3.8102
}

func Example_debug() {
	y := banana(1000, 1)
	model := flow.New(dist.NewNormal(2, autodiff.Fixed(0, 1), autodiff.Fixed(1, 1))) // a bad fit: no curve
	src := rand.NewPCG(1, 2)

	fmt.Println("columns:", calibration.PIT(model, y, 1000, src).P < 0.01) // is each column's distribution right?
	draws := mat.NewDense(1000, 2, nil)
	model.Draw(draws, src)
	fmt.Println("all together:", calibration.EnergyDistance(y, draws, 0, src).P < 0.01) // are rows and draws alike?
	r := calibration.RoundTrip(model, y)                                                // does the map invert?
	fmt.Println("round trip:", r.Greatest > 1e-9, r.Nonfinite)
	// Output:
	// columns: true
	// all together: true
	// round trip: false 0
}

func Example_graph() {
	src := rand.NewPCG(1, 2)
	x := mat.NewDense(2000, 4, nil) // weather, sprinkler and rain given it, and whether the grass is wet
	r := rand.New(src)
	for i := range 2000 {
		weather := r.NormFloat64()
		sprinkler, rain := -weather*weather+r.NormFloat64(), weather+0.5*r.NormFloat64()
		x.SetRow(i, []float64{weather, sprinkler, rain, sprinkler*rain + 0.5*r.NormFloat64()})
	}
	parents := [][]int{{}, {0}, {0}, {1, 2}}
	graph := bijector.NewGraphical(parents, bijector.Affine{}, 0, []int{64, 64}, nn.ReLU, src)
	model := flow.New(dist.NewStdNormal(4), graph, bijector.NewStandardizer(4))
	if _, err := flow.Fit(context.Background(), model, flow.Rows(x), &flow.Settings{Steps: 800}); err != nil {
		log.Fatal(err)
	}
	// Given the sprinkler and the rain, the grass does not depend on the weather.
	grass := func(weather, wet float64) float64 {
		return model.LogProb([]float64{weather, -1, 1, wet}) - model.LogProb([]float64{weather, -1, 1, 0})
	}
	fmt.Printf("%.1f %.1f\n", grass(0, -1), grass(3, -1)) // of the truth it is 2
	// Output: 1.7 1.7
}
