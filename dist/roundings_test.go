package dist_test

import (
	"math"
	"testing"

	"github.com/normflow/normflow/dist"
)

// Where a value is small because its terms cancel, these must not lose digits. The exact values are of 60 digits; most is in
// units of the last place, and leaves to the inputs' own rounding what it takes.
func TestTermsThatCancel(t *testing.T) {
	at := func(x float64) []float64 { return []float64{x} }
	logLogistic, logitNormal := dist.NewLogLogistic(1, f(-2.24), f(0.871)), dist.NewLogitNormal(1, f(-0.0409), f(2.09))
	skellam, steep := dist.NewSkellam(1, f(29.9), f(22.9)), dist.NewLogLogistic(1, f(-2.88), f(0.0516))
	cauchy := dist.NewTruncated(dist.NewCauchy(1, f(0.979), f(0.0602)), f(-1.14), f(18.26))
	johnson := dist.NewJohnsonSU(1, f(-0.658), f(4.75), f(-1.6), f(16))
	checkRoundings(t, []rounding{
		{"log-density of LogLogistic(-2.24, 0.871) at 1.03e-8", logLogistic.LogProb(at(1.0317304103679091e-08)), -0.013710126649513318, 30},
		{"log-density of LogLogistic(-2.24, 0.871) at 4e-12", logLogistic.LogProb(at(3.992673815608999e-12)), -1.1773932850719055, 2},
		{"log-density of LogLogistic(-2.88, 0.0516) at 0.0563", steep.LogProb(at(0.05627886017701572)), 4.4547584806739975, 1.5},
		{"log-density of LogitNormal(-0.0409, 2.09) at 0.00128", logitNormal.LogProb(at(0.001276280362926788)), -0.009902614845967179, 60},
		{"log-density of LogitNormal(-0.0409, 2.09) at 0.985", logitNormal.LogProb(at(0.9848630930117951)), 0.5149138492221598, 2.5},
		{"cdf of LogitNormal(3.07, 7.1) at 4.8e-14", dist.NewLogitNormal(1, f(3.07), f(7.1)).CDF(nil, at(4.8135628652114886e-14))[0], 1.0101963496067022e-06, 2},
		{"log-density of Skellam(29.9, 22.9) at -17", skellam.LogProb(at(-17)), -8.391695465664016, 2},
		{"log-density of Skellam(29.9, 22.9) at 19", skellam.LogProb(at(19)), -4.271652878740992, 2},
		{"log-density of Skellam(2.5, 161) at -164", dist.NewSkellam(1, f(2.5), f(161)).LogProb(at(-164)), -3.5753479992106905, 4},
		{"log-density of Skellam(60, 2) at 60", dist.NewSkellam(1, f(60), f(2)).LogProb(at(60)), -3.0302666561811973, 4},
		{"sf of JohnsonSU(-0.658, 4.75, -1.6, 16) at 8795", johnson.Survival(nil, at(8795.365676338293))[0], 1.7460616003827667e-233, 4},
		{"quantile of TwoPieceNormal(2.03, 18.8, 3.18) at 0.0936", dist.NewTwoPieceNormal(1, f(2.03), f(18.8), f(3.18)).Quantile(nil, at(0.09360801371410772))[0], 2.3279361542381936, 2},
		{"cdf of TwoPieceNormal(2.03, 18.8, 3.18) at 2.328", dist.NewTwoPieceNormal(1, f(2.03), f(18.8), f(3.18)).CDF(nil, at(2.3279361542381936))[0], 0.09360801371410772, 1},
		{"mean of HalfStudentT(162, -3.88, 6.64)", dist.NewHalfStudentT(1, f(162), f(-3.88), f(6.64)).Mean(nil)[0], 1.4426397878743555, 2},
		{"mean of HalfStudentT(26.3, -1.08, 2.99)", dist.NewHalfStudentT(1, f(26.3), f(-1.08), f(2.99)).Mean(nil)[0], 1.376513728573799, 2},
		{"mean of JohnsonSU(-1.17, 2.6, -4.87, 8.63)", dist.NewJohnsonSU(1, f(-1.17), f(2.6), f(-4.87), f(8.63)).Mean(nil)[0], -0.5458033448029697, 2},
		{"entropy of Beta(0.38, 0.792)", dist.NewBeta(1, f(0.38), f(0.792)).Entropy(), -0.5318185534674987, 4},
		{"entropy of Chi(0.426)", dist.NewChi(1, f(0.426)).Entropy(), -0.10181474304221763, 4},
		{"entropy of Gamma(2.22, 5.14)", dist.NewGamma(1, f(2.22), f(5.14)).Entropy(), 0.01295453148773992, 30},
		{"log-density of Weibull(0.44, 3.88) at 2.5e-4", dist.NewWeibull(1, f(0.44), f(3.88)).LogProb(at(0.00025268606236547705)), 3.2067454563328583, 3},
		{"log-density of ExpGamma(6.63, 3.79) at 34.7", dist.NewExpGamma(1, f(6.63), f(3.79)).LogProb(at(34.684855084987284)), -4.386118683148083e+15, 4},
		{"log-density of Dirichlet(0.256, 0.211, 0.281)", dist.NewDirichlet(3, f(0.256, 0.211, 0.281)).LogProb([]float64{0.40498287046995113, 9.384624963274787e-07, 0.5950161910675525}), 8.306767822672828, 1.5},
		{"log-density of Beta(1.28, 90) at 5.26e-5", dist.NewBeta(1, f(1.28), f(90)).LogProb(at(5.258857193891926e-05)), 3.1027804895421065, 2},
		{"entropy of VonMises(-0.859, 19.9)", dist.NewVonMises(1, f(-0.859), f(19.9)).Entropy(), -0.0633482855421334, 40},
		{"mean of GPD(-3.25, 3.93, 0.00379)", dist.NewGPD(1, f(-3.25), f(3.93), f(0.00379)).Mean(nil)[0], 0.6949513656759119, 3},
		{"quantile of ExpGamma(24.4, 7.75) at 0.339", dist.NewExpGamma(1, f(24.4), f(7.75)).Quantile(nil, at(0.33889001193470586))[0], 1.0473670728694595, 1},
		{"sf of InverseGaussian(5.26, 2.39) at 6.79", dist.NewInverseGaussian(1, f(5.26), f(2.39)).Survival(nil, at(6.79026419460353))[0], 0.21549453112957506, 2},
		{"variance of PERT(4.38, 7.0005, 9.72, 2.05)", dist.NewPERT(1, f(4.38), f(7.0005), f(9.72), f(2.05)).Variance(nil)[0], 1.4115390532942187, 1},
		{"log-density of SinhArcsinh(0.423, 0.482, 1.25, 1.14) at -30.1", dist.NewSinhArcsinh(1, f(0.423), f(0.482), f(1.25), f(1.14)).LogProb(at(-30.082555507044027)), -85009.04012750578, 12},
		{"cdf of Cauchy(0.979, 0.0602) from -1.14 to 18.26 at 0.765", cauchy.CDF(nil, at(0.7653449896741257))[0], 0.07918445567232457, 2},
		{"sf of Cauchy(0.979, 0.0602) from -1.14 to 18.26 at 0.973", cauchy.Survival(nil, at(0.9733829370919868))[0], 0.533924906383936, 1},
		{"mean of ExpGamma(5.96, 10.5)", dist.NewExpGamma(1, f(5.96), f(10.5)).Mean(nil)[0], -0.65253686559526542, 1},
		{"mean of SigmoidBeta(5.96, 7.25)", dist.NewSigmoidBeta(1, f(5.96), f(7.25)).Mean(nil)[0], -0.21161513531552376, 1.5},
		{"sf of Pareto(0.726, 13.8) at 11321", dist.NewPareto(1, f(13.8), f(0.726)).Survival(nil, at(11320.787705116347))[0], 1.3722323288823554e-58, 12},
		{"variance of LogNormal(0.456, 2.9)", dist.NewLogNormal(1, f(0.456), f(2.9)).Variance(nil)[0], 5.0212639977968e+07, 2},
	})
	// e⁻ᶻ of Moyal's density overflows, half of it does not: the rounding of z = −709.9 alone moves it by 10⁻¹³.
	got, want := dist.NewMoyal(1, f(3.31), f(15.7)).LogProb(at(-11142.277752991498)), -1.0209077050912457e308
	if !(math.Abs(got/want-1) < 1e-13) {
		t.Errorf("log-density of Moyal(3.31, 15.7) at −11142: got %v, want %v", got, want)
	}
}

