package bijector_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/autodiff/optim"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/bijector/bijectortest"
	"github.com/normflow/normflow/internal/rng"
	"gonum.org/v1/gonum/mat"
)

var none autodiff.Value

// forward returns b at the rows of x.
func forward(b bijector.Bijector, x mat.Matrix) *mat.Dense {
	return b.Forward(autodiff.NewTape().Matrix(x)).Dense()
}

// unit returns the d×d identity matrix.
func unit(d int) *mat.Dense {
	m := mat.NewDense(d, d, nil)
	for i := range d {
		m.Set(i, i, 1)
	}
	return m
}

// Constants are used to the last bit: the images of the unit vectors are the columns
// of the matrix.
func TestFixedMatricesAreExact(t *testing.T) {
	l := mat.NewDense(3, 3, []float64{-0.7, 0, 0, 0.383, 1.546, 0, 0.892, -0.555, -1.945})
	got := forward(bijector.NewTriL(autodiff.FixedMatrix(l), none), unit(3))
	if !mat.Equal(got.T(), l) {
		t.Errorf("got %v, want %v", mat.Formatted(got.T()), mat.Formatted(l))
	}
}

// Learned maps start as the identity, or within rounding of it.
func TestLearnedMapsStartAsTheIdentity(t *testing.T) {
	eye := autodiff.LearnedIdentity
	for name, b := range map[string]bijector.Bijector{
		"TriL":        bijector.NewTriL(eye(3), autodiff.Learned(0, 0, 0)),
		"TriLLowRank": bijector.NewTriLLowRank(eye(3), autodiff.NewParam(3, 2, nil), none, none),
		"LU":          bijector.NewLU(eye(3), nil, none),
		"Scale":       bijector.NewScale(autodiff.Learned(1)),
		"Linear":      bijector.NewLinear(eye(3), none),
		"Householder": bijector.NewHouseholder(bijector.PairedAxes(4, 3, rng.New(1))),
		"QR":          bijector.NewQR(bijector.PairedAxes(2, 3, rng.New(2)), eye(3), none),
		"SVD":         bijector.NewSVD(bijector.PairedAxes(2, 3, rng.New(3)), bijector.PairedAxes(4, 3, rng.New(4)), autodiff.Learned(1, 1, 1), none),
		"MatrixExp":   bijector.NewMatrixExp(autodiff.NewParam(3, 3, nil), none),
		"Rotation":    bijector.NewRotation(autodiff.NewParam(3, 3, nil)),
		"Cayley":      bijector.NewCayley(autodiff.NewParam(3, 3, nil)),
		"LowRank":     bijector.NewLowRank(autodiff.Learned(1, 1, 1), autodiff.NewParam(3, 2, nil), nil, none),
	} {
		x := bijectortest.Normal(4, 3)
		if got := forward(b, x); !mat.EqualApprox(got, x, 2e-15) {
			t.Errorf("%s: got %v, want %v", name, mat.Formatted(got), mat.Formatted(x))
		}
	}
}

