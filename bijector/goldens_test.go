package bijector_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"gonum.org/v1/gonum/mat"
)

// The reference values in testdata/goldens: one file per setting of one bijector,
// with the answers of a 50-digit evaluation, which decide, and in
// testdata/goldens/bijectors those of TFP too; README.md there describes them.
var goldens = flag.String("goldens", ownGoldens, "`folder` whose bijectors/*.json, numbers/*.json and flows/*.json are checked")

const ownGoldens = "../testdata/goldens"

// A golden is a file of reference values.
type golden struct {
	goldenSpec
	Ref   string
	Cases []goldenCase
}

// A goldenSpec names a bijector and its parameters, which may hold others.
type goldenSpec struct {
	Bijector string
	Params   map[string]json.RawMessage
}

type goldenCase struct {
	X, Y, FLDJ, Yi, Xi, ILDJ numbers
	Exact                    struct{ Y, FLDJ, Xi, ILDJ numbers }
	Tol                      struct{ Y, FLDJ, Xi, ILDJ float64 }
}

// numbers are a number, a vector, a matrix as rows or a list of vectors, flat,
// with the lengths of the nested lists.
type numbers struct {
	data  []float64
	shape []int
}

func (n *numbers) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	for u := v; ; {
		l, ok := u.([]any)
		if !ok || len(l) == 0 {
			break
		}
		n.shape, u = append(n.shape, len(l)), l[0]
	}
	return n.flatten(v)
}

