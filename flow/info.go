package flow

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/normflow/normflow/internal/need"
	"github.com/normflow/normflow/internal/safetensors"
)

// A FileInfo is what a model file says about itself.
type FileInfo struct {
	Format       string // the version of the format
	Dim, CondDim int    // columns of the data and of the context
	Tensors      []TensorInfo
	Architecture string // JSON
	Sections     []SectionInfo
}

// A TensorInfo is the name and shape of a parameter of the model.
type TensorInfo struct {
	Name       string
	Rows, Cols int
}

// A SectionInfo is what a section of a model file says about itself, see [Section].
type SectionInfo struct {
	Name     string
	Version  int
	Required bool
	Import   string // the package that registers it
}

// Numbers returns the number of numbers in all parameters, fixed ones included.
func (f *FileInfo) Numbers() (n int) {
	for _, t := range f.Tensors {
		n += t.Rows * t.Cols
	}
	return n
}

// Info reads what a model file holds, without its parameters and without building
// the model: types need not be registered. Only the beginning of r is read.
func Info(r io.Reader) (*FileInfo, error) {
	need.One("flow: Info", "reader", r)
	info, err := readInfo(r)
	if err != nil {
		return nil, fmt.Errorf("flow: Info: %w", err)
	}
	return info, nil
}

func readInfo(r io.Reader) (info *FileInfo, err error) {
	f, err := safetensors.ReadHeader(r)
	if err != nil {
		return nil, err
	}
	info = &FileInfo{Format: f.Metadata[formatKey]}
	if info.Architecture, err = architecture(f); err != nil {
		return nil, err
	}
	if info.Dim, err = strconv.Atoi(f.Metadata[dimKey]); err != nil {
		return nil, fmt.Errorf("%s: %w", dimKey, err)
	}
	if info.CondDim, err = strconv.Atoi(f.Metadata[condKey]); err != nil {
		return nil, fmt.Errorf("%s: %w", condKey, err)
	}
	if info.Format != formatWithoutSections {
		if info.Sections, err = sectionInfos(f.Metadata); err != nil {
			return nil, err
		}
	}
	for i := range f.Tensors {
		t := &f.Tensors[i]
		if strings.Contains(t.Name, "/") && info.Format != formatWithoutSections {
			continue // of a section
		}
		if len(t.Shape) != 2 {
			return nil, fmt.Errorf("tensor %q: got shape %v, want rows and columns", t.Name, t.Shape)
		}
		info.Tensors = append(info.Tensors, TensorInfo{t.Name, t.Shape[0], t.Shape[1]})
	}
	return info, nil
}

// sectionInfos returns what the sections of a file say, sorted by name.
func sectionInfos(metadata map[string]string) (list []SectionInfo, err error) {
	for _, key := range slices.Sorted(maps.Keys(metadata)) {
		if name, ok := strings.CutPrefix(key, sectionKey); ok {
			e, err := open(metadata[key])
			if err != nil {
				return nil, fmt.Errorf("section %.70q: %w", name, err)
			}
			list = append(list, SectionInfo{name, e.version, e.required, e.source})
		}
	}
	return list, nil
}
