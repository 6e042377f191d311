package train

import (
	"fmt"
	"math"

	"github.com/normflow/normflow/internal/safetensors"
)

// tensors reads tensors and keeps the first error.
type tensors struct {
	file *safetensors.File
	err  error
}

// get returns n finite values.
func (r *tensors) get(name string, n int) []float64 {
	x := r.any(name, n)
	for i, v := range x {
		if math.IsNaN(v-v) && r.err == nil {
			r.err = fmt.Errorf("tensor %q: got %v as value %d, want a finite number", name, v, i)
		}
	}
	return x
}

// any returns n values, whatever they are.
func (r *tensors) any(name string, n int) []float64 {
	t := r.file.Tensor(name)
	if t == nil || t.Len() != n {
		if r.err == nil {
			r.err = fmt.Errorf("tensor %q: got %s, want %d numbers", name, describe(t), n)
		}
		return make([]float64, n)
	}
	return t.Floats()
}

// all returns name.0, name.1, … of n values each, got one by one.
func (r *tensors) all(name string, n int, get func(name string, n int) []float64) (x [][]float64) {
	for i := 0; r.file.Tensor(fmt.Sprintf("%s.%d", name, i)) != nil; i++ {
		x = append(x, get(fmt.Sprintf("%s.%d", name, i), n))
	}
	return x
}

func describe(t *safetensors.Tensor) string {
	if t == nil {
		return "none"
	}
	return fmt.Sprintf("%v", t.Shape)
}
