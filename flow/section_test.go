package flow_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/normflow/normflow/autodiff"
	"github.com/normflow/normflow/bijector"
	"github.com/normflow/normflow/dist"
	"github.com/normflow/normflow/flow"
	"github.com/normflow/normflow/flow/flowtest"
	"github.com/normflow/normflow/internal/memtest"
	"github.com/normflow/normflow/internal/safetensors"
)

// units are a section that a model means nothing without.
type units struct {
	Names  []string
	Factor *autodiff.Param
	Model  dist.Distribution

	count int
}

func (u *units) Restore() error {
	if u.count = len(u.Names); u.count == 0 {
		return errors.New("units: got no names")
	}
	return nil
}

// notes are a section that may be lost.
type notes struct {
	Text   string
	Scores []float64
}

// strange is a section that is never attached.
type strange struct{}

func init() {
	flow.RegisterSection(flow.Section{Name: "test.units", Version: 2, Required: true, Type: (*units)(nil)})
	flow.RegisterSection(flow.Section{Name: "test.notes", Version: 1, Type: (*notes)(nil)})
	flow.RegisterSection(flow.Section{Name: "test.strange", Version: 1, Type: (*strange)(nil)})
}

// withSections returns a model with both sections.
func withSections() *flow.Transformed {
	m := flow.New(dist.NewStdNormal(2), bijector.NewShift(autodiff.Learned(1, 2)))
	m.Attach(&units{Names: []string{"m", "kg"}, Factor: autodiff.NewParam(1, 2, []float64{1, 1000}), Model: dist.NewNormal(1, autodiff.Fixed(3), autodiff.Learned(2))})
	m.Attach(&notes{Text: "old"})
	m.Attach(&notes{"é\n", []float64{math.Inf(-1), 0.5, math.NaN()}})
	return m
}

