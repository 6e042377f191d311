//go:build !race

package flow_test

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/rng"
)

// The race detector allocates too.
func TestLoadMemory(t *testing.T) {
	m := flow.RealNVP(flow.Arch{Dim: 8, Hidden: []int{256, 256}}, rng.New(1))
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	for how, r := range map[string]io.Reader{"": bytes.NewReader(b.Bytes()), "as a stream": io.MultiReader(bytes.NewReader(b.Bytes()))} {
		if n := memtest.Allocated(func() {
			if _, err := flow.Load(r); err != nil {
				t.Error(err)
			}
		}); n > memtest.Bound(b.Bytes()) {
			t.Errorf("got %d bytes allocated for a model of %d %s", n, b.Len(), how)
		}
	}
}

// Large files: memory follows also what the architecture says at length.
func TestLoadMemoryLarge(t *testing.T) {
	permute := base + `{"kind":"permute","Perm":[`
	for _, c := range []struct {
		name, arch, want string
	}{
		{"many bijectors", base + strings.Repeat(`{"kind":"exp"},`, 75000) + "null]}", "Map.75000: got no bijector"},
		{"nothing, often", base + strings.Repeat(`{},`, 4e5) + "null]}", "Map.0: got no kind"},
		{"shared parameter", base + strings.Repeat(`{"kind":"shift","By":{"Param":"t"}},`, 1e5) + "null]}", `Map.0.By.Param: tensor "t" is missing`},
		{"null, often", base + strings.Repeat(`null,`, 1e6) + "null]}", words("more memory than the size of the file justifies", "Map.0: got no bijector")},
		{"names with escapes", base + strings.Repeat(`{"kind":"\u0065\u0078\u0070"},`, 75000) + "null]}", "Map.75000: got no bijector"},
		{"many wide flows", `{"Base":{"kind":"dist.joint","Parts":[` + strings.Repeat(`{"kind":"flow","Base":{"kind":"dist.std-normal","D":16000},"Map":[]},`, 1000) + "null]}}",
			"got no distribution as part 1000"},
		{"list of one digit", permute + strings.Repeat("0,", 6e5) + "0]}]}", words("more memory than the size of the file justifies", "Map.0: bijector: Permute: got column 0 at place 1")},
		{"wrong list", permute + strings.Repeat("123456,", 2e5) + "0]}]}", "Map.0: bijector: Permute: got column 123456 at place 1"},
	} {
		b := file(c.arch)
		most := memtest.Bound(b)
		var err error
		if n := memtest.Allocated(func() { _, err = flow.Load(bytes.NewReader(b)) }); n > most {
			t.Errorf("%s: got %d bytes allocated for %d, want at most %d", c.name, n, len(b), most)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) || len(err.Error()) > 300 {
			t.Errorf("%s: got %.300v, want %q", c.name, err, c.want)
		}
	}
}

// words returns the first text where integers have 64 bits, else the second: values of a file take half the memory there.
func words(of64, of32 string) string {
	if strconv.IntSize == 64 {
		return of64
	}
	return of32
}

// Thousands of parameters of one element are more file than values.
func TestLoadSmallParameters(t *testing.T) {
	for what, make := range map[string]func() bijector.Bijector{
		"shift":   func() bijector.Bijector { return bijector.NewShift(autodiff.Learned(1)) },
		"normal":  func() bijector.Bijector { return bijector.NewNormalCDF(autodiff.Learned(0), autodiff.Learned(9)) },
		"actnorm": func() bijector.Bijector { return bijector.NewActNorm(2) },
	} {
		var maps []bijector.Bijector
		for range 8000 {
			maps = append(maps, make())
		}
		var b bytes.Buffer
		if err := flow.New(dist.NewStdNormal(2), maps...).Save(&b); err != nil {
			t.Fatal(err)
		}
		file := b.Bytes()
		var err error
		if n := memtest.Allocated(func() { _, err = flow.Load(bytes.NewReader(file)) }); n > memtest.Bound(file) || err != nil {
			t.Errorf("%s: got %d bytes allocated for %d, and %v", what, n, len(file), err)
		}
	}
}
