package flow

// Register makes a type known to model files by a short name of its own, such
// as "mylab.flip": a bijector, a univariate, a network, a distribution or a [Lift]. Both
// a program that saves or loads a model registers its types, usually in an init function.
//
// The type is that of prototype, a nil pointer or a zero value, and is plain data:
// its whole state stands in exported fields of type bool, int, float64, string,
// [autodiff.Value], *[autodiff.Param], and slices, arrays, structs, pointers to
// structs and interfaces of these. If it has a method
//
//	Restore() error
//
// that is called when the fields are set: to check them, and to set unexported
// fields that follow from them.
//
// It panics if the name is known already or the type is not plain data. It is
// safe for concurrent use.
func Register(kind string, prototype any) {
	if err := kinds.Add(kind, prototype); err != nil {
		panic("flow: Register: " + err.Error())
	}
}
