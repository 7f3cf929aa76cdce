package embedded

import (
	"encoding/json"
	"math/big"
)

// check is one thing that MLflow's handler asks of a value. Checks of the type count only where the request
// could not be read as a whole: a value that was read has the right type.
type check struct {
	ofType bool
	// passes returns errPage where MLflow itself stumbles over the value.
	passes  func(value any) (bool, error)
	missing bool // a failure means that the value is missing, not that it is wrong
}

var (
	checkString = check{ofType: true, passes: func(value any) (bool, error) {
		_, ok := value.(string)
		return ok, nil
	}}
	checkBool = check{ofType: true, passes: func(value any) (bool, error) {
		_, ok := value.(bool)
		return ok, nil
	}}
	checkArray = check{ofType: true, passes: func(value any) (bool, error) {
		_, ok := value.([]any)
		return ok, nil
	}}
	checkTexts = check{ofType: true, passes: func(value any) (bool, error) {
		items, ok := value.([]any)
		if !ok {
			return false, errPage
		}
		for _, item := range items {
			if _, ok := item.(string); !ok {
				return false, nil
			}
		}
		return true, nil
	}}
	checkInteger = check{ofType: true, passes: func(value any) (bool, error) {
		_, ok, err := integerOf(value)
		return ok, err
	}}
	checkRequired = check{missing: true, passes: func(value any) (bool, error) {
		return value != nil && value != "", nil
	}}
)

func checkAtMost(most int64) check {
	return check{passes: func(value any) (bool, error) {
		number, ok, err := integerOf(value)
		if err != nil || !ok {
			return false, errPage
		}
		return number.Cmp(big.NewInt(most)) <= 0, nil
	}}
}

// integerOf is Python's int(value). It fails where that raises a TypeError.
func integerOf(value any) (*big.Int, bool, error) {
	switch value := value.(type) {
	case string:
		number, ok := pythonInt(value)
		return number, ok, nil
	case bool:
		if value {
			return big.NewInt(1), true, nil
		}
		return big.NewInt(0), true, nil
	case json.Number:
		parsed, err := pythonNumber(value)
		if err != nil {
			return nil, false, nil //nolint:nilerr // an infinite one is refused as what is no whole number; MLflow answers 500
		}
		number, _ := parsed.Int(nil)
		return number, true, nil
	default:
		return nil, false, errPage
	}
}

// validate runs the checks of every field over the values as they were sent.
func validate(fields []field, sent any, read bool) error {
	values, ok := sent.(*object)
	for _, field := range fields {
		if len(field.checks) == 0 {
			continue
		}
		required := false
		for _, check := range field.checks {
			required = required || check.missing
		}
		if !ok {
			// MLflow looks into whatever was sent as if it were an object.
			if _, list := sent.([]any); list && !required {
				continue
			}
			return errPage
		}
		value, given := values.get(field.name)
		if !given && !required {
			continue
		}
		if err := field.validate(value, read); err != nil {
			return err
		}
	}
	return nil
}

func (f field) validate(value any, read bool) error {
	const more = " See the API docs for more information about request parameters."
	for _, check := range f.checks {
		if check.ofType && read {
			continue
		}
		passes, err := check.passes(value)
		switch {
		case err != nil:
			return err
		case passes:
		case check.missing:
			return invalidf("Missing value for required parameter '%s'.%s", f.name, more)
		default:
			return invalidf("Invalid value %s for parameter '%s' supplied:  Hint: Value was of type '%s'.%s",
				pythonJSON(value), f.name, pythonType(value), more)
		}
	}
	return nil
}
