package dist_test

import (
	"github.com/normflow/normflow/dist"
	"gonum.org/v1/gonum/stat/distmv"
)

// Every distribution is a distmv.RandLogProber of gonum.
var (
	_ distmv.RandLogProber = (*dist.StdNormal)(nil)
	_ distmv.RandLogProber = (*dist.Columns)(nil)
)
