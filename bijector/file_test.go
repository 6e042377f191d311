package bijector_test

import (
	"io"
	"strings"
	"testing"

	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/flowtest"
)

func init() { flow.Register("test.cubic", cubic{}) }

// functions are the cases made of Go functions, which no file can hold.
var functions = map[string]bool{"Inline": true, "Numeric/half-line": true}

// Every bijector of the table survives its file, see flow/kinds.go.
func TestFiles(t *testing.T) {
	for _, c := range table() {
		t.Run(c.Name, func(t *testing.T) {
			_, d := c.X.Dims()
			m := flow.New(dist.NewStdNormal(d), c.B)
			if functions[c.Name] {
				if err := m.Save(io.Discard); err == nil || !strings.Contains(err.Error(), "is not a registered kind") {
					t.Errorf("got %v, want an error that says that functions cannot be saved", err)
				}
				return
			}
			flowtest.File(t, m, c.X, c.Context)
		})
	}
}

// What is wrong with a damaged file is found, see [flowtest.Damage].
func TestDamagedFiles(t *testing.T) {
	for i, c := range table() {
		if functions[c.Name] || testing.Short() && i%8 != 0 {
			continue
		}
		t.Run(c.Name, func(t *testing.T) {
			_, d := c.X.Dims()
			flowtest.Damage(t, flow.New(dist.NewStdNormal(d), c.B))
		})
	}
}
