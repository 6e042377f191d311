package autodiff

import "testing"

func TestRoundUp(t *testing.T) {
	for n, want := range map[int]int{0: 8, 1: 8, 8: 8, 9: 16, 64: 64, 65: 72, 128: 128, 129: 144, 1000: 1024, 1025: 1152} {
		if got := roundUp(n); got != want {
			t.Errorf("%d: got %d, want %d", n, got, want)
		}
	}
	for n := range 10000 {
		if got := roundUp(n); got < n || got > max(n+n/7, n+7, 8) || roundUp(got) != got {
			t.Fatalf("%d: got %d", n, got)
		}
	}
}

// A slice in use is never handed out twice; one given back is handed out again at once.
func TestRecycler(t *testing.T) {
	var r recycler
	a, b := r.get(100), r.get(100)
	if &a[0] == &b[0] {
		t.Fatal("got one slice twice")
	}
	r.put(a)
	if c := r.get(98); &c[0] != &a[0] || len(c) != 98 {
		t.Error("got another slice, want the one given back")
	}
	r.reset()
	if n := testing.AllocsPerRun(10, func() {
		r.get(100)
		r.get(97)
		r.reset()
	}); n > 0 {
		t.Errorf("got %v allocations, want none", n)
	}
}
