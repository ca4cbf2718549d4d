package sqldb

import (
	"database/sql"
	"database/sql/driver"
	"fmt"
	"reflect"
	"strconv"

	"zombiezen.com/go/sqlite"
)

// bindAll gives a statement its arguments.
func bindAll(st *liteStmt, args []any) error {
	for i, k := range st.params {
		if k < 0 || k >= len(args) {
			return fmt.Errorf("sqldb: parameter $%d without an argument, there are %d", k+1, len(args))
		}
		if err := bind(st.s, i+1, args[k]); err != nil {
			return fmt.Errorf("sqldb: argument $%d: %w", k+1, err)
		}
	}
	return nil
}

func bind(s *sqlite.Stmt, i int, arg any) error {
	switch v := arg.(type) {
	case nil:
		s.BindNull(i)
	case int64:
		s.BindInt64(i, v)
	case string:
		s.BindText(i, v)
	case bool:
		s.BindBool(i, v)
	case int:
		s.BindInt64(i, int64(v))
	case []byte:
		bindBytes(s, i, v)
	case float64:
		s.BindFloat(i, v)
	case driver.Valuer:
		value, err := v.Value()
		if err != nil {
			return err
		}
		return bind(s, i, value)
	default:
		return bindKind(s, i, reflect.ValueOf(arg))
	}
	return nil
}

func bindBytes(s *sqlite.Stmt, i int, v []byte) {
	if v == nil {
		s.BindNull(i)
		return
	}
	s.BindBytes(i, v)
}

// bindKind binds values of named types, and what pointers point to.
func bindKind(s *sqlite.Stmt, i int, v reflect.Value) error {
	switch {
	case v.Kind() == reflect.Pointer && v.IsNil():
		s.BindNull(i)
	case v.Kind() == reflect.Pointer:
		return bind(s, i, v.Elem().Interface())
	case v.CanInt():
		s.BindInt64(i, v.Int())
	case v.CanUint():
		s.BindInt64(i, int64(v.Uint())) //nolint:gosec // ids and counts
	case v.Kind() == reflect.String:
		s.BindText(i, v.String())
	case v.Kind() == reflect.Bool:
		s.BindBool(i, v.Bool())
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		bindBytes(s, i, v.Bytes())
	default:
		return fmt.Errorf("a %s cannot be stored", v.Type())
	}
	return nil
}

// scanAll reads the columns of the current row.
func scanAll(s *sqlite.Stmt, dest []any) error {
	if n := s.ColumnCount(); n != len(dest) {
		return fmt.Errorf("sqldb: %d columns into %d variables", n, len(dest))
	}
	for i, d := range dest {
		if err := scanInto(s, i, d); err != nil {
			return fmt.Errorf("sqldb: column %d (%s): %w", i, s.ColumnName(i), err)
		}
	}
	return nil
}

// scanInto reads a column. What is read most is read without a detour.
func scanInto(s *sqlite.Stmt, i int, dest any) error {
	kind := s.ColumnType(i)
	switch d := dest.(type) {
	case *string:
		if kind == sqlite.TypeText {
			*d = s.ColumnText(i)
			return nil
		}
	case *int64:
		if kind == sqlite.TypeInteger {
			*d = s.ColumnInt64(i)
			return nil
		}
	case *bool:
		if kind == sqlite.TypeInteger {
			*d = s.ColumnInt64(i) != 0
			return nil
		}
	case timeScanner:
		if kind == sqlite.TypeInteger || kind == sqlite.TypeNull {
			*d.t = Time(s.ColumnInt64(i))
			return nil
		}
	case idScanner:
		if kind == sqlite.TypeInteger || kind == sqlite.TypeNull {
			*d.id = s.ColumnInt64(i)
			return nil
		}
	case **string:
		return scanPointer(s, i, kind, d)
	case **int64:
		return scanPointer(s, i, kind, d)
	case **bool:
		return scanPointer(s, i, kind, d)
	case sql.Scanner:
		return d.Scan(valueOf(s, i, kind))
	case *any:
		*d = valueOf(s, i, kind)
		return nil
	case *[]byte:
		*d = bytesOf(s, i, kind)
		return nil
	}
	return scanKind(s, i, kind, reflect.ValueOf(dest))
}

func scanPointer[T any](s *sqlite.Stmt, i int, kind sqlite.ColumnType, d **T) error {
	if kind == sqlite.TypeNull {
		*d = nil
		return nil
	}
	*d = new(T)
	return scanInto(s, i, *d)
}

// valueOf is a column as a driver would give it.
func valueOf(s *sqlite.Stmt, i int, kind sqlite.ColumnType) any {
	switch kind {
	case sqlite.TypeInteger:
		return s.ColumnInt64(i)
	case sqlite.TypeFloat:
		return s.ColumnFloat(i)
	case sqlite.TypeText:
		return s.ColumnText(i)
	case sqlite.TypeBlob:
		return bytesOf(s, i, kind)
	}
	return nil
}

func bytesOf(s *sqlite.Stmt, i int, kind sqlite.ColumnType) []byte {
	if kind == sqlite.TypeNull {
		return nil
	}
	b := make([]byte, s.ColumnLen(i))
	s.ColumnBytes(i, b)
	return b
}

// scanKind reads a column into a variable of any other type, with the
// conversions that make sense: numbers from text and text from numbers.
func scanKind(s *sqlite.Stmt, i int, kind sqlite.ColumnType, p reflect.Value) error {
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return fmt.Errorf("cannot read into a %s", p.Type())
	}
	v := p.Elem()
	if kind == sqlite.TypeNull {
		if v.Kind() != reflect.Pointer && v.Kind() != reflect.Slice {
			return fmt.Errorf("NULL does not go into a %s", v.Type())
		}
		v.SetZero()
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		return scanInto(s, i, v.Interface())
	}
	return setKind(s, i, kind, v)
}

func setKind(s *sqlite.Stmt, i int, kind sqlite.ColumnType, v reflect.Value) error {
	var err error
	switch {
	case v.Kind() == reflect.String:
		v.SetString(s.ColumnText(i))
	case v.CanInt():
		n := s.ColumnInt64(i)
		if kind == sqlite.TypeText || kind == sqlite.TypeBlob {
			n, err = strconv.ParseInt(s.ColumnText(i), 10, 64)
		}
		if v.OverflowInt(n) {
			return fmt.Errorf("%d does not fit", n)
		}
		v.SetInt(n)
	case v.CanFloat():
		v.SetFloat(s.ColumnFloat(i))
	case v.Kind() == reflect.Bool:
		b := s.ColumnInt64(i) != 0
		if kind == sqlite.TypeText {
			b, err = strconv.ParseBool(s.ColumnText(i))
		}
		v.SetBool(b)
	case v.Kind() == reflect.Slice && v.Type().Elem().Kind() == reflect.Uint8:
		v.SetBytes(bytesOf(s, i, kind))
	default:
		return fmt.Errorf("cannot read into a %s", v.Type())
	}
	return err
}
