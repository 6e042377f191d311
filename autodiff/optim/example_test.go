package optim_test

import (
	"fmt"

	"github.com/normflow/normflow/autodiff/optim"
)

// gradient is that of (p₁ − 1)² + 10·(p₂ + 2)².
func gradient(grad, p []float64) { grad[0], grad[1] = 2*(p[0]-1), 20*(p[1]+2) }

func ExampleAdam() {
	p, grad := make([]float64, 2), make([]float64, 2)
	opt, schedule := new(optim.Adam), optim.Cosine{Start: 0.1}
	const steps = 500
	for i := range steps {
		gradient(grad, p)
		opt.Step(p, grad, schedule.Rate(i, steps))
	}
	fmt.Printf("%.4f\n", p)
	// Output: [1.0000 -2.0000]
}

func ExampleAdamW() {
	p := []float64{1}
	opt := &optim.AdamW{Decay: 0.5}
	for range 10 {
		opt.Step(p, []float64{0}, 0.1) // without gradients weights only decay
	}
	fmt.Printf("%.4f\n", p) // 0.95¹⁰
	// Output: [0.5987]
}

func ExampleSGD() {
	p, grad := make([]float64, 2), make([]float64, 2)
	opt := &optim.SGD{Momentum: 0.9, Nesterov: true}
	for range 300 {
		gradient(grad, p)
		opt.Step(p, grad, 0.01)
	}
	fmt.Printf("%.4f\n", p)
	// Output: [1.0000 -2.0000]
}

// A checkpoint holds the parameters and the state.
func ExampleState() {
	p, grad := []float64{3, 4}, []float64{1, -1}
	var a, b optim.Adam
	a.Step(p, grad, 0.1)
	err := b.SetState(a.State())
	q := append([]float64(nil), p...)
	a.Step(p, grad, 0.1)
	b.Step(q, grad, 0.1)
	fmt.Println(err, p[0] == q[0], p[1] == q[1], b.State().Steps)
	// Output: <nil> true true 2
}

func ExampleOptimizer() {
	p := make([]float64, 1)
	for _, opt := range []optim.Optimizer{&optim.Adam{}, &optim.AdamW{}, &optim.SGD{}} {
		p[0] = 1
		opt.Step(p, []float64{2}, 0.1)
		fmt.Printf("%T %.3f\n", opt, p)
	}
	// Output:
	// *optim.Adam [0.900]
	// *optim.AdamW [0.899]
	// *optim.SGD [0.800]
}

func ExampleSchedule() {
	const total = 10
	for _, s := range []optim.Schedule{
		optim.Constant(0.1),
		optim.Cosine{Start: 0.1, Final: 0.1},
		optim.OneCycle{Peak: 0.1},
		optim.StepDecay{Start: 0.1, Every: 4},
		optim.WarmUp{Steps: 3, Then: optim.Constant(0.1)},
	} {
		fmt.Printf("%T", s)
		for step := range total {
			fmt.Printf(" %.3f", s.Rate(step, total))
		}
		fmt.Println()
	}
	// Output:
	// optim.Constant 0.100 0.100 0.100 0.100 0.100 0.100 0.100 0.100 0.100 0.100
	// optim.Cosine 0.100 0.098 0.091 0.081 0.069 0.055 0.041 0.029 0.019 0.012
	// optim.OneCycle 0.004 0.052 0.100 0.095 0.081 0.061 0.039 0.019 0.005 0.000
	// optim.StepDecay 0.100 0.100 0.100 0.100 0.010 0.010 0.010 0.010 0.001 0.001
	// optim.WarmUp 0.025 0.050 0.075 0.100 0.100 0.100 0.100 0.100 0.100 0.100
}

func ExampleConstant() {
	fmt.Println(optim.Constant(1e-3).Rate(5, 100))
	// Output: 0.001
}

func ExampleCosine() {
	c := optim.Cosine{Start: 1, Final: 0.01}
	fmt.Printf("%.3f %.3f %.3f\n", c.Rate(0, 100), c.Rate(50, 100), c.Rate(100, 100))
	// Output: 1.000 0.505 0.010
}

func ExampleOneCycle() {
	c := optim.OneCycle{Peak: 1, Rise: 0.5}
	fmt.Printf("%.3f %.3f %.6f\n", c.Rate(0, 100), c.Rate(49, 100), c.Rate(99, 100))
	// Output: 0.040 1.000 0.000004
}

func ExampleStepDecay() {
	d := optim.StepDecay{Start: 1, Every: 30, Factor: 0.5}
	fmt.Println(d.Rate(29, 100), d.Rate(30, 100), d.Rate(99, 100))
	// Output: 1 0.5 0.125
}

func ExampleWarmUp() {
	w := optim.WarmUp{Steps: 9, Then: optim.Cosine{Start: 1}}
	fmt.Printf("%.2f %.2f %.2f\n", w.Rate(0, 109), w.Rate(9, 109), w.Rate(59, 109))
	// Output: 0.10 1.00 0.50
}
