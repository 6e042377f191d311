package table

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"time"
)

type flat struct {
	Rent   float64   `table:"rent"`
	Rooms  *int      `table:"rooms"`
	Street string    // under its own name
	Built  time.Time `table:"built"`
	Lift   bool
	Secret chan int `table:"-"`
	hidden int
}

func TestStructs(t *testing.T) {
	three := 3
	rows := []flat{{Rent: 812.5, Rooms: &three, Street: "Süderstraße", Built: time.Date(1911, 5, 1, 0, 0, 0, 0, time.UTC), Lift: true},
		{Rent: math.NaN(), Built: time.Date(2020, 1, 2, 3, 4, 5, 6, time.UTC), hidden: 1}}
	got, err := FromStructs(rows)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{{"812.5", "3", "Süderstraße", "1911-05-01", "true"}, {"", "", "", "2020-01-02T03:04:05.000000006Z", "false"}}
	if !slices.Equal(got.Names, []string{"rent", "rooms", "Street", "built", "Lift"}) || !slices.Equal(got.Rows[0], want[0]) || !slices.Equal(got.Rows[1], want[1]) {
		t.Errorf("got %q %q", got.Names, got.Rows)
	}
	back, err := ToStructs[flat](got)
	if err != nil {
		t.Fatal(err)
	}
	if b := back[0]; b.Rent != 812.5 || *b.Rooms != 3 || b.Street != "Süderstraße" || !b.Built.Equal(rows[0].Built) || !b.Lift {
		t.Errorf("got %+v", b)
	}
	if b := back[1]; !math.IsNaN(b.Rent) || b.Rooms != nil || !b.Built.Equal(rows[1].Built) {
		t.Errorf("got %+v", b)
	}
	for text, bad := range map[string]*Table{
		`has no field for the column "x"`:               {Names: []string{"x"}},
		`row 0, column "rooms": got "2.5", want int`:    {Names: []string{"rooms"}, Rows: [][]string{{"2.5"}}},
		`row 0, column "Lift": got "", want bool`:       {Names: []string{"Lift"}, Rows: [][]string{{""}}},
		`row 0, column "built": got "x", want a date`:   {Names: []string{"built"}, Rows: [][]string{{"x"}}},
		`row 0, column "rent": got "1,5", want float64`: {Names: []string{"rent"}, Rows: [][]string{{"1,5"}}},
	} {
		if _, err := ToStructs[flat](bad); err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got the error %v, want %q", err, text)
		}
	}
	if _, err := FromStructs([]struct{ C chan int }{{}}); err == nil || !strings.Contains(err.Error(), "row 0, C: got a chan int") {
		t.Errorf("got the error %v", err)
	}
	if _, err := FromStructs([]int{1}); err == nil {
		t.Error("got no error for numbers")
	}
}

// A database of two rows.
type (
	fakeDriver struct{}
	fakeConn   struct{}
	fakeStmt   struct{}
	fakeRows   struct{ at int }
)

func (fakeDriver) Open(string) (driver.Conn, error)         { return fakeConn{}, nil }
func (fakeConn) Prepare(string) (driver.Stmt, error)        { return fakeStmt{}, nil }
func (fakeConn) Close() error                               { return nil }
func (fakeConn) Begin() (driver.Tx, error)                  { return nil, driver.ErrSkip }
func (fakeStmt) Close() error                               { return nil }
func (fakeStmt) NumInput() int                              { return 0 }
func (fakeStmt) Exec([]driver.Value) (driver.Result, error) { return nil, driver.ErrSkip }
func (fakeStmt) Query([]driver.Value) (driver.Rows, error)  { return &fakeRows{}, nil }
func (*fakeRows) Columns() []string                         { return []string{"n", "x", "s", "t"} }
func (*fakeRows) Close() error                              { return nil }
func (r *fakeRows) Next(dest []driver.Value) error {
	switch r.at++; r.at {
	case 1:
		copy(dest, []driver.Value{int64(7), 0.25, []byte("a"), time.Date(2021, 2, 3, 0, 0, 0, 0, time.UTC)})
	case 2:
		copy(dest, []driver.Value{nil, nil, "b", nil})
	default:
		return io.EOF
	}
	return nil
}

func TestSQL(t *testing.T) {
	sql.Register("fake", fakeDriver{})
	db, err := sql.Open("fake", "")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query("select")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got, err := ReadSQL(rows)
	if err != nil {
		t.Fatal(err)
	}
	if want := "[n x s t] [[7 0.25 a 2021-02-03] [  b ]]"; fmt.Sprint(got.Names, got.Rows) != want {
		t.Errorf("got %v %v, want %s", got.Names, got.Rows, want)
	}
}
