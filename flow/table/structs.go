package table

import (
	"database/sql"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/normflow/normflow/internal/need"
)

// FromStructs returns a table of the exported fields of structs, each under its name or that of its tag,
//
//	Rent float64 `table:"rent"`
//
// "-" leaves a field out. Fields are strings, booleans, numbers, time.Time, or pointers to such, of which nil is a blank. NaN is a blank, too, and so is the zero time. It
// returns an error for other fields, and for two of one name.
func FromStructs[T any](rows []T) (*Table, error) {
	fields, err := fieldsOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("table: FromStructs: %w", err)
	}
	t := &Table{Rows: make([][]string, len(rows))}
	for _, f := range fields {
		t.Names = append(t.Names, f.name)
	}
	for i := range rows {
		v := reflect.ValueOf(&rows[i]).Elem()
		t.Rows[i] = make([]string, len(fields))
		for j, f := range fields {
			if t.Rows[i][j], err = textOf(v.Field(f.at).Interface()); err != nil {
				return nil, fmt.Errorf("table: FromStructs: row %d, %s: %w", i, f.name, err)
			}
		}
	}
	return t, nil
}

// ToStructs returns a table's rows as structs, as [FromStructs] has them. A blank leaves a pointer nil, and makes a floating-point number NaN; in other
// fields it is an error, as are texts that are no value of the field and columns that the struct does not have.
func ToStructs[T any](t *Table) ([]T, error) {
	need.One("table: ToStructs", "table", t)
	fields, err := fieldsOf(reflect.TypeFor[T]())
	if err != nil {
		return nil, fmt.Errorf("table: ToStructs: %w", err)
	}
	place := make([]int, len(t.Names))
	for j, name := range t.Names {
		place[j] = -1
		for _, f := range fields {
			if f.name == name {
				place[j] = f.at
			}
		}
		if place[j] < 0 {
			return nil, fmt.Errorf("table: ToStructs: %T has no field for the column %q", *new(T), name)
		}
	}
	rows := make([]T, len(t.Rows))
	for i, r := range t.Rows {
		v := reflect.ValueOf(&rows[i]).Elem()
		for j, s := range r {
			if err := setField(v.Field(place[j]), s); err != nil {
				return nil, fmt.Errorf("table: ToStructs: row %d, column %q: %w", i, t.Names[j], err)
			}
		}
	}
	return rows, nil
}

type structField struct {
	name string
	at   int
}

func fieldsOf(t reflect.Type) (fields []structField, err error) {
	if t.Kind() != reflect.Struct {
		return nil, fmt.Errorf("got rows of %v, want structs", t)
	}
	seen := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		name := f.Tag.Get("table")
		if !f.IsExported() || name == "-" {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if seen[name] {
			return nil, fmt.Errorf("got two fields %q in %v", name, t)
		}
		seen[name] = true
		fields = append(fields, structField{name, i})
	}
	if len(fields) == 0 {
		return nil, fmt.Errorf("got no field in %v", t)
	}
	return fields, nil
}

// textOf returns the text of a value of one of the types that tables are made of.
func textOf(value any) (string, error) {
	switch v := value.(type) {
	case nil:
		return "", nil
	case string:
		return v, nil
	case []byte:
		return string(v), nil
	case time.Time:
		switch {
		case v.IsZero():
			return "", nil
		case v.Equal(v.Truncate(24 * time.Hour)):
			return v.UTC().Format(time.DateOnly), nil
		}
		return v.UTC().Format(time.RFC3339Nano), nil
	}
	switch v := reflect.ValueOf(value); v.Kind() {
	case reflect.Pointer:
		if v.IsNil() {
			return "", nil
		}
		return textOf(v.Elem().Interface())
	case reflect.String:
		return v.String(), nil
	case reflect.Bool:
		return strconv.FormatBool(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return strconv.FormatInt(v.Int(), 10), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return strconv.FormatUint(v.Uint(), 10), nil
	case reflect.Float32, reflect.Float64:
		f := v.Float()
		if f != f {
			return "", nil
		}
		return strconv.FormatFloat(f, 'f', -1, v.Type().Bits()), nil
	}
	return "", fmt.Errorf("got a %T, want a text, number, boolean, time, or a pointer to one", value)
}

// setField sets a field to what a text says.
func setField(v reflect.Value, s string) error {
	if v.Kind() == reflect.Pointer {
		if s == "" {
			return nil
		}
		v.Set(reflect.New(v.Type().Elem()))
		return setField(v.Elem(), s)
	}
	if v.Type() == reflect.TypeFor[time.Time]() {
		for _, layout := range []string{time.DateOnly, time.RFC3339Nano} {
			if d, err := time.Parse(layout, s); err == nil {
				v.Set(reflect.ValueOf(d))
				return nil
			}
		}
		if s == "" {
			return nil
		}
		return fmt.Errorf("got %q, want a date", s)
	}
	var err error
	switch v.Kind() {
	case reflect.String:
		v.SetString(s)
	case reflect.Bool:
		var b bool
		if b, err = strconv.ParseBool(s); err == nil {
			v.SetBool(b)
		}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		var n int64
		if n, err = strconv.ParseInt(s, 10, v.Type().Bits()); err == nil {
			v.SetInt(n)
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		var n uint64
		if n, err = strconv.ParseUint(s, 10, v.Type().Bits()); err == nil {
			v.SetUint(n)
		}
	case reflect.Float32, reflect.Float64:
		if s == "" {
			s = "NaN"
		}
		var f float64
		if f, err = strconv.ParseFloat(s, v.Type().Bits()); err == nil {
			v.SetFloat(f)
		}
	default:
		return fmt.Errorf("got a field of type %v", v.Type())
	}
	if err != nil {
		return fmt.Errorf("got %q, want %v: %w", s, v.Type(), errors.Unwrap(err))
	}
	return nil
}

// ReadSQL returns the rows of a query, NULL being a blank. It reads them all, and does not close rows.
func ReadSQL(rows *sql.Rows) (*Table, error) {
	need.One("table: ReadSQL", "set of rows", rows)
	names, err := rows.Columns()
	if err != nil {
		return nil, fmt.Errorf("table: ReadSQL: %w", err)
	}
	t := &Table{Names: names}
	values, targets := make([]any, len(names)), make([]any, len(names))
	for j := range values {
		targets[j] = &values[j]
	}
	for rows.Next() {
		if err := rows.Scan(targets...); err != nil {
			return nil, fmt.Errorf("table: ReadSQL: row %d: %w", len(t.Rows), err)
		}
		row := make([]string, len(names))
		for j, v := range values {
			if row[j], err = textOf(v); err != nil {
				return nil, fmt.Errorf("table: ReadSQL: row %d, column %q: %w", len(t.Rows), names[j], err)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("table: ReadSQL: %w", err)
	}
	return t, nil
}
