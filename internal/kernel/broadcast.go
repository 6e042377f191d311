package kernel

// AddRow sets dst = x + row, the row repeated down the rows×cols matrix x.
func AddRow(dst, x, row []float64, rows, cols int) { plus.row(dst, x, row, rows, cols) }

// SubRow sets dst = x − row.
func SubRow(dst, x, row []float64, rows, cols int) { minus.row(dst, x, row, rows, cols) }

// MulRow sets dst = x·row.
func MulRow(dst, x, row []float64, rows, cols int) { times.row(dst, x, row, rows, cols) }

// MulAddRow sets dst = fma(x, row, dst).
func MulAddRow(dst, x, row []float64, rows, cols int) { timesPlus.row(dst, x, row, rows, cols) }

// DivRow sets dst = x/row.
func DivRow(dst, x, row []float64, rows, cols int) { over.row(dst, x, row, rows, cols) }

// AddCol sets dst = x + col: row i of the rows×cols matrix x and col[i].
func AddCol(dst, x, col []float64, rows, cols int) { plus.col(dst, x, col, rows, cols) }

// SubCol sets dst = x − col.
func SubCol(dst, x, col []float64, rows, cols int) { minus.col(dst, x, col, rows, cols) }

// MulCol sets dst = x·col.
func MulCol(dst, x, col []float64, rows, cols int) { times.col(dst, x, col, rows, cols) }

// DivCol sets dst = x/col.
func DivCol(dst, x, col []float64, rows, cols int) { over.col(dst, x, col, rows, cols) }

// MulAddCol sets dst = fma(x, col, dst).
func MulAddCol(dst, x, col []float64, rows, cols int) { timesPlus.col(dst, x, col, rows, cols) }

// An operator is an operation of arithmetic.
type operator uint8

const (
	plus operator = iota
	minus
	times
	over
	timesPlus // adds the product to what is there
)

// each applies the operator element by element.
func (o operator) each(dst, x, y []float64) {
	switch o {
	case plus:
		Add(dst, x, y)
	case minus:
		Sub(dst, x, y)
	case times:
		Mul(dst, x, y)
	case over:
		Div(dst, x, y)
	case timesPlus:
		MulAdd(dst, x, y)
	}
}

func (o operator) row(dst, x, row []float64, rows, cols int) {
	dst, x, row = dst[:rows*cols], x[:rows*cols], row[:cols]
	switch {
	case rows == 1:
		o.each(dst, x, row)
		return
	case len(dst) == 0 || o.fastRow(dst, x, row, rows, cols):
		return
	}
	for i := 0; i < len(dst); i += cols {
		o.each(dst[i:i+cols], x[i:i+cols], row)
	}
}

func (o operator) col(dst, x, col []float64, rows, cols int) {
	dst, x, col = dst[:rows*cols], x[:rows*cols], col[:rows]
	switch {
	case cols == 1:
		o.each(dst, x, col)
	case len(dst) == 0 || o.fastCol(dst, x, col, rows, cols):
	default:
		o.slowCol(dst, x, col, cols)
	}
}

func (o operator) slowCol(dst, x, col []float64, cols int) {
	for i, c := range col {
		o.number(dst[i*cols:(i+1)*cols], x[i*cols:(i+1)*cols], c)
	}
}

// number applies the operator to every element and a.
func (o operator) number(dst, x []float64, a float64) {
	switch o {
	case plus:
		AddConst(dst, x, a)
	case minus:
		AddConst(dst, x, -a)
	case times:
		Scale(dst, x, a)
	case over:
		for i, v := range x {
			dst[i] = v / a
		}
	case timesPlus:
		Axpy(dst, x, a)
	}
}
