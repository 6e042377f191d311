package flow

import "math/rand/v2"

// A Preset is a flow for rows of numbers by its name, for programs that go through all of them.
type Preset struct {
	Name string
	New  func(Arch, rand.Source) *Transformed
}

// Presets returns all presets for rows of numbers, in the order of the README's table. What needs more than an [Arch] is not among them: the graph of a bijector.Graphical,
// without which it would be MAF, the shape of images of [Glow].
func Presets() []Preset {
	return []Preset{
		{"NICE", NICE},
		{"RealNVP", RealNVP},
		{"NSF", NSF},
		{"MAF", MAF},
		{"IAF", IAF},
		{"NSFAR", NSFAR},
		{"NCSF", NCSF},
		{"TriangularSpline", TriangularSpline},
		{"CNF", CNF},
		{"Planar", Planar},
		{"Radial", Radial},
		{"Sylvester", Sylvester},
		{"BNAF", BNAF},
		{"NAF", NAF},
		{"UNAF", UNAF},
		{"SOSPF", SOSPF},
		{"BPF", BPF},
		{"GF", GF},
		{"Residual", Residual},
	}
}
