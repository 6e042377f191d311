package train

import (
	"fmt"

	"github.com/normflow/normflow/internal/safetensors"
)

// tensors reads tensors and keeps the first error.
type tensors struct {
	file *safetensors.File
	err  error
}

func (r *tensors) get(name string, n int) []float64 {
	t := r.file.Tensor(name)
	if t == nil || t.Len() != n {
		if r.err == nil {
			r.err = fmt.Errorf("tensor %q: got %s, want %d numbers", name, describe(t), n)
		}
		return make([]float64, n)
	}
	return t.Floats()
}

// all returns name.0, name.1, … of n numbers each.
func (r *tensors) all(name string, n int) (x [][]float64) {
	for i := 0; r.file.Tensor(fmt.Sprintf("%s.%d", name, i)) != nil; i++ {
		x = append(x, r.get(fmt.Sprintf("%s.%d", name, i), n))
	}
	return x
}

func describe(t *safetensors.Tensor) string {
	if t == nil {
		return "none"
	}
	return fmt.Sprintf("%v", t.Shape)
}
