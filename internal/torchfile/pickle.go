package torchfile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"strings"
)

// A machine runs a pickle: a stack of values, marks, and values to remember.
type machine struct {
	in      []byte
	at      int
	stack   []any
	memo    map[int]any
	archive *archive
	root    string // of the storages
}

type (
	mark   struct{}
	dict   struct{ keys, values []any }
	list   struct{ of []any }
	tuple  []any
	global string // a function or class by its name
	object string // an instance of a class, which is not made
)

// run returns the value that the pickle makes.
func (m *machine) run() (any, error) {
	for {
		op, err := m.next(1)
		if err != nil {
			return nil, err
		}
		if op[0] == '.' {
			return m.pop()
		}
		if err := m.step(op[0]); err != nil {
			return nil, err
		}
	}
}

// next returns the next n bytes of the pickle.
func (m *machine) next(n int) ([]byte, error) {
	if n < 0 || n > len(m.in)-m.at {
		return nil, errEnd
	}
	m.at += n
	return m.in[m.at-n : m.at], nil
}

// number returns the next n bytes as a number.
func (m *machine) number(n int) (int, error) {
	b, err := m.next(n)
	if err != nil {
		return 0, err
	}
	var v uint64
	for i, x := range b {
		v |= uint64(x) << (8 * i)
	}
	if v > math.MaxInt {
		return 0, fmt.Errorf("got number %d", v)
	}
	return int(v), nil
}

func (m *machine) push(v any) error {
	m.stack = append(m.stack, v)
	return nil
}

func (m *machine) pop() (any, error) {
	if len(m.stack) == 0 {
		return nil, errors.New("got an empty stack")
	}
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	if _, ok := v.(mark); ok {
		return nil, errors.New("got a mark, want a value")
	}
	return v, nil
}

// popMark returns what stands behind the last mark, and takes both away.
func (m *machine) popMark() ([]any, error) {
	for i := len(m.stack) - 1; i >= 0; i-- {
		if _, ok := m.stack[i].(mark); ok {
			items := append([]any(nil), m.stack[i+1:]...)
			m.stack = m.stack[:i]
			return items, nil
		}
	}
	return nil, errors.New("got no mark")
}

func (m *machine) popN(n int) ([]any, error) {
	if len(m.stack) < n {
		return nil, errors.New("got an empty stack")
	}
	items := append([]any(nil), m.stack[len(m.stack)-n:]...)
	m.stack = m.stack[:len(m.stack)-n]
	return items, nil
}

// step does one instruction.
func (m *machine) step(op byte) error {
	switch op {
	case 0x80: // PROTO
		v, err := m.number(1)
		if err == nil && (v < 2 || v > 5) {
			err = fmt.Errorf("got protocol %d, want 2 to 5", v)
		}
		return err
	case 0x95: // FRAME
		_, err := m.next(8)
		return err
	case '(':
		return m.push(mark{})
	case 'N':
		return m.push(nil)
	case 0x88, 0x89:
		return m.push(op == 0x88)
	case '}':
		return m.push(new(dict))
	case ']':
		return m.push(new(list))
	case ')':
		return m.push(tuple{})
	case 'K', 'M', 'J', 0x8a, 'G':
		return m.numeric(op)
	case 'X', 0x8c, 'U', 'T', 'c', 0x93:
		return m.text(op)
	case 'q', 'r', 0x94, 'h', 'j':
		return m.remember(op)
	case 't', 0x85, 0x86, 0x87:
		return m.tuple(op)
	case 's', 'u', 'a', 'e':
		return m.fill(op)
	case 'Q', 'R', 'b', 0x81:
		return m.build(op)
	case '0': // POP
		_, err := m.pop()
		return err
	}
	return fmt.Errorf("got instruction %#x, which no file of tensors needs", op)
}

func (m *machine) numeric(op byte) error {
	size := map[byte]int{'K': 1, 'M': 2, 'J': 4, 'G': 8, 0x8a: 1}[op]
	if op == 0x8a { // LONG1
		n, err := m.number(1)
		if err != nil {
			return err
		}
		if size = n; size > 8 {
			_, err := m.next(size)
			if err != nil {
				return err
			}
			return m.push(object("int")) // none that counts elements
		}
	}
	b, err := m.next(size)
	if err != nil {
		return err
	}
	if op == 'G' {
		return m.push(math.Float64frombits(binary.BigEndian.Uint64(b)))
	}
	var v int64
	for i, x := range b {
		v |= int64(x) << (8 * i)
	}
	if signed := op == 'J' || op == 0x8a; signed && size > 0 && b[size-1] >= 0x80 && size < 8 {
		v -= 1 << (8 * size)
	}
	return m.push(v)
}

func (m *machine) text(op byte) error {
	size := map[byte]int{'X': 4, 'T': 4, 0x8c: 1, 'U': 1}[op]
	switch op {
	case 'c': // GLOBAL
		var names [2]string
		for i := range names {
			n := strings.IndexByte(string(m.in[m.at:min(len(m.in), m.at+200)]), '\n')
			b, err := m.next(n + 1)
			if err != nil || n < 0 {
				return errEnd
			}
			names[i] = string(b[:n])
		}
		return m.push(global(names[0] + "." + names[1]))
	case 0x93: // STACK_GLOBAL
		names, err := m.popN(2)
		if err != nil {
			return err
		}
		module, ok1 := names[0].(string)
		name, ok2 := names[1].(string)
		if !ok1 || !ok2 || len(module)+len(name) > 200 {
			return errors.New("got a name that is no text")
		}
		return m.push(global(module + "." + name))
	}
	n, err := m.number(size)
	if err != nil {
		return err
	}
	b, err := m.next(n)
	if err != nil {
		return err
	}
	return m.push(string(b))
}

func (m *machine) remember(op byte) error {
	at := len(m.memo)
	if op != 0x94 {
		var err error
		if at, err = m.number(map[byte]int{'q': 1, 'h': 1, 'r': 4, 'j': 4}[op]); err != nil {
			return err
		}
	}
	if op == 'h' || op == 'j' {
		v, ok := m.memo[at]
		if !ok {
			return fmt.Errorf("got no value remembered as %d", at)
		}
		return m.push(v)
	}
	v, err := m.pop()
	if err != nil {
		return err
	}
	m.memo[at] = v
	return m.push(v)
}

func (m *machine) tuple(op byte) error {
	items, err := m.popMark, error(nil)
	if op != 't' {
		n := int(op) - 0x84
		items = func() ([]any, error) { return m.popN(n) }
	}
	of, err := items()
	if err != nil {
		return err
	}
	return m.push(tuple(of))
}

// fill puts values into a dictionary or a list.
func (m *machine) fill(op byte) error {
	n := map[byte]int{'s': 2, 'a': 1}[op]
	items, err := m.popN(n)
	if n == 0 {
		items, err = m.popMark()
	}
	if err != nil || len(m.stack) == 0 {
		return errors.Join(err, errors.New("got no container to fill"))
	}
	switch c := m.stack[len(m.stack)-1].(type) {
	case *dict:
		if op == 'a' || op == 'e' || len(items)%2 != 0 {
			return errors.New("got a dictionary to append to")
		}
		for i := 0; i < len(items); i += 2 {
			c.keys, c.values = append(c.keys, items[i]), append(c.values, items[i+1])
		}
	case *list:
		if op == 's' || op == 'u' {
			return errors.New("got a list to set keys of")
		}
		c.of = append(c.of, items...)
	default:
		return fmt.Errorf("got %s to fill", kind(c))
	}
	return nil
}
