package table_test

import (
	"bytes"
	"context"
	"database/sql"
	"io"
	"testing"

	"github.com/normflow/normflow/flow/table"
	"github.com/normflow/normflow/internal/niltest"
	"github.com/normflow/normflow/internal/rng"
)

func TestNil(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	rows, src := &table.Table{Names: []string{"a"}, Rows: [][]string{{"1"}, {"2"}}}, rng.New(1)
	niltest.Run(t, "table", map[string]niltest.Call{
		"Compare":   niltest.Of(table.Compare, ctx, &table.Schema{}, rows, rows, rows, uint64(1)),
		"Infer":     niltest.Of(table.Infer, rows),
		"Learn":     niltest.Of(table.Learn, ctx, rows, &table.Settings{}),
		"Load":      niltest.Of(table.Load, &bytes.Buffer{}),
		"NewReader": niltest.Of(table.NewReader, &bytes.Buffer{}),
		"ReadCSV":   niltest.Of(table.ReadCSV, &bytes.Buffer{}),
		"ReadSQL":   niltest.Of(table.ReadSQL, (*sql.Rows)(nil)),
		"ReadSome":  niltest.Of(table.ReadSome, bytes.NewBufferString("a\n1\n"), 3, src),
		"Some":      niltest.Of(table.Some, []string{"a"}, func() ([]string, error) { return nil, io.EOF }, 3, src),
	})
}
