package autodiff_test

import (
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/internal/niltest"
	"gonum.org/v1/gonum/mat"
)

func TestNil(t *testing.T) {
	m := mat.NewDense(1, 1, nil)
	niltest.Run(t, "autodiff", map[string]niltest.Call{
		"FixedMatrix":   niltest.Of(autodiff.FixedMatrix, m),
		"LearnedMatrix": niltest.Of(autodiff.LearnedMatrix, m),
	})
}
