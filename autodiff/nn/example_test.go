package nn_test

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/nn"
	"gonum.org/v1/gonum/mat"
)

func ExampleMLP() {
	net := nn.NewMLP(2, []int{64, 64}, 4, nn.ReLU, rand.NewPCG(1, 2))
	tape := autodiff.NewTape()
	y := net.Apply(tape.Matrix(mat.NewDense(3, 2, []float64{1, 2, 3, 4, 5, 6})))
	fmt.Println(y.Dims())
	fmt.Println(net.ZeroLast().In(), net.Out(), len(net.Layers))
	// Output:
	// 3 4
	// 2 4 3
}

// The same network in float64 and in float32.
func ExampleMLP_single() {
	net := nn.NewMLP(2, []int{64, 64}, 1, nn.Tanh, rand.NewPCG(1, 2))
	single := &nn.MLP{Layers: net.Layers, Single: true}
	tape := autodiff.NewTape()
	x := tape.Matrix(mat.NewDense(1, 2, []float64{1, 2}))
	difference := net.Apply(x).Value() - single.Apply(x).Value()
	fmt.Println(difference != 0, math.Abs(difference) < 1e-6)
	// Output: true true
}

// A network made by hand: |x₁| + |x₂|.
func ExampleLayer() {
	net := &nn.MLP{Layers: []nn.Layer{
		{W: autodiff.NewParam(2, 4, []float64{1, -1, 0, 0, 0, 0, 1, -1}), B: autodiff.NewParam(1, 4, nil), Act: nn.ReLU},
		{W: autodiff.NewParam(4, 1, []float64{1, 1, 1, 1}), B: autodiff.NewParam(1, 1, nil), Act: nn.Linear},
	}}
	fmt.Println(net.Restore())
	tape := autodiff.NewTape()
	fmt.Println(net.Apply(tape.Matrix(mat.NewDense(1, 2, []float64{3, -4}))).Value())
	// Output:
	// <nil>
	// 7
}

func ExampleConstant() {
	net := nn.NewConstant(2)
	net.Row.Set([]float64{3, 4})
	tape := autodiff.NewTape()
	fmt.Println(net.In(), net.Apply(tape.Zeros(5, 1)).Data())
	// Output: 0 [3 4]
}

// Counts from 0 to 1000 as they are and by their logarithms.
func ExampleFeatures() {
	net := nn.NewFeatures(1, []int{0}, []int{0}, []float64{0.5}, []float64{100, 2}, []float64{50, 1}, 8)
	tape := autodiff.NewTape()
	fmt.Printf("%.2f\n", net.Apply(tape.Matrix(mat.NewDense(3, 1, []float64{0, 10, 1000}))).Data())
	// Output: [-2.00 -2.69 -1.80 0.35 8.00 4.91]
}

func ExampleResMLP() {
	net := nn.NewResMLP(3, 32, 2, 6, nn.ReLU, rand.NewPCG(1, 2))
	tape := autodiff.NewTape()
	fmt.Println(net.Apply(tape.Zeros(5, 3)).Dims())
	// Output: 5 6
}

func ExampleBlock() {
	id := nn.Block{
		Act: nn.ReLU,
		A:   nn.Layer{W: autodiff.NewParam(2, 2, nil), B: autodiff.NewParam(1, 2, nil), Act: nn.ReLU},
		B:   nn.Layer{W: autodiff.NewParam(2, 2, nil), B: autodiff.NewParam(1, 2, nil), Act: nn.Linear},
	}
	tape := autodiff.NewTape()
	fmt.Println(id.Apply(tape.Matrix(mat.NewDense(1, 2, []float64{3, -4}))).Data())
	// Output: [3 -4]
}

func ExampleActivation() {
	tape := autodiff.NewTape()
	x := tape.Matrix(mat.NewDense(1, 2, []float64{-1, 1}))
	for _, a := range []nn.Activation{nn.ELU, nn.LeakyReLU, nn.SiLU} {
		fmt.Printf("%s %.4f\n", a, a.Apply(x).Data())
	}
	// Output:
	// elu [-0.6321 1.0000]
	// leakyrelu [-0.0100 1.0000]
	// silu [-0.2689 0.7311]
}

func ExampleInit() {
	net := nn.NewMLP(2, []int{64}, 1, nn.ReLU, rand.NewPCG(1, 2))
	for _, l := range net.Layers {
		nn.Orthogonal(l, rand.NewPCG(3, 1))
	}
	w := net.Layers[0].W.Matrix() // 2×64
	var gram mat.Dense
	gram.Mul(w, w.T())
	fmt.Println(mat.EqualApprox(&gram, mat.NewDiagDense(2, []float64{1, 1}), 1e-14))
	// Output: true
}

// Contexts of any scale become columns of mean 0 and variance 1.
func ExampleStandardizer() {
	t := autodiff.NewTape()
	years := t.View(3, 1, []float64{1999, 2000, 2001})
	s := nn.NewStandardizer(1)
	s.Initialize(years)
	fmt.Printf("%.3f\n", s.Apply(years).Data())
	// Output: [-1.225 0.000 1.225]
}

func ExampleGatedResMLP() {
	res, gate := nn.NewResMLP(3+2, 16, 1, 4, nn.ReLU, rand.NewPCG(1, 2)), nn.NewLayer(2, 16, nn.Sigmoid, rand.NewPCG(3, 4))
	net := &nn.GatedResMLP{First: res.First, Blocks: []nn.GatedBlock{{Block: res.Blocks[0], Gate: &gate}}, Last: res.Last, Cond: 2}
	if err := net.Restore(); err != nil {
		fmt.Println(err)
	}
	fmt.Println(net.In(), "→", net.Out())
	// Output: 5 → 4
}

func ExampleNorm() {
	norm := nn.Norm{Scale: autodiff.NewParam(1, 2, []float64{2, 3}), Shift: autodiff.NewParam(1, 2, []float64{1, -1})}
	fmt.Println(norm.Scale.Data(), norm.Shift.Data())
	// Output: [2 3] [1 -1]
}

func ExampleGatedBlock() {
	block := nn.GatedBlock{Block: nn.NewResMLP(2, 4, 1, 2, nn.Tanh, rand.NewPCG(1, 2)).Blocks[0]}
	fmt.Println(block.Act, block.A.Out(), block.Gate == nil)
	// Output: tanh 4 true
}

// What an angle of degrees, beside a number, is to networks.
func ExamplePeriodic() {
	net := nn.NewPeriodic(2, []int{0}, []float64{360})
	y := net.Apply(autodiff.NewTape().Matrix(mat.NewDense(2, 2, []float64{90, 7, 450, 8})))
	for i := range 2 {
		fmt.Printf("%.3f %.3f %.3f\n", y.At(i, 0), math.Abs(y.At(i, 1)), y.At(i, 2))
	}
	// Output:
	// 7.000 0.000 1.000
	// 8.000 0.000 1.000
}
