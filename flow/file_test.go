package flow_test

import (
	"bytes"
	"errors"
	"io"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/flowtest"
	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/plain"
	"github.com/normflow/normflow/internal/rng"
	"github.com/normflow/normflow/internal/safetensors"
	"gonum.org/v1/gonum/mat"
)

func TestPresetFiles(t *testing.T) {
	for _, cond := range []int{0, 2} {
		for name, m := range models(3, cond) {
			t.Run(name, func(t *testing.T) {
				if cond > 0 {
					flowtest.File(t, m, normal(5, 3, 1), normal(5, cond, 2))
					return
				}
				flowtest.File(t, m, normal(5, 3, 1), nil)
			})
		}
	}
}

// What training sets from data is part of the file.
func TestFileKeepsInitialisation(t *testing.T) {
	m := flow.RealNVP(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	bijector.Initialize(m.Map, autodiff.NewTape().Matrix(bananas(100, 1)))
	loaded := flowtest.File(t, m, normal(3, 2, 1), nil)
	bijector.Initialize(loaded.Map, autodiff.NewTape().Matrix(bananas(100, 2)))
	y := normal(1, 2, 3).RawRowView(0)
	if got, want := loaded.LogProb(y), m.LogProb(y); got != want {
		t.Errorf("a loaded model is initialised again: got log p = %v, want %v", got, want)
	}
}

func TestFileKeepsSharingAndFreezing(t *testing.T) {
	net := nn.NewMLP(1, []int{2}, 2, nn.Tanh, rng.New(1))
	twice := func() bijector.Bijector {
		return bijector.NewCoupling(2, []int{0}, bijector.Affine{}, 0, func(int, int) nn.Network { return net })
	}
	m := flow.New(dist.NewStdNormal(2), twice(), twice(), bijector.NewShift(autodiff.Fixed(3)))
	loaded := flowtest.File(t, m, normal(3, 2, 1), nil)
	w := func(i int) *autodiff.Param { return loaded.Map[i].(*bijector.Coupling).Net.(*nn.MLP).Layers[0].W }
	if w(0) != w(1) {
		t.Error("a shared parameter became two")
	}
	if w(0).Frozen() || !loaded.Map[2].(*bijector.Shift).By.Param.Frozen() {
		t.Error("got another choice of frozen parameters")
	}
}

func TestFileOfFlowOnFlow(t *testing.T) {
	base := flow.RealNVP(flow.Arch{Dim: 2, Layers: 1, Hidden: []int{4}}, rng.New(1))
	flowtest.File(t, flow.New(base, bijector.NewShift(autodiff.Learned(1, 2)), bijector.NewInvert(base.Map)), normal(3, 2, 1), nil)
}

// The file of the first version loads for ever, and says what it said but for
// roundings of later versions.
func TestFileVersion1(t *testing.T) {
	f, err := os.Open("../testdata/model-v1.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := flow.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	m = m.Given(mat.NewDense(1, 1, []float64{0.75}))
	for y, want := range map[[2]float64]float64{{0.5, -1}: -17.65469269818897, {3, 2}: -17.782830392403056} {
		if got := m.LogProb(y[:]); !(math.Abs(got-want) <= 1e-9) {
			t.Errorf("got log p(%v) = %v, want %v", y, got, want)
		}
	}
}

// mine is a bijector of somebody else's.
type mine struct {
	By    []float64
	Table [2]bool
	Inner *inner

	derived float64
}

type inner struct{ Name string }

func (m *mine) Restore() error {
	if len(m.By) != 1 {
		return errors.New("mine: want one number")
	}
	m.derived = m.By[0]
	return nil
}

func (m *mine) Forward(x autodiff.Var) autodiff.Var { return x.AddConst(m.derived) }
func (m *mine) Inverse(y autodiff.Var) autodiff.Var { return y.AddConst(-m.derived) }
func (m *mine) ILDJ(y autodiff.Var) autodiff.Var    { return y.Tape().Zeros(1, 1) }

type stranger struct{ bijector.Identity }

func init() {
	flow.Register("test.mine", (*mine)(nil))
	// loading must find the reason of every panic before it happens
	plain.Unexpected = func(err runtime.Error) { panic(err) }
}

func TestRegister(t *testing.T) {
	m := &mine{By: []float64{math.Copysign(0, -1)}, Table: [2]bool{false, true}, Inner: &inner{"\"é\n"}}
	if m.Restore() != nil {
		t.Fatal("Restore fails")
	}
	loaded := flowtest.File(t, flow.New(dist.NewStdNormal(2), m), normal(3, 2, 1), nil)
	got := loaded.Map[0].(*mine)
	if got.Table != m.Table || *got.Inner != *m.Inner || math.Signbit(got.By[0]) != true {
		t.Errorf("got %v, want %v", got, m)
	}
	for _, c := range []struct {
		name, kind string
		prototype  any
		want       string
	}{
		{"name taken", "coupling", stranger{}, `want a new name`},
		{"type taken", "test.other", (*mine)(nil), `known as "test.mine"`},
		{"name", "Not Short!", stranger{}, "want a short name"},
		{"nothing", "test.nil", nil, "no prototype"},
		{"function", "test.func", struct{ F func() }{}, "F: got a func()"},
		{"hidden state", "test.hidden", struct{ x int }{}, "has a field x that is not exported"},
	} {
		mustPanic(t, c.want, func() { flow.Register(c.kind, c.prototype) })
	}
}

func TestSaveErrors(t *testing.T) {
	nan := flow.New(dist.NewStdNormal(1), bijector.NewShift(autodiff.Learned(1)))
	nan.Map[0].(*bijector.Shift).By.Param.Data()[0] = math.NaN()
	bound := models(3, 1)["NSF"].Given(normal(1, 1, 1))
	inside := models(3, 1)["NSF"]
	for i, b := range inside.Map {
		inside.Map[i] = bijector.Given(b, autodiff.NewTape().Zeros(1, 1))
	}
	loop := new(bijector.Invert)
	loop.B = loop
	for _, c := range []struct {
		name string
		m    *flow.Transformed
		want string
	}{
		{"NaN", nan, "parameter Map.0.By: got NaN in row 0, column 0"},
		{"unknown type", flow.New(dist.NewStdNormal(1), stranger{}), "Map.0: flow_test.stranger is not a registered kind"},
		{"bound", bound, "bound to a context"},
		{"bound inside", inside, "Map.0.ctx: got a map bound to a context"},
		{"inside itself", &flow.Transformed{Base: dist.NewStdNormal(1), Map: bijector.Chain{loop}}, "nested deeper"},
		{"text", &flow.Transformed{Base: dist.NewStdNormal(1), Map: bijector.Chain{&mine{By: []float64{1}, Inner: &inner{"\xff"}}}}, "Map.0.Inner.Name: got text"},
	} {
		var b bytes.Buffer
		if err := c.m.Save(&b); err == nil || !strings.Contains(err.Error(), c.want) || b.Len() > 0 {
			t.Errorf("%s: got %v and %d bytes, want %q and none", c.name, err, b.Len(), c.want)
		}
	}
}

func TestInfo(t *testing.T) {
	m := models(3, 1)["NSF"]
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	info, err := flow.Info(io.LimitReader(&b, 8192))
	if err != nil {
		t.Fatal(err)
	}
	if info.Format != "2" || info.Dim != 3 || info.CondDim != 1 || !strings.Contains(info.Architecture, `"kind":"coupling"`) {
		t.Errorf("got %+v", info)
	}
	first := info.Tensors[2] // after the standardizer of the context
	if first.Name != "Map.0.B.0.Net.Layers.0.W" || first.Rows != 3 || first.Cols != 16 || info.Numbers() <= 12 {
		t.Errorf("got tensor %v and %d numbers", first, info.Numbers())
	}
	if _, err := flow.Info(strings.NewReader("nonsense")); err == nil {
		t.Error("got no error for nonsense")
	}
}

// file returns a file with the given architecture and tensors.
func file(architecture string, tensors ...safetensors.Tensor) []byte {
	var b bytes.Buffer
	err := safetensors.Write(&b, map[string]string{
		"normflow": "1", "normflow.model": architecture, "normflow.dim": "2", "normflow.cond": "0",
	}, tensors)
	if err != nil {
		panic(err)
	}
	return b.Bytes()
}

var base = `{"Base":{"kind":"dist.std-normal","D":2},"Map":[`

// A hostileFile must be refused, and why.
type hostileFile struct {
	name string
	file []byte
	want string
}

func hostile() []hostileFile { return append(hostileText(), hostileTensors()...) }

// hostileText are files with a wrong text.
func hostileText() []hostileFile {
	deep := func(n int) string {
		return base + strings.Repeat(`{"kind":"chain","value":[`, n) + strings.Repeat(`]}`, n) + `]}`
	}
	var later, bare, noDim bytes.Buffer
	safetensors.Write(&later, map[string]string{"normflow": "3", "normflow.model": base + "]}"}, nil)
	safetensors.Write(&bare, nil, nil)
	safetensors.Write(&noDim, map[string]string{"normflow": "1", "normflow.model": base + "]}"}, nil)
	return []hostileFile{
		{"no safetensors", []byte("PK\x03\x04 this is a zip file"), "is this a safetensors file? Load reads what Save wrote, Import of flow/pytorch models"},
		{"somebody else's", bare.Bytes(), "was not written by Save"},
		{"a later version's", later.Bytes(), `got format "3", want 1 or 2`},
		{"no dimension", noDim.Bytes(), `normflow.dim 2, want ""`},
		{"no architecture", file(""), "got no normflow.model"},
		{"not JSON", file("model"), "byte 0: got 'm', want '{'"},
		{"two models", file(base + "]}{}"), "want the end"},
		{"no base", file(`{"Map":[]}`), "Base: got no distribution"},
		{"unknown field", file(`{"Bass":1}`), `got a field "Bass", which is not there`},
		{"field that is not exported", file(`{"dim":1}`), `got a field "dim"`},
		{"field twice", file(`{"Map":[],"Map":[]}`), "got field Map twice"},
		{"unknown kind", file(base + `{"kind":"quantum"}]}`), `Map.0: got kind "quantum", which nobody has registered`},
		{"no kind", file(base + `{}]}`), "Map.0: got no kind"},
		{"kind not first", file(base + `{"By":1,"kind":"shift"}]}`), `Map.0: got the key "By" first, want kind`},
		{"kind of another sort", file(base + `{"kind":"dist.std-normal","D":2}]}`), `Map.0: got kind "dist.std-normal", which is no bijector.Bijector`},
		{"null in a chain", file(base + `null]}`), "Map.0: got no bijector"},
		{"deep", file(deep(150)), "nested deeper than 200"},
		{"deep without end", file(base + strings.Repeat("[", 1e5)), "Map.0: JSON: byte"},
		{"wrong type", file(base + `{"kind":"permute","Perm":"x"}]}`), "Map.0.Perm: JSON"},
		{"no permutation", file(base + `{"kind":"permute","Perm":[0,0]}]}`), "Map.0: bijector: Permute: got column 0 at place 1 of the order"},
		{"widths differ", file(base + `{"kind":"permute","Perm":[0,2,1]}]}`), "Map.0: bijector: Permute: got 2 columns"},
		{"width of the base", file(`{"Base":{"kind":"dist.std-normal","D":-1},"Map":[]}`), "Base: "},
		{"huge base", file(`{"Base":{"kind":"dist.std-normal","D":16777216},"Map":[]}`), "normflow.dim"},
		{"absurd base", file(`{"Base":{"kind":"dist.std-normal","D":4611686018427387904},"Map":[]}`), "got 4611686018427387904"},
		{"huge image", file(base + `{"kind":"squeeze","Channels":1048576,"Height":1048576,"Width":1048576}]}`), "more memory than the size of the file justifies"},
		{"large image", file(base + `{"kind":"squeeze","Channels":2,"Height":1024,"Width":1024}]}`), "more memory than the size of the file justifies"},
		{"huge matrix", file(base + `{"kind":"dct","Dim":100000,"Type":2}]}`), "DCT: got 100000 columns"},
	}
}

// hostileTensors are files with wrong tensors, or a text that does not fit them.
func hostileTensors() []hostileFile {
	floats := safetensors.Floats
	two := []float64{1, 2}
	return []hostileFile{
		{"missing tensor", file(base + `{"kind":"shift","By":{"Param":"t","Min":"-inf","Max":"inf"}}]}`), `Map.0.By.Param: tensor "t" is missing`},
		{"unused tensor", file(base+`]}`, floats("t", two, 1, 2)), `tensor "t" has no place in the architecture`},
		{"NaN", file(base+`{"kind":"shift","By":{"Param":"t","Min":"-inf","Max":"inf"}}]}`, floats("t", []float64{0, math.NaN()}, 1, 2)), `tensor "t": got NaN in row 0, column 1`},
		{"infinite", file(base+`{"kind":"shift","By":{"Param":"t","Min":"-inf","Max":"inf"}}]}`, floats("t", []float64{math.Inf(1), 0}, 1, 2)), `tensor "t": got +Inf in row 0, column 0`},
		{"integers", file(base+`{"kind":"shift","By":{"Param":"t","Min":"-inf","Max":"inf"}}]}`, safetensors.Ints("t", []int{1, 2}, 1, 2)), `tensor "t": got I64 of shape [1 2], want F64`},
		{"one dimension", file(base+`{"kind":"shift","By":{"Param":"t","Min":"-inf","Max":"inf"}}]}`, floats("t", two, 2)), `tensor "t": got F64 of shape [2], want F64 in rows and columns`},
		{"empty tensor", file(base+`{"kind":"shift","By":{"Param":"t","Min":"-inf","Max":"inf"}}]}`, floats("t", nil, 0, 2)), `tensor "t": got F64 of shape [0 2]`},
		{"wrong shape", file(base+`{"kind":"shift","By":{"Param":"t","Min":"-inf","Max":"inf"}}]}`, floats("t", []float64{1, 2, 3}, 1, 3)), "Map.0: bijector: Shift: got 3 numbers, want 1 or 2"},
		{"frozen and not", file(base+`{"kind":"shift","By":{"Param":"t","Min":"-inf","Max":"inf"}},{"kind":"shift","By":{"Param":{"frozen":"t"},"Constant":true}}]}`, floats("t", two, 1, 2)), "frozen in one place and learned in another"},
		{"no name", file(base + `{"kind":"shift","By":{"Param":{}}}]}`), "got no name of a tensor"},
		{"no parameters", file(base + `{"kind":"shift"}]}`), "Map.0: "},
		{"bounds the wrong way", file(base+`{"kind":"shift","By":{"Param":"t","Min":1,"Max":-1}}]}`, floats("t", two, 1, 2)), "Map.0.By: "},
		{"many items", file(base + strings.Repeat(`{"kind":"coupling"},`, 1000) + `null]}`), "Map.0: bijector: Coupling"},
		{"memory by items", file(`{"Base":{"kind":"dist.std-normal","D":2},"Map":[` + strings.Repeat(`null,`, 1e5*64/strconv.IntSize) + `null]}`), "more memory than the size of the file justifies"},
		{"activation", file(base+`{"kind":"coupling","Keep":[0],"Change":[1],"Map":{"kind":"affine"},"Net":{"kind":"nn.mlp","Layers":[{"W":"w","B":"b","Act":"magic"}]}}]}`,
			floats("w", two, 1, 2), floats("b", two, 1, 2)), `Map.0.Net: `},
	}
}

func TestLoadRefuses(t *testing.T) {
	for _, c := range hostile() {
		_, err := flow.Load(bytes.NewReader(c.file))
		if err == nil || !strings.HasPrefix(err.Error(), "flow: Load: ") || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if n := memtest.Allocated(func() { flow.Load(bytes.NewReader(c.file)) }); n > memtest.Bound(c.file) {
			t.Errorf("%s: got %d bytes allocated for %d", c.name, n, len(c.file))
		}
	}
}
