package plain

import (
	"errors"
	"fmt"
	"runtime"
)

// Unexpected is told of panics that are no message to a programmer, such as
// an index out of range: where a model comes from a file, a method Restore should have found the
// reason. Tests make it fail.
var Unexpected = func(runtime.Error) {}

// Try calls f and returns what it panics with as an error.
func Try(f func()) (err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case string:
			err = errors.New(r)
		case runtime.Error:
			Unexpected(r)
			err = r
		case error:
			err = r
		default:
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	f()
	return nil
}
