package registry

import (
	"fmt"
	"slices"
	"strconv"
)

// Number is the number of a model version. The registry assigns it, counting from 1 within a registered
// model, and never gives a number twice.
type Number int64

// MaxNumber is the greatest version number a registry can assign: MLflow keeps it in a 32-bit column.
const MaxNumber Number = 1<<31 - 1

// ParseNumber returns the version number that text writes in plain decimal digits. The REST API carries
// version numbers as strings. The error wraps ErrInvalid.
func ParseNumber(text string) (Number, error) {
	parsed, err := strconv.ParseInt(text, 10, 64)
	if err != nil || parsed < 1 || Number(parsed) > MaxNumber || strconv.FormatInt(parsed, 10) != text {
		return 0, fmt.Errorf("%w: %q is not a version number: use a whole number from 1 to %d without leading zeros",
			ErrInvalid, text, MaxNumber)
	}
	return Number(parsed), nil
}

// String returns the number in decimal digits, as the REST API carries it.
func (n Number) String() string { return strconv.FormatInt(int64(n), 10) }

// SortedNumbers returns a copy of numbers in ascending order.
func SortedNumbers(numbers []Number) []Number {
	sorted := slices.Clone(numbers)
	slices.Sort(sorted)
	return sorted
}
