package bijector_test

import (
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
)

func TestImagePanics(t *testing.T) {
	tape := autodiff.NewTape()
	id := bijector.Identity{}
	for want, f := range map[string]func(){
		"bijector: Squeeze: got 1 channels of 3×2 pixels":                          func() { bijector.NewSqueeze(1, 3, 2) },
		"bijector: Squeeze: got 5 columns, want 4":                                 func() { bijector.NewSqueeze(1, 2, 2).Forward(tape.Zeros(1, 5)) },
		"bijector: PerPixel: got map <nil> and 3 pixels":                           func() { bijector.NewPerPixel(nil, 3) },
		"bijector: PerPixel: got 5 columns, want a multiple of":                    func() { bijector.NewPerPixel(id, 3).Forward(tape.Zeros(1, 5)) },
		"bijector: Multiscale: got 1 levels and 2 widths":                          func() { bijector.NewMultiscale([]int{1, 2}, id) },
		"bijector: Multiscale: level 1: got bijector.Identity and width 2 after 2": func() { bijector.NewMultiscale([]int{2, 2}, id, id) },
		"bijector: Multiscale: got 3 columns, want 2":                              func() { bijector.NewMultiscale([]int{2}, id).Inverse(tape.Zeros(1, 3)) },
		"bijector: PixelRange: got 256 levels and α = 0.5":                         func() { bijector.NewPixelRange(256, 0.5) },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.HasPrefix(got, want) {
					t.Errorf("got panic %q, want %q", got, want)
				}
			}()
			f()
		}()
	}
}