func (n *numbers) flatten(v any) error {
	switch v := v.(type) {
	case float64:
		n.data = append(n.data, v)
	case string:
		x, ok := map[string]float64{"inf": math.Inf(1), "-inf": math.Inf(-1), "nan": math.NaN()}[v]
		if !ok {
			return fmt.Errorf("got %q, want a number", v)
		}
		n.data = append(n.data, x)
	case []any:
		for _, e := range v {
			if err := n.flatten(e); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("got %T, want a number", v)
	}
	return nil
}

// goldenKinds makes a bijector from a kind's parameters; shape is that of one
// x: nil for a number.
var goldenKinds = map[string]func(p goldenParams, shape []int) bijector.Bijector{}

// goldenParams are the parameters of a golden bijector.
type goldenParams map[string]json.RawMessage

func (p goldenParams) decode(name string, to any) {
	if err := json.Unmarshal(p[name], to); err != nil {
		panic(fmt.Sprintf("parameter %s: %v", name, err))
	}
}

// number returns a number, or def if it is not there.
func (p goldenParams) number(name string, def float64) float64 {
	if _, ok := p[name]; ok {
		p.decode(name, &def)
	}
	return def
}

// value returns numbers, an empty Value if they are not there.
func (p goldenParams) value(name string) autodiff.Value {
	if _, ok := p[name]; !ok {
		return autodiff.Value{}
	}
	return autodiff.Fixed(p.flat(name)...)
}

// flat returns the numbers of a number, a vector or a matrix.
func (p goldenParams) flat(name string) []float64 {
	var n numbers
	p.decode(name, &n)
	return n.data
}

// nested returns the bijector in a parameter.
func (p goldenParams) nested(name string, shape []int) bijector.Bijector {
	var s goldenSpec
	p.decode(name, &s)
	return s.build(shape)
}

// list returns the bijectors in a parameter; shape says that of number i's x.
func (p goldenParams) list(name string, shape func(i int) []int) []bijector.Bijector {
	var s []goldenSpec
	p.decode(name, &s)
	var bs []bijector.Bijector
	for i := range s {
		bs = append(bs, s[i].build(shape(i)))
	}
	return bs
}

func (s goldenSpec) build(shape []int) bijector.Bijector {
	if kind, ok := goldenKinds[s.Bijector]; ok {
		return kind(s.Params, shape)
	}
	for _, c := range elementwiseCases() {
		t := reflect.TypeOf(c.B)
		if t.Kind() == reflect.Struct && t.Name() == s.Bijector {
			return c.B
		}
		if t.Kind() == reflect.Pointer && t.Elem().Name() == s.Bijector {
			return goldenParams(s.Params).fields(reflect.New(t.Elem()))
		}
	}
	panic(fmt.Sprintf("got the bijector kind %q, which nobody knows", s.Bijector))
}

// fields sets the fields of an elementwise map from the parameters of their names, lower-case.
func (p goldenParams) fields(v reflect.Value) bijector.Bijector {
	for i := range v.Elem().NumField() {
		name := strings.ToLower(v.Elem().Type().Field(i).Name)
		v.Elem().Field(i).Set(reflect.ValueOf(p.value(name)))
	}
	if err := v.Interface().(interface{ Restore() error }).Restore(); err != nil {
		panic(err)
	}
	return v.Interface().(bijector.Bijector)
}

func readGoldens(t *testing.T) map[string]*golden {
	t.Helper()
	var files []string
	for _, dir := range []string{"bijectors", "numbers", "flows"} {
		in, _ := filepath.Glob(filepath.Join(*goldens, dir, "*.json"))
		files = append(files, in...)
	}
	if len(files) == 0 {
		t.Fatalf("got no files in %s/bijectors, want reference values", *goldens)
	}
	all := map[string]*golden{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		g := &golden{}
		if err := json.Unmarshal(b, g); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		if len(g.Cases) == 0 {
			t.Fatalf("%s: got no cases", f)
		}
		all[strings.TrimSuffix(filepath.Base(f), ".json")] = g
	}
	return all
}

// A comparison is one number of one case: what we got and TFP got, and what is right.
// The unit is 2⁻⁵²·(|exact| + Σ|p·∂exact/∂p|), what rounding changes that is: by an ulp
// the result, the input and every parameter, at most. The tolerance is 64 units, and of
// log-determinants not below 10⁻¹³.
type comparison struct {
	what                       string
	got, ref, exact, tol, unit float64
	at                         []float64
	hasRef                     bool
}

// evaluate runs every case of the file.
func (g *golden) evaluate() []comparison {
	var out []comparison
	run := func(arg func(c *goldenCase) (x, y, yRef, l, lRef numbers, ytol, ltol float64), names [2]string,
		f func(b bijector.Bijector, x autodiff.Var) (y, l autodiff.Var), shape func(c *goldenCase) []int) {
		for i := range g.Cases {
			c := &g.Cases[i]
			x, y, yRef, l, lRef, ytol, ltol := arg(c)
			if x.data == nil {
				continue
			}
			tape := autodiff.NewTape()
			gotY, gotL := f(g.build(shape(c)), tape.Matrix(mat.NewDense(1, len(x.data), x.data)))
			if gotY.Cols() != len(y.data) {
				panic(fmt.Sprintf("%s of %v: got %d numbers, want %d", names[0], x.data, gotY.Cols(), len(y.data)))
			}
			for j, e := range y.data {
				k := comparison{what: names[0], got: gotY.At(0, j), exact: e, tol: ytol, unit: ytol / 64, at: x.data}
				if k.hasRef = j < len(yRef.data); k.hasRef {
					k.ref = yRef.data[j]
				}
				out = append(out, k)
			}
			k := comparison{what: names[1], got: gotL.At(0, 0), exact: l.data[0], tol: max(ltol, 1e-13), unit: ltol / 64, at: x.data}
			if k.hasRef = lRef.data != nil; k.hasRef {
				k.ref = lRef.data[0]
			}
			out = append(out, k)
		}
	}
	forward := func(c *goldenCase) (x, y, yRef, l, lRef numbers, ytol, ltol float64) {
		return c.X, c.Exact.Y, c.Y, c.Exact.FLDJ, c.FLDJ, c.Tol.Y, c.Tol.FLDJ
	}
	inverse := func(c *goldenCase) (x, y, yRef, l, lRef numbers, ytol, ltol float64) {
		return c.Yi, c.Exact.Xi, c.Xi, c.Exact.ILDJ, c.ILDJ, c.Tol.Xi, c.Tol.ILDJ
	}
	run(forward, [2]string{"y", "fldj"}, func(b bijector.Bijector, x autodiff.Var) (y, l autodiff.Var) {
		return b.Forward(x), fldj(b, x)
	}, func(c *goldenCase) []int { return c.X.shape })
	run(inverse, [2]string{"xi", "ildj"}, func(b bijector.Bijector, y autodiff.Var) (x, l autodiff.Var) {
		return b.Inverse(y), b.ILDJ(y)
	}, func(c *goldenCase) []int { return c.Exact.Xi.shape })
	return out
}

// wrong returns how far got is from exact: 0 if they are the same infinity.
func wrong(got, exact float64) float64 {
	if got == exact {
		return 0
	}
	if d := math.Abs(got - exact); !math.IsNaN(d) {
		return d
	}
	return math.Inf(1)
}

func TestGoldens(t *testing.T) {
	for name, g := range readGoldens(t) {
		t.Run(name, func(t *testing.T) {
			for _, c := range g.evaluate() {
				if e := wrong(c.got, c.exact); e > c.tol {
					t.Errorf("%s at %v: got %v, want %v: off by %.3g, want ≤ %.3g (TFP is off by %.3g)", c.what, c.at, c.got, c.exact, e, c.tol, wrong(c.ref, c.exact))
				}
			}
		})
	}
}
