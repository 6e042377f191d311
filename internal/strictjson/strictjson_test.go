package strictjson_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/normflow/normflow/internal/strictjson"
)

func skip(text string) error {
	r := strictjson.New(text)
	if err := r.Skip(); err != nil {
		return err
	}
	return r.End()
}

// FuzzSkip: what is JSON here is JSON to the standard library, and the other
// way but for what is refused on purpose: depth, bytes that are no UTF-8, lone surrogates.
func FuzzSkip(f *testing.F) {
	for _, s := range []string{
		`{"a":[1,-2.5e3,0,-0],"b":{"c":"x\u00e9\ud83d\ude00\n"},"d":null,"e":true,"f":false}`, ` [ ] `, `{}`, `""`,
		``, `[1,]`, `{"a":1,}`, `01`, `1.`, `1e`, `-`, `nul`, `"\x"`, `"\ud800"`, `"`, `"\`, `"\u12`, "\"\x01\"", `{"a"1}`, `{1:2}`, `[1 2]`, `1 2`, "\"\xff\"",
		`"\u+123"`, strings.Repeat("[", 300), strings.Repeat(`{"a":`, 300), "\x00", "1\x00",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		err := skip(text)
		want := json.Valid([]byte(text))
		if err == nil && !want {
			t.Errorf("%q: got no error, want one", text)
		}
		if err != nil && want {
			for _, reason := range []string{"nested", "UTF-8", "surrogate"} {
				if strings.Contains(err.Error(), reason) {
					return
				}
			}
			t.Errorf("%q: got %v, want none", text, err)
		}
	})
}

func FuzzString(f *testing.F) {
	for _, s := range []string{"", "plain", "\"\\/\b\n\x00\x1f", "é😀\u2028\ufffd"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		text := string(strictjson.AppendString(nil, s))
		if got, err := strictjson.New(text).String(); err != nil || got != s {
			t.Errorf("%q: got %q, %v", s, got, err)
		}
		var std string
		if err := json.Unmarshal([]byte(text), &std); err != nil || std != s {
			t.Errorf("%q: encoding/json got %q, %v", s, std, err)
		}
	})
}

func FuzzFloat(f *testing.F) {
	for _, x := range []float64{0, math.Copysign(0, -1), 1, 1e21, 5e-324, math.MaxFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 0.1} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		text := string(strictjson.AppendFloat(nil, x))
		got, err := strictjson.New(text).Float()
		if err != nil || math.Float64bits(got) != math.Float64bits(x) && !(math.IsNaN(got) && math.IsNaN(x)) {
			t.Errorf("%v: got %v, %v from %s", x, got, err, text)
		}
		if !json.Valid([]byte(text)) {
			t.Errorf("%v: got %s, want JSON", x, text)
		}
	})
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`1.5`, "got 1.5, want an integer"},
		{`99999999999999999999`, "want an integer"},
		{`"x"`, `got '"', want a number`},
		{``, "got the end, want a number"},
	} {
		_, err := strictjson.New(c.text).Int()
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: got %v, want %q", c.text, err, c.want)
		}
	}
	if _, err := strictjson.New(`1e999`).Float(); err == nil {
		t.Error("1e999: got no error")
	}
	if _, err := strictjson.New(`"Inf"`).Float(); err == nil {
		t.Error(`"Inf": got no error`)
	}
	if err := skip(strings.Repeat("[", 1000) + strings.Repeat("]", 1000)); err == nil || !strings.Contains(err.Error(), "nested deeper than 200") {
		t.Errorf("got %v, want nested too deeply", err)
	}
}

// Reading allocates what the closures of objects and arrays need, nothing for strings and numbers.
func TestAllocations(t *testing.T) {
	text := `{"a":[1,2,{"b":"c"}],"d":1e5,"e":[true,null]}`
	if n := testing.AllocsPerRun(10, func() {
		if skip(text) != nil {
			t.Fail()
		}
	}); n > 8 { // closures
		t.Errorf("got %v allocations", n)
	}
}
