package flow_test

import (
	"bytes"
	"fmt"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
)

func ExampleLoad() {
	model := flow.New(dist.NewStdNormal(2), bijector.NewDiagonal(autodiff.Learned(2, 3), autodiff.Learned(1, 1)))
	var file bytes.Buffer // or an *os.File
	if err := model.Save(&file); err != nil {
		fmt.Println(err)
	}
	loaded, err := flow.Load(&file)
	if err != nil {
		fmt.Println(err)
	}
	y := []float64{0.5, -1}
	fmt.Println(loaded.LogProb(y) == model.LogProb(y))
	// Output: true
}

// A service loads a model once and scores many rows, one by one.
func ExampleTransformed_Prepared() {
	var file bytes.Buffer
	if err := flow.RealNVP(flow.Arch{Dim: 2}, nil).Save(&file); err != nil {
		fmt.Println(err)
	}
	model, err := flow.Load(&file)
	if err != nil {
		fmt.Println(err)
		return
	}
	score := model.Prepared().LogProb // for any number of goroutines
	fmt.Println(score([]float64{0.5, -1}) == model.LogProb([]float64{0.5, -1}))
	// Output: true
}

func ExampleFileInfo() {
	model := flow.New(dist.NewStdNormal(2), bijector.NewShift(autodiff.Learned(1, 1)))
	var file bytes.Buffer
	if err := model.Save(&file); err != nil {
		fmt.Println(err)
	}
	info, err := flow.Info(&file)
	if err != nil {
		fmt.Println(err)
	}
	var first flow.TensorInfo = info.Tensors[0]
	fmt.Println(info.Dim, first.Name, first.Rows, first.Cols)
	fmt.Println(info.Architecture)
	// Output:
	// 2 Map.0.By 1 2
	// {"Base":{"kind":"dist.std-normal","D":2},"Map":[{"kind":"shift","By":{"Param":"Map.0.By","Min":"-inf","Max":"inf"}}]}
}

// Units are what the columns of a model are measured in.
type Units struct{ Columns []string }

func ExampleSection() {
	flow.RegisterSection(flow.Section{Name: "example.units", Version: 1, Required: true, Type: (*Units)(nil)})
	model := flow.New(dist.NewStdNormal(2))
	model.Attach(&Units{[]string{"m", "kg"}})
	var file bytes.Buffer
	if err := model.Save(&file); err != nil {
		fmt.Println(err)
	}
	info, err := flow.Info(bytes.NewReader(file.Bytes()))
	if err != nil {
		fmt.Println(err)
	}
	var section flow.SectionInfo = info.Sections[0]
	fmt.Println(section.Name, section.Version, section.Required)
	loaded, err := flow.Load(&file)
	var units *Units
	fmt.Println(loaded.Section(&units), units.Columns, err)
	// Output:
	// example.units 1 true
	// true [m kg] <nil>
}

// A Flip is a bijector of one's own: y = −x.
type Flip struct{}

func (Flip) Forward(x autodiff.Var) autodiff.Var { return x.Neg() }
func (Flip) Inverse(y autodiff.Var) autodiff.Var { return y.Neg() }
func (Flip) ILDJ(y autodiff.Var) autodiff.Var    { return y.Tape().Zeros(1, 1) }

func ExampleRegister() {
	flow.Register("example.flip", Flip{})
	var file bytes.Buffer
	if err := flow.New(dist.NewStdNormal(1), Flip{}).Save(&file); err != nil {
		fmt.Println(err)
	}
	loaded, err := flow.Load(&file)
	fmt.Println(loaded.Map, err)
	// Output: [{}] <nil>
}
