package mlflow

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// instant is a time as servers write it: MLflow in milliseconds since 1970, as a number or as a text; registries of another make
// with a fraction, in seconds, or as RFC 3339 has it.
type instant struct{ time.Time }

// latestSeconds is the greatest number that is taken for seconds: as milliseconds it would be in 1973, before any registry.
const latestSeconds = 1e11

// latestMillis is the end of the year 9999.
const latestMillis = 253_402_300_799_999

// UnmarshalJSON accepts 1700000000000, 1700000000000.5, 1700000000, 1.7e12, "1700000000000", "2023-11-14T22:13:20Z", "" and null.
func (i *instant) UnmarshalJSON(data []byte) error {
	text := strings.TrimSpace(unquoted(data))
	if text == "" || text == "null" {
		i.Time = time.Time{}
		return nil
	}
	if whole, err := strconv.ParseInt(text, 10, 64); err == nil && whole >= latestSeconds && whole <= latestMillis {
		i.Time = time.UnixMilli(whole).UTC()
		return nil
	}
	if moment, err := time.Parse(time.RFC3339, text); err == nil {
		i.Time = moment.UTC()
		return nil
	}
	value, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsNaN(value) || math.Abs(value) > latestMillis {
		return fmt.Errorf("%.40q is not a time in milliseconds", text)
	}
	switch {
	case value == 0:
		i.Time = time.Time{}
	case math.Abs(value) < latestSeconds:
		i.Time = time.UnixMilli(int64(math.Round(value * 1000))).UTC()
	default:
		i.Time = time.UnixMilli(int64(math.Round(value))).UTC()
	}
	return nil
}
