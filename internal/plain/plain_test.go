package plain_test

import (
	"errors"
	"math"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/plain"
)

type part interface{ isPart() }

type leaf struct{ X float64 }

type named []part

type node struct {
	Bool   bool
	Int    int
	Floats []float64
	Pair   [2]string
	Parts  []part
	One    *leaf
	Param  *autodiff.Param
	Value  autodiff.Value

	sum float64
}

func (leaf) isPart()  {}
func (named) isPart() {}
func (*node) isPart() {}

func (n *node) Restore() error {
	if n.Int < 0 {
		return errors.New("node: got a negative Int")
	}
	for _, x := range n.Floats {
		n.sum += x
	}
	return nil
}

func registry() *plain.Registry {
	r := new(plain.Registry)
	for kind, p := range map[string]any{"leaf": leaf{}, "named": named(nil), "node": (*node)(nil)} {
		if err := r.Add(kind, p); err != nil {
			panic(err)
		}
	}
	return r
}

func budget(n int) *int { return &n }

func TestRoundTrip(t *testing.T) {
	shared := autodiff.NewParam(1, 2, []float64{1, 2})
	inner := &node{Int: 3, Param: shared, Value: autodiff.Fixed(4)}
	want := &node{
		Bool: true, Floats: []float64{math.Inf(-1), math.Copysign(0, -1), 0.1}, Pair: [2]string{"a\"", "é"},
		Parts: []part{leaf{2}, &leaf{3}, named{inner, nil}, named{}}, One: &leaf{}, Param: shared,
	}
	text, params, err := registry().Encode(want)
	if err != nil {
		t.Fatal(err)
	}
	const wantText = `{"Bool":true,"Floats":["-inf",-0,0.1],"Pair":["a\"","é"],"Parts":[{"kind":"leaf","X":2},{"kind":"leaf","X":3},` +
		`{"kind":"named","value":[{"kind":"node","Int":3,"Param":"Parts.2.0.Param","Value":{"Param":{"frozen":"Parts.2.0.Value"},"Constant":true,"Min":"-inf","Max":"inf"}},null]},` +
		`{"kind":"named","value":[]}],"One":{},"Param":"Parts.2.0.Param"}`
	if string(text) != wantText {
		t.Errorf("got  %s\nwant %s", text, wantText)
	}
	if len(params) != 2 || params[0].Name != "Parts.2.0.Param" || params[0].Param != shared || params[1].Name != "Parts.2.0.Value" {
		t.Errorf("got parameters %v", params)
	}
	got := new(node)
	err = registry().Decode(plain.Source{Text: string(text), Budget: budget(10000), Param: func(name string) (*autodiff.Param, error) {
		for _, p := range params {
			if p.Name == name {
				return autodiff.NewParam(1, p.Param.Len(), p.Param.Data()), nil
			}
		}
		return nil, errors.New("missing")
	}}, got)
	if err != nil {
		t.Fatal(err)
	}
	back := got.Parts[2].(named)[0].(*node)
	if back.Param != got.Param {
		t.Error("a shared parameter became two")
	}
	if !back.Value.Param.Frozen() || got.Param.Frozen() {
		t.Error("got other parameters frozen")
	}
	if !math.Signbit(got.Floats[1]) || got.sum != math.Inf(-1) || got.Parts[1] != leaf(leaf{3}) {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if got.Parts[3] == nil || got.One == nil || back.Floats != nil {
		t.Error("got nil and empty confused")
	}
	again, _, err := registry().Encode(got)
	if err != nil || string(again) != wantText {
		t.Errorf("got %s, %v the second time", again, err)
	}
}

func TestDecodeErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"Parts":[{"kind":"node","Int":-1}]}`, "Parts.0: node: got a negative Int"},
		{`{"Int":1.5}`, "Int: JSON: byte 10: got 1.5, want an integer"},
		{`{"Int":4611686018427387904}`, "Int: got 4611686018427387904, want at most 16777216"},
		{`{"Pair":["a"]}`, "Pair: got 1 items, want 2"},
		{`{"Pair":["a","b","c"]}`, "Pair: got more than 2 items"},
		{`{"sum":1}`, `got a field "sum", which is not there`},
		{`{"Param":"x"}`, "Param: no tensor"},
		{`{"Param":{"frozen":"x","frozen":"x"}}`, "Param: no tensor"},
		{`{"Parts":[{"kind":"leaf","value":1}]}`, `Parts.0: got a field "value"`},
		{`{"Parts":[{"kind":"named","value":[],"value":[]}]}`, "Parts.0: got the key \"value\", want one value"},
		{`{"Floats":[` + strings.Repeat("0,", 2000) + `0]}`, "Floats.0: the architecture claims more memory"},
		{`{"Floats":[`, "got the end, want a number"},
		{`{"Floats":[[`, "Floats.0: JSON"},
		{`{} {}`, "want the end"},
	} {
		err := registry().Decode(plain.Source{Text: c.text, Budget: budget(10000), Param: func(string) (*autodiff.Param, error) {
			return nil, errors.New("no tensor")
		}}, new(node))
		if strconv.IntSize == 32 && strings.Contains(c.text, "4611686018427387904") {
			c.want = "want an integer" // which int does not hold
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.text, err, c.want)
		}
	}
}

func TestTry(t *testing.T) {
	before := plain.Unexpected
	defer func() { plain.Unexpected = before }()
	var told error
	plain.Unexpected = func(err runtime.Error) { told = err }
	if err := plain.Try(func() { panic("dist: got 1, want 2") }); err == nil || err.Error() != "dist: got 1, want 2" || told != nil {
		t.Errorf("got %v, and told %v", err, told)
	}
	if err := plain.Try(func() { var p *node; p.Int++ }); err == nil || told == nil {
		t.Errorf("got %v, and told %v", err, told)
	}
	if err := plain.Try(func() {}); err != nil {
		t.Errorf("got %v", err)
	}
}

// A file that was written before fields were renamed is read, and written with the keys of now.
func TestKeys(t *testing.T) {
	type before struct{ Shape, Rate float64 }
	type after struct {
		Concentration float64 `file:"Shape"`
		Speed         float64 `file:"Speed,Rate"`
	}
	text, _, err := registry().Encode(&before{2, 3})
	if err != nil {
		t.Fatal(err)
	}
	var got after
	if err := registry().Decode(plain.Source{Text: string(text), Budget: budget(0)}, &got); err != nil || got != (after{2, 3}) {
		t.Errorf("got %v, %v of %s", got, err, text)
	}
	text, _, err = registry().Encode(&got)
	if want := `{"Shape":2,"Speed":3}`; err != nil || string(text) != want {
		t.Errorf("got %s, %v, want %s", text, err, want)
	}
	err = registry().Decode(plain.Source{Text: `{"Speed":1,"Rate":1}`, Budget: budget(0)}, &got)
	if err == nil || !strings.Contains(err.Error(), "got field Rate twice") {
		t.Errorf("got %v for a field under both of its keys", err)
	}
	if err := registry().Decode(plain.Source{Text: `{"Concentration":1}`, Budget: budget(0)}, &got); err == nil {
		t.Error("the name in Go is read, which is no key")
	}
	type twice struct {
		A float64
		B float64 `file:"C,A"`
	}
	if err := new(plain.Registry).Add("twice", twice{}); err == nil || !strings.Contains(err.Error(), `field B: got key "A", want one of its own`) {
		t.Errorf("got %v for two fields of one key", err)
	}
	r := new(plain.Registry)
	if err := r.Add("after", after{}); err != nil {
		t.Fatal(err)
	}
	want := []string{"after Rate: float64", "after Shape: float64", "after Speed: float64"}
	if got := r.Keys(); !slices.Equal(got, want) {
		t.Errorf("got keys %q, want %q", got, want)
	}
}

// Lists beside the text go by their paths, as parameters do.
func TestLists(t *testing.T) {
	type table struct {
		Rows  [][]float64
		Empty []float64
		Ints  []int
		Param *autodiff.Param
	}
	want := table{[][]float64{{1, math.Inf(-1)}, {}, {3}}, []float64{}, []int{4}, autodiff.NewParam(1, 1, nil)}
	text, params, lists, err := registry().EncodeLists(&want, "mine/")
	const wantText = `{"Rows":["mine/Rows.0",[],"mine/Rows.2"],"Empty":[],"Ints":[4],"Param":"mine/Param"}`
	if err != nil || string(text) != wantText || len(lists) != 2 || lists[1].Name != "mine/Rows.2" || params[0].Name != "mine/Param" {
		t.Fatalf("got %s, %v, %v, %v, want %s", text, params, lists, err, wantText)
	}
	var got table
	left := budget(1000)
	err = registry().Decode(plain.Source{
		Text: string(text), Budget: left,
		Param: func(string) (*autodiff.Param, error) { return want.Param, nil },
		List: func(name string) ([]float64, error) {
			for _, l := range lists {
				if l.Name == name {
					return l.List, nil
				}
			}
			return nil, errors.New("missing")
		},
	}, &got)
	if err != nil || !reflect.DeepEqual(got, want) || *left >= 1000 || *left < 0 {
		t.Errorf("got %v, %v and %d bytes left", got, err, *left)
	}
}
