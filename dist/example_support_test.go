package dist_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/dist"
)

func ExampleSupport() {
	for _, d := range []dist.Supported{
		dist.NewUniform(2, autodiff.Fixed(0), autodiff.Fixed(1, 2)),
		dist.NewNormal(1, autodiff.Fixed(0), autodiff.Fixed(1)),
	} {
		var s dist.Support = d.Support()
		fmt.Println(s.Shape, s.Shape == dist.Shape("box"), s.Low, s.High, s.Unbounded())
	}
	// Output:
	// box true [0 0] [1 2] false
	// box true [-Inf] [+Inf] true
}