func TestLinearPanics(t *testing.T) {
	fixed, learned := autodiff.Fixed, autodiff.Learned
	square := autodiff.LearnedIdentity(2)
	for name, f := range map[string]func(){
		"zero scale":       func() { bijector.NewScale(fixed(1, 0)) },
		"mixed signs":      func() { bijector.NewScale(learned(1, -1)) },
		"empty value":      func() { bijector.NewShift(none) },
		"lengths":          func() { bijector.NewDiagonal(fixed(1, 2, 3), fixed(1, 2)) },
		"not square":       func() { bijector.NewTriL(autodiff.NewParam(2, 3, nil), none) },
		"zero on diagonal": func() { bijector.NewTriL(autodiff.NewParam(2, 2, nil), none) },
		"shift of L":       func() { bijector.NewTriL(square, fixed(1, 2, 3)) },
		"perturbation":     func() { bijector.NewTriLLowRank(autodiff.LearnedIdentity(2), autodiff.NewParam(3, 1, nil), none, none) },
		"no perturbation":  func() { bijector.NewTriLLowRank(autodiff.LearnedIdentity(2), nil, none, none) },
		"perturbation sizes": func() {
			bijector.NewTriLLowRank(autodiff.LearnedIdentity(2), autodiff.NewParam(2, 3, nil), fixed(1, 2), none)
		},
		"order":         func() { bijector.NewPermute(0, 2) },
		"order twice":   func() { bijector.NewLU(autodiff.LearnedIdentity(2), []int{1, 1}, none) },
		"no columns":    func() { bijector.NewPermute() },
		"axis of zeros": func() { bijector.NewHouseholder(autodiff.NewParam(2, 3, nil)) },
		"no axes":       func() { bijector.NewQR(nil, autodiff.LearnedIdentity(2), none) },
		"axes": func() {
			bijector.NewSVD(bijector.PairedAxes(2, 2, nil), bijector.PairedAxes(2, 3, nil), fixed(1), none)
		},
		"U and V": func() {
			bijector.NewLowRank(fixed(1), autodiff.NewParam(3, 2, nil), autodiff.NewParam(3, 1, nil), none)
		},
		"skew":                 func() { bijector.NewRotation(autodiff.NewParam(3, 2, nil)) },
		"exponential":          func() { bijector.NewMatrixExp(autodiff.NewParam(3, 2, nil), none) },
		"DCT of type 1":        func() { bijector.NewDCT(3, 1) },
		"DCT of nothing":       func() { bijector.NewDCT(0, 2) },
		"shift of a column":    func() { forward(bijector.NewShift(fixed(1, 2)), mat.NewDense(3, 1, nil)) },
		"scale of a column":    func() { forward(bijector.NewScale(fixed(1, 2)), mat.NewDense(3, 1, nil)) },
		"diagonal of a column": func() { forward(bijector.NewDiagonal(fixed(1, 2), none), mat.NewDense(3, 1, nil)) },
		"b of a column":        func() { forward(bijector.NewDiagonal(fixed(2), fixed(1, 2)), mat.NewDense(3, 1, nil)) },
		"standardised column":  func() { forward(bijector.NewStandardizer(2), mat.NewDense(3, 1, nil)) },
		"width": func() {
			forward(bijector.NewTriL(autodiff.LearnedIdentity(2), none), mat.NewDense(1, 3, nil))
		},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("got no panic, want one")
				}
			}()
			f()
		})
	}
}

// A map that a model file describes wrongly is an error, not a panic.
func TestLinearRestore(t *testing.T) {
	for _, b := range []interface{ Restore() error }{
		&bijector.Shift{}, &bijector.Scale{}, &bijector.Diagonal{}, &bijector.TriL{}, &bijector.TriLLowRank{}, &bijector.LU{}, &bijector.Permute{},
		&bijector.Linear{}, &bijector.Householder{}, &bijector.QR{}, &bijector.SVD{}, &bijector.MatrixExp{}, &bijector.Rotation{}, &bijector.LowRank{}, &bijector.DCT{},
		&bijector.Permute{Perm: []int{1, -1}},
		&bijector.Shift{By: autodiff.Value{Param: autodiff.NewParam(2, 1, nil)}},
		&bijector.Diagonal{Scale: autodiff.Fixed(1, 2), Shift: autodiff.Value{Param: autodiff.NewParam(2, 1, nil)}},
		&bijector.TriL{L: autodiff.NewParam(2, 2, nil), Diag: autodiff.Fixed(1)},
		&bijector.LU{Factors: autodiff.NewParam(2, 2, nil), Diag: autodiff.Fixed(1, 1), Perm: []int{0, 1, 2}},
	} {
		if b.Restore() == nil {
			t.Errorf("%#v: got no error, want one", b)
		}
	}
}

