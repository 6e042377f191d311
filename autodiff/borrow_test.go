package autodiff

import "testing"

// A borrowed tape is empty, without gradients and without a limit, whatever was done with it before.
func TestBorrow(t *testing.T) {
	for range 3 {
		b := Borrow()
		if b.Len() != 0 || !b.noGrad || b.vals.limit != 0 {
			t.Fatalf("got a tape of %d results, gradients %t, limit %d", b.Len(), !b.noGrad, b.vals.limit)
		}
		b.Zeros(3, 4)
		b.Limit(100)
		b.Release()
	}
}