// Nor may these, where the roundings of what the formulas compute on the way count for more than those of the inputs.
func TestRoundingsOnTheWay(t *testing.T) {
	at := func(x float64) []float64 { return []float64{x} }
	gap := dist.NewTruncated(dist.NewNormal(1, f(-8.09423918967515), f(0.3566)), f(0.63), f(1.1))
	far := dist.NewTruncated(dist.NewCauchy(1, f(-14.6), f(1.87)), f(-10.485055369388006), f(-1.4))
	checkRoundings(t, []rounding{
		{"quantile of Normal(-8.09, 0.357) from 0.63 to 1.1 at 0.291", gap.Quantile(nil, at(0.2906746469728094))[0], 0.6349962101966231, 1.5},
		{"quantile of Normal(-8.09, 0.357) from 0.63 to 1.1 at 0.772", gap.Quantile(nil, at(0.7724217440916517))[0], 0.6515138174836151, 1.5},
		{"sf of Cauchy(-14.6, 1.87) from -10.49 to -1.4 at -1.43", far.Survival(nil, at(-1.4325187109954498))[0], 0.0011999655246540675, 30},
		{"cdf of GEV(0.603, 0.26, -0.049) at 0.079", dist.NewGEV(1, f(0.6034), f(0.26), f(-0.049)).CDF(nil, at(0.07898563776913455))[0], 0.001065460139127482, 13},
		{"variance of JohnsonSU(1.187, 1.083, 1.04, 10.1)", dist.NewJohnsonSU(1, f(1.187), f(1.083), f(1.0438214164452226), f(10.07)).Variance(nil)[0], 793.6969884643985, 2},
		{"quantile of JohnsonSU(-0.406, 0.512, -0.92, 24) at 8.13e-7", dist.NewJohnsonSU(1, f(-0.40581535482466835), f(0.512), f(-0.92), f(24)).Quantile(nil, at(8.131569485046911e-07))[0], -63427.44591945682, 14},
		{"quantile of SinhArcsinh(-0.126, 3, 19, 40.4) at 0.00112", dist.NewSinhArcsinh(1, f(-0.12624838202676947), f(2.998), f(19), f(40.38485542549747)).Quantile(nil, at(0.001115985853469886))[0], -363.9809429590071, 3},
		{"log-density of Skellam(7.4, 9.888) at 4", dist.NewSkellam(1, f(7.4), f(9.888)).LogProb(at(4)), -3.570542582847528, 1.5},
		{"log-density of LogNormal(0.018, 1.46) at 0.00105", dist.NewLogNormal(1, f(0.018), f(1.46)).LogProb(at(0.0010521451288712832)), -5.527095293181131, 4.5},
		{"quantile of SigmoidBeta(1.26, 0.471) at 0.317", dist.NewSigmoidBeta(1, f(1.26), f(0.471)).Quantile(nil, at(0.31677346101189746))[0], 0.5730597547680475, 3},
		{"cdf of SigmoidBeta(1.26, 0.471) at 0.573", dist.NewSigmoidBeta(1, f(1.26), f(0.471)).CDF(nil, at(0.5730597547680475))[0], 0.31677346101189746, 1},
		{"sf of StudentT(2.87, 0, 16.5) at 12.9", dist.NewStudentT(1, f(2.87), f(0), f(16.490050217140613)).Survival(nil, at(12.899814425927586))[0], 0.24673424830638324, 2},
		{"entropy of StudentT(5.26, 62, 0.168)", dist.NewStudentT(1, f(5.26), f(62), f(0.1684738903970081)).Entropy(), -0.16411856511548406, 5},
		{"quantile of VonMises(0.48, 6.4) at 0.378", dist.NewVonMises(1, f(0.48), f(6.4)).Quantile(nil, at(0.3781382080418972))[0], 0.35457148988175635, 4},
	})
}

// A rounding is a value that may miss the exact one by most units in the last place.
type rounding struct {
	what            string
	got, want, most float64
}

func checkRoundings(t *testing.T, all []rounding) {
	for _, c := range all {
		if e := math.Abs(c.got-c.want) / ulp(c.want); !(e <= c.most) {
			t.Errorf("%s: got %v, want %v: %.3g ulp, at most %v", c.what, c.got, c.want, e, c.most)
		}
	}
}

// Around their joint the quantiles of the two pieces keep their distance from it.
func TestTwoPieceNormalAtTheJoint(t *testing.T) {
	for _, γ := range []float64{1e-3, 0.5, 3.18, 40} {
		d := dist.NewTwoPieceNormal(1, f(0), f(1), f(γ))
		for _, z := range []float64{-1e-3, -1e-6, 1e-6, 1e-3} {
			p := d.CDF(nil, []float64{z})[0]
			slope := math.Exp(d.LogProb([]float64{z}))
			// p is rounded, and so is what is left of it above
			if got := d.Quantile(nil, []float64{p})[0]; !(math.Abs(got-z) <= 2*ulp(p)/slope) {
				t.Errorf("γ = %v: the quantile of the cdf at %v is %v", γ, z, got)
			}
		}
	}
}
