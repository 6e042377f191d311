package arrow

import (
	"fmt"
	"math"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow-go/v18/arrow"
	"github.com/apache/arrow-go/v18/arrow/array"
)

// readable reports whether the values of a column have texts.
func readable(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return readable(t.ValueType)
	case *arrow.RunEndEncodedType:
		return readable(t.Encoded())
	case arrow.ExtensionType:
		return readable(t.StorageType())
	}
	switch t.ID() {
	case arrow.NULL, arrow.BOOL, arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64,
		arrow.FLOAT16, arrow.FLOAT32, arrow.FLOAT64, arrow.DECIMAL32, arrow.DECIMAL64, arrow.DECIMAL128, arrow.DECIMAL256,
		arrow.STRING, arrow.LARGE_STRING, arrow.STRING_VIEW, arrow.BINARY, arrow.LARGE_BINARY, arrow.BINARY_VIEW, arrow.FIXED_SIZE_BINARY,
		arrow.DATE32, arrow.DATE64, arrow.TIMESTAMP, arrow.TIME32, arrow.TIME64, arrow.DURATION:
		return true
	}
	return false
}

// textOf returns the text of value i.
func textOf(column arrow.Array, i int) (string, error) {
	if column.IsNull(i) {
		return "", nil
	}
	switch a := column.(type) {
	case *array.Null:
		return "", nil
	case *array.Dictionary:
		return textOf(a.Dictionary(), a.GetValueIndex(i))
	case *array.RunEndEncoded:
		return textOf(a.Values(), a.GetPhysicalIndex(i))
	case array.ExtensionArray:
		return textOf(a.Storage(), i)
	case *array.Boolean:
		return strconv.FormatBool(a.Value(i)), nil
	case *array.Date32:
		return a.Value(i).ToTime().Format(time.DateOnly), nil
	case *array.Date64:
		return a.Value(i).ToTime().Format(time.DateOnly), nil
	case *array.Timestamp:
		return a.Value(i).ToTime(a.DataType().(*arrow.TimestampType).Unit).Format(time.RFC3339Nano), nil
	case *array.Decimal32:
		return a.Value(i).ToString(a.DataType().(arrow.DecimalType).GetScale()), nil
	case *array.Decimal64:
		return a.Value(i).ToString(a.DataType().(arrow.DecimalType).GetScale()), nil
	case *array.Decimal128:
		return a.Value(i).ToString(a.DataType().(arrow.DecimalType).GetScale()), nil
	case *array.Decimal256:
		return a.Value(i).ToString(a.DataType().(arrow.DecimalType).GetScale()), nil
	case array.StringLike:
		return words(a.Value(i))
	case interface{ Value(int) []byte }:
		return words(string(a.Value(i)))
	}
	return numberOf(column, i)
}

// words returns a text without the file's memory behind it.
func words(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", fmt.Errorf("got bytes that are no text: %.20q", s)
	}
	return string([]byte(s)), nil
}

// numberOf is textOf for numbers.
func numberOf(column arrow.Array, i int) (string, error) {
	switch a := column.(type) {
	case *array.Int8:
		return integer(a.Value(i))
	case *array.Int16:
		return integer(a.Value(i))
	case *array.Int32:
		return integer(a.Value(i))
	case *array.Int64:
		return integer(a.Value(i))
	case *array.Time32:
		return integer(a.Value(i))
	case *array.Time64:
		return integer(a.Value(i))
	case *array.Duration:
		return integer(a.Value(i))
	case *array.Uint8:
		return integer(a.Value(i))
	case *array.Uint16:
		return integer(a.Value(i))
	case *array.Uint32:
		return integer(a.Value(i))
	case *array.Uint64:
		return strconv.FormatUint(a.Value(i), 10), nil
	case *array.Float16:
		return float(float64(a.Value(i).Float32()), 32), nil
	case *array.Float32:
		return float(float64(a.Value(i)), 32), nil
	case *array.Float64:
		return float(a.Value(i), 64), nil
	}
	return "", fmt.Errorf("got a value of type %s", column.DataType())
}

func integer[T ~int8 | ~int16 | ~int32 | ~int64 | ~uint8 | ~uint16 | ~uint32](v T) (string, error) {
	return strconv.FormatInt(int64(v), 10), nil
}

func float(v float64, bits int) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'f', -1, bits)
}
