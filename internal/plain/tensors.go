package plain

import (
	"errors"
	"fmt"
	"reflect"
	"unsafe"

	"github.com/normflow/normflow/autodiff"
)

// paramBytes is about how many bytes a parameter takes besides its elements and its name.
const paramBytes = int(unsafe.Sizeof(autodiff.Param{})) + 64

// param reads a name, or {"frozen": name}.
func (d *decoder) param() (p *autodiff.Param, err error) {
	if d.json.Next() == '"' {
		return d.named(false)
	}
	err = d.json.Object(func(key string) error {
		if key != "frozen" || p != nil {
			return fmt.Errorf("got the key %.40q, want frozen", key)
		}
		p, err = d.named(true)
		return err
	})
	if err == nil && p == nil {
		err = errors.New("got no name of a tensor")
	}
	return p, err
}

func (d *decoder) named(frozen bool) (*autodiff.Param, error) {
	name, err := d.json.String()
	if err != nil {
		return nil, err
	}
	if p := d.params[name]; p != nil {
		if p.Frozen() != frozen {
			return nil, fmt.Errorf("tensor %q is frozen in one place and learned in another", name)
		}
		return p, nil
	}
	if err := d.spend(paramBytes); err != nil {
		return nil, err
	}
	p, err := d.Param(name)
	if err != nil {
		return nil, err
	}
	p.Freeze(frozen)
	d.params[name] = p
	return p, nil
}

// list reads the name of a list beside the text.
func (d *decoder) list(v reflect.Value) error {
	name, err := d.json.String()
	if err != nil {
		return err
	}
	x, err := d.List(name)
	if err != nil {
		return err
	}
	v.Set(reflect.ValueOf(x).Convert(v.Type()))
	return nil
}
