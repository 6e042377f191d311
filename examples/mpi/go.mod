module github.com/normflow/normflow/examples/mpi

go 1.25.0

require (
	github.com/normflow/normflow v0.0.0
	gonum.org/v1/gonum v0.17.0
)

require (
	golang.org/x/exp v0.0.0-20251113190631-e25ba8c21ef6 // indirect
	golang.org/x/sys v0.46.0 // indirect
	golang.org/x/tools v0.41.0 // indirect
)

replace github.com/normflow/normflow => ../..