// A learned affine map fits a Gaussian: the log-density of standardised data
// rises to that of the best Gaussian.
func TestLearnedMatricesTrain(t *testing.T) {
	shift := func() autodiff.Value { return autodiff.Learned(0, 0) }
	axes := func(seed uint64) *autodiff.Param { return bijector.PairedAxes(2, 2, rng.New(seed)) }
	truth := bijector.NewTriL(autodiff.FixedMatrix(mat.NewDense(2, 2, []float64{2, 0, -1.5, 0.5})), autodiff.Fixed(1, -1))
	data := forward(truth, bijectortest.Normal(400, 2))
	for name, b := range map[string]bijector.Bijector{
		"TriL": bijector.NewTriL(autodiff.LearnedIdentity(2), shift()),
		"TriLLowRank": bijector.NewTriLLowRank(autodiff.LearnedIdentity(2), autodiff.LearnedNormal(2, 2, 0.1, rng.New(1)),
			none, shift()),
		"LU":        bijector.NewLU(autodiff.LearnedIdentity(2), []int{1, 0}, shift()),
		"Linear":    bijector.NewLinear(autodiff.LearnedIdentity(2), shift()),
		"QR":        bijector.NewQR(axes(2), autodiff.LearnedIdentity(2), shift()),
		"SVD":       bijector.NewSVD(axes(3), axes(4), autodiff.Learned(1, 1), shift()),
		"MatrixExp": bijector.NewMatrixExp(autodiff.NewParam(2, 2, nil), shift()),
		"Rotation": bijector.Chain{bijector.NewScale(autodiff.Learned(1, 1)), bijector.NewRotation(autodiff.NewParam(2, 2, nil)),
			bijector.NewShift(shift())},
		"Cayley": bijector.Chain{bijector.NewScale(autodiff.Learned(1, 1)), bijector.NewCayley(autodiff.NewParam(2, 2, nil)),
			bijector.NewShift(shift())},
		"LowRank": bijector.NewLowRank(autodiff.Learned(1, 1), autodiff.LearnedNormal(2, 2, 0.1, rng.New(5)), nil, shift()),
	} {
		t.Run(name, func(t *testing.T) {
			want := nll(truth, autodiff.NewTape().Matrix(data)).Value()
			if got := fit(b, data, 300); got > want {
				t.Errorf("got mean NLL %v, want no more than the true map's %v", got, want)
			}
		})
	}
}

// nll is the mean negative log-density of the rows of y under a standard normal base.
func nll(b bijector.Bijector, y autodiff.Var) autodiff.Var {
	return b.Inverse(y).StdNormalLogDensity().Add(b.ILDJ(y)).Mean().Neg()
}

// fit minimises nll by Adam and returns the last value.
func fit(b bijector.Bijector, data *mat.Dense, steps int) float64 {
	tape := autodiff.NewTape()
	nll(b, tape.Matrix(data))
	v := autodiff.NewVector(tape.Params())
	grad, adam := make([]float64, len(v.Data)), &optim.Adam{}
	var last float64
	for step := range steps {
		clear(grad)
		tape.Reset()
		tape.Accumulate(v, grad)
		loss := nll(b, tape.Matrix(data))
		tape.Backward(loss)
		last = loss.Value()
		adam.Step(v.Data, grad, optim.Cosine{Start: 0.1}.Rate(step, steps))
	}
	return last
}

// Moments far from 0 keep their digits.
func TestStandardizerFarFromZero(t *testing.T) {
	s := bijector.NewStandardizer(1)
	s.Initialize(autodiff.NewTape().Matrix(mat.NewDense(3, 1, []float64{1e9, 1e9 + 1, 1e9 + 2})))
	if got := s.Scale.Data()[0]; math.Abs(got-math.Sqrt(2.0/3)) > 1e-15 {
		t.Errorf("got standard deviation %v, want √⅔", got)
	}
}

// A learned factor keeps the interval that the user gave it, and its sign.
func TestLearnedFactorsKeepTheirSign(t *testing.T) {
	bounded := bijector.NewScale(autodiff.Learned(2).Within("scale", 1, 3))
	negative := bijector.NewScale(autodiff.Learned(-2, -1))
	for _, u := range []float64{-700, -5, 0, 5} {
		bounded.By.Param.Data()[0] = u
		negative.By.Param.Set([]float64{u, -u})
		if x := bounded.By.Numbers()[0]; !(x >= 1 && x <= 3) {
			t.Errorf("raw number %v: got factor %v, want one from 1 to 3", u, x)
		}
		if x := negative.By.Numbers(); !(x[0] < 0 && x[1] < 0) {
			t.Errorf("raw numbers ±%v: got factors %v, want negative ones", u, x)
		}
	}
}