func saved(t testing.TB, m *flow.Transformed) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := m.Save(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// edited returns a file with its metadata and names of tensors changed.
func edited(t testing.TB, file []byte, text, names *strings.Replacer) []byte {
	t.Helper()
	f, err := safetensors.Read(bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	metadata := map[string]string{}
	for key, value := range f.Metadata {
		metadata[text.Replace(key)] = text.Replace(value)
	}
	for i := range f.Tensors {
		f.Tensors[i].Name = names.Replace(f.Tensors[i].Name)
	}
	var b bytes.Buffer
	if err := safetensors.Write(&b, metadata, f.Tensors); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSections(t *testing.T) {
	m := withSections()
	loaded := flowtest.File(t, m, normal(3, 2, 1), nil)
	var u *units
	var n *notes
	var s *strange
	if !loaded.Section(&u) || !loaded.Section(&n) || loaded.Section(&s) || s != nil {
		t.Fatal("want units and notes, and nothing strange")
	}
	if !slices.Equal(u.Names, []string{"m", "kg"}) || u.count != 2 || u.Factor.Data()[1] != 1000 || u.Model.Dim() != 1 {
		t.Errorf("got %v", u)
	}
	if n.Text != "é\n" || len(n.Scores) != 3 || !math.IsInf(n.Scores[0], -1) || n.Scores[1] != 0.5 || !math.IsNaN(n.Scores[2]) {
		t.Errorf("got %v", n)
	}
	if loaded.Then(bijector.Exp{}).Section(&n) {
		t.Error("another model has the notes")
	}
	if !loaded.Tempered(0.5).Section(&n) {
		t.Error("the model at another temperature lacks the notes")
	}
}

// Sections that nobody knows, or in a later version, are kept as they are, or refused if the model needs them.
func TestUnknownSections(t *testing.T) {
	file := saved(t, withSections())
	other := strings.NewReplacer("test.notes", "other.notes")
	later := strings.NewReplacer(`"version":1`, `"version":7`, `"Text"`, `"Words"`)
	for what, file := range map[string][]byte{"unknown": edited(t, file, other, other), "later": edited(t, file, later, later)} {
		m, err := flow.Load(bytes.NewReader(file))
		if err != nil {
			t.Errorf("%s: %v", what, err)
			continue
		}
		var n *notes
		if m.Section(&n) {
			t.Errorf("%s: got %v, want no notes", what, n)
		}
		if !bytes.Equal(saved(t, m), file) {
			t.Errorf("%s: the section is not written back as it was", what)
		}
	}
	required := strings.NewReplacer("test.units", "other.units")
	newer := strings.NewReplacer(`"version":2`, `"version":3`)
	for want, file := range map[string][]byte{
		`section "other.units": the file cannot be read without it, and nobody has registered it: import "github.com/normflow/normflow/flow_test"`: edited(t, file, required, required),
		`section "test.units": got version 3, want at most 2: a later version of github.com/normflow/normflow/flow_test has written it`:            edited(t, file, newer, newer),
	} {
		_, err := flow.Load(bytes.NewReader(file))
		wantError(t, err, want)
	}
}

// hostileSections are changes of the text of a file with sections, of names of its tensors, and the error they must give.
var hostileSections = []struct{ text, names, by, want string }{
	{`"version":2,`, "", ``, `section "test.units": got no version or no value`},
	{`"version":2,`, "", `"version":-1,`, "got no version"},
	{`"version":2`, "", `"vision":2`, `got the key "vision"`},
	{`"value":{"Names"`, "", `"value":{"Nomes"`, `got a field "Nomes"`},
	{`"value":{"Names":["m","kg"]`, "", `"value":{"Names":[]`, "units: got no names"},
	{`"value":{"Names":["m","kg"]`, "", `"value":{"Names":` + strings.Repeat("[", 300), "nested deeper"},
	{`"required":true`, "", `"required":1`, "want true or false"},
	{`"test.units/Factor"`, "", `"Map.0.By"`, `got tensor "Map.0.By", want a name that begins with test.units/`},
	{`"test.units/Factor"`, "", `"test.notes/Scores"`, "want a name that begins"},
	{`"Map.0.By"`, "", `"test.units/Factor"`, `tensor "test.units/Factor" is asked for twice`},
	{`"test.notes/Scores"`, "", `"test.notes/Stores"`, `tensor "test.notes/Stores" is missing`},
	{`,"Scores":"test.notes/Scores"`, "", ``, `tensor "test.notes/Scores" has no place`},
	{`normflow.section.test.notes`, "", `normflow.section.Test/notes`, "got a name that no section has"},
	{`normflow.section.test.notes`, "", `normflow.saction.test.notes`, `tensor "test.notes/Scores" has no place`},
	{"", "test.notes/Scores", "nowhere/Scores", "is missing"},
}

func TestHostileSections(t *testing.T) {
	file := saved(t, withSections())
	for _, c := range hostileSections {
		text, names := strings.NewReplacer(c.text, c.by), strings.NewReplacer()
		if c.names != "" {
			text, names = names, strings.NewReplacer(c.names, c.by)
		}
		bad := edited(t, file, text, names)
		var err error
		if n := memtest.Allocated(func() { _, err = flow.Load(bytes.NewReader(bad)) }); n > memtest.Bound(bad) {
			t.Errorf("%s: got %d bytes allocated for %d", c.want, n, len(bad))
		}
		wantError(t, err, c.want)
	}
}

func TestSectionMistakes(t *testing.T) {
	m := withSections()
	for want, f := range map[string]func(){
		"flow: RegisterSection: got version 0":                           func() { flow.RegisterSection(flow.Section{Name: "test.more", Type: (*units)(nil)}) },
		"got version 1 and type flow_test.notes, want":                   func() { flow.RegisterSection(flow.Section{Name: "test.more", Version: 1, Type: notes{}}) },
		`flow: RegisterSection: kind "test.notes"`:                       func() { flow.RegisterSection(flow.Section{Name: "test.notes", Version: 1, Type: (*struct{})(nil)}) },
		"flow: Attach: got a string":                                     func() { m.Attach("x") },
		"flow: Attach: got a *flow_test.notes (nil: true), want a point": func() { m.Attach((*notes)(nil)) },
		"flow: Section: got a flow_test.notes, want":                     func() { m.Section(notes{}) },
		"flow: Section: *flow_test.inner is not":                         func() { var x *inner; m.Section(&x) },
	} {
		mustPanic(t, want, f)
	}
	bad := withSections()
	bad.Attach(&units{Names: []string{"\xff"}})
	wantError(t, bad.Save(new(bytes.Buffer)), "flow: Save: section test.units.Names.0: got text")
}

// The file of the second version loads for ever, with its sections.
func TestFileVersion2(t *testing.T) {
	f, err := os.Open("../testdata/model-v2.safetensors")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := flow.Load(f)
	if err != nil {
		t.Fatal(err)
	}
	var u *units
	var n *notes
	if !m.Section(&u) || !m.Section(&n) || u.Factor.Data()[1] != 1000 || n.Text != "é\n" || n.Scores[1] != 0.5 {
		t.Errorf("got sections %v and %v", u, n)
	}
	if got, want := m.LogProb([]float64{1.5, 1}), -2.462877066409345; !(math.Abs(got-want) <= 1e-12) {
		t.Errorf("got log p = %v, want %v", got, want)
	}
}
